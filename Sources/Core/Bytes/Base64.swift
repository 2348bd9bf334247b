/// Base 64 (RFC 4648), read strictly: one text for each sequence of bytes.
public enum Base64 {
    /// Which characters stand for 62 and 63, and whether the text is padded.
    public enum Form: Sendable {
        /// `+` and `/`, padded with `=` (§4).
        case standard
        /// `-` and `_`, without padding (§5, as in RFC 7515 §2).
        case urlSafe
    }

    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The bytes as text with padding.
    public static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { output in
            var (read, written) = (0, 0)
            standard.withUnsafeBufferPointer { alphabet in
                while read < bytes.count {
                    let left = bytes.count - read
                    let bits =
                        UInt32(bytes[read]) << 16 | (left > 1 ? UInt32(bytes[read + 1]) << 8 : 0)
                        | (left > 2 ? UInt32(bytes[read + 2]) : 0)
                    output[written] = alphabet[Int(bits >> 18)]
                    output[written + 1] = alphabet[Int(bits >> 12 & 63)]
                    output[written + 2] = left > 1 ? alphabet[Int(bits >> 6 & 63)] : UInt8(ascii: "=")
                    output[written + 3] = left > 2 ? alphabet[Int(bits & 63)] : UInt8(ascii: "=")
                    read += 3
                    written += 4
                }
            }
            return written
        }
    }

    /// The bytes of a text; nil for any text that no writer of this form gives: another character, wrong padding, bits
    /// left over that are not zero.
    public static func decode(_ text: some StringProtocol, _ form: Form = .standard) -> [UInt8]? {
        let characters = Array(text.utf8)
        var end = characters.count
        if form == .standard {
            guard end % 4 == 0 else { return nil }
            while end > 0, characters.count - end < 2, characters[end - 1] == UInt8(ascii: "=") { end -= 1 }
        }
        guard end % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(end * 3 / 4)
        var (bits, width): (UInt32, UInt32) = (0, 0)
        for character in characters[..<end] {
            guard let value = value(of: character, form) else { return nil }
            bits = bits << 6 | UInt32(value)
            width += 6
            if width >= 8 {
                width -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> width))
            }
        }
        // What is left over belongs to no byte; a writer leaves it zero.
        return bits & (1 << width - 1) == 0 ? bytes : nil
    }

    private static func value(of character: UInt8, _ form: Form) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+") where form == .standard, UInt8(ascii: "-") where form == .urlSafe: 62
        case UInt8(ascii: "/") where form == .standard, UInt8(ascii: "_") where form == .urlSafe: 63
        default: nil
        }
    }
}
