import Core
import HTTP

/// Gives each request its id: the caller's `X-Request-Id` when it is fit to repeat, else a new one.
struct RequestIdentifiers {
    /// 32 characters, so that five bits make one; without those that look alike.
    private static let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
    private var numbers: SeededGenerator

    /// Starts at a random point; ids of one loop never repeat within 2^64 requests.
    init() { numbers = SeededGenerator(seed: .random(in: .min ... .max)) }

    mutating func identifier(for request: RequestView) -> String {
        if let given = request.field("x-request-id"), Self.isFit(given) { return given }
        return next()
    }

    /// 13 letters and digits: short enough for Swift to keep inline, without an allocation.
    mutating func next() -> String {
        var number = numbers.next()
        return String(unsafeUninitializedCapacity: 13) { buffer in
            for index in 0..<13 {
                buffer[index] = Self.alphabet.utf8Start[Int(number & 31)]
                number >>= 5
            }
            return 13
        }
    }

    /// Visible ASCII, at most 128 characters: what may stand in a field and in a log line as it came.
    static func isFit(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 128
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") }
    }
}
