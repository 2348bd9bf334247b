import HTTP

/// Gives each request its id: the caller's `X-Request-Id` when it is fit to repeat, else a new one.
struct RequestIdentifiers {
    /// 32 characters, so that five bits make one; without those that look alike.
    private static let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
    private var state: UInt64

    /// Starts at a random point; ids of one loop never repeat within 2^64 requests.
    init() { state = .random(in: .min ... .max) }

    mutating func identifier(for request: RequestView) -> String {
        if let given = request.field("x-request-id"), Self.isFit(given) { return given }
        return next()
    }

    /// 13 letters and digits: short enough for Swift to keep inline, without an allocation.
    mutating func next() -> String {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        mixed ^= mixed >> 31
        return String(unsafeUninitializedCapacity: 13) { buffer in
            for index in 0..<13 {
                buffer[index] = Self.alphabet.utf8Start[Int(mixed & 31)]
                mixed >>= 5
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
