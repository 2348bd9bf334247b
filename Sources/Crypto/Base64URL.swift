/// Base 64 with the URL-safe alphabet and without padding (RFC 4648 §5, as in RFC 7515 §2).
///
/// Reading is strict: one text for each sequence of bytes. Padding and bits that no byte claims are refused, for a token
/// that has two spellings can be passed off as two tokens.
public enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    public static func encode(_ bytes: [UInt8]) -> String {
        let count = (bytes.count * 4 + 2) / 3
        return String(unsafeUninitializedCapacity: count) { out in
            var (bits, width, position): (UInt32, Int, Int) = (0, 0, 0)
            for byte in bytes {
                bits = bits << 8 | UInt32(byte)
                width += 8
                while width >= 6 {
                    width -= 6
                    out[position] = alphabet[Int(bits >> UInt32(width)) & 63]
                    position += 1
                }
            }
            if width > 0 {
                out[position] = alphabet[Int(bits << UInt32(6 - width)) & 63]
                position += 1
            }
            return position
        }
    }

    public static func decode(_ text: String) throws(CodingError) -> [UInt8] {
        let characters = Array(text.utf8)
        guard characters.count % 4 != 1 else { throw CodingError(.length, at: characters.count) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count * 3 / 4)
        var (bits, width): (UInt32, Int) = (0, 0)
        for (index, character) in characters.enumerated() {
            guard let value = value(character) else { throw CodingError(.character, at: index) }
            bits = bits << 6 | UInt32(value)
            width += 6
            if width >= 8 {
                width -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(width)))
            }
        }
        guard bits & (1 << UInt32(width) - 1) == 0 else { throw CodingError(.trailingBits, at: characters.count - 1) }
        return bytes
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
