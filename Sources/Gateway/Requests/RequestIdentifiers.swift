import Core
import HTTP

/// Gives each request its id: the caller's `X-Request-Id` when it is fit to repeat, else a new one.
struct RequestIdentifiers {
    /// 32 characters, so that five bits make one; without those that look alike.
    private static let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
    private var numbers: SeededGenerator
    /// The two characters of ten bits, as they stand in memory.
    private let pairs: [UInt16]

    /// Starts at a random point; ids of one loop never repeat within 2^64 requests.
    init() {
        numbers = SeededGenerator(seed: .random(in: .min ... .max))
        pairs = (0..<1024).map { (UInt16(Self.letter($0)) | UInt16(Self.letter($0 >> 5)) << 8).littleEndian }
    }

    private static func letter(_ number: Int) -> UInt8 { alphabet.utf8Start[number & 31] }

    mutating func identifier(for request: RequestView) -> String {
        if let given = request.field("x-request-id"), Self.isFit(given) { return given }
        return next()
    }

    /// 13 letters and digits: short enough for Swift to keep inline, without an allocation.
    mutating func next() -> String {
        var number = numbers.next()
        return String(unsafeUninitializedCapacity: 13) { buffer in
            let text = UnsafeMutableRawBufferPointer(buffer)
            for index in 0..<6 {
                text.storeBytes(of: pairs[Int(number & 1023)], toByteOffset: 2 * index, as: UInt16.self)
                number >>= 10
            }
            text[12] = Self.letter(Int(number))
            return 13
        }
    }

    /// Visible ASCII, at most 128 characters: what may stand in a field and in a log line as it came.
    static func isFit(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 128
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") }
    }
}
