import Core

/// A text that is not the encoding of any bytes.
public struct CodingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with it.
    public enum Problem: String, Sendable, CaseIterable {
        case length = "impossible length"
        case character = "character outside of the alphabet"
        case trailingBits = "bits after the last byte"
    }

    public let problem: Problem
    /// Offset in the text's UTF-8 bytes.
    public let offset: Int

    public init(_ problem: Problem, at offset: Int) {
        self.problem = problem
        self.offset = offset
    }

    public var description: String { "\(problem.rawValue) at byte \(offset)" }
}

/// Base 16 (RFC 4648 §8), written in lower case and read in both.
public enum Hex {
    /// Two digits a byte, in lower case.
    public static func encode(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes(encode) }

    /// Two digits a byte, in lower case.
    public static func encode(_ bytes: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { out in
            for (index, byte) in bytes.enumerated() {
                out[2 * index] = .hexDigit(byte >> 4)
                out[2 * index + 1] = .hexDigit(byte)
            }
            return bytes.count * 2
        }
    }

    /// The bytes of a text in either case.
    /// - Throws: `CodingError` for an odd number of digits and for other characters.
    public static func decode(_ text: String) throws(CodingError) -> [UInt8] {
        let characters = Array(text.utf8)
        guard characters.count % 2 == 0 else { throw CodingError(.length, at: characters.count) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 2)
        for index in stride(from: 0, to: characters.count, by: 2) {
            guard let high = characters[index].hexDigitValue else { throw CodingError(.character, at: index) }
            guard let low = characters[index + 1].hexDigitValue else { throw CodingError(.character, at: index + 1) }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}

/// Base 64 with the URL-safe alphabet and without padding (RFC 4648 §5, as in RFC 7515 §2).
///
/// Reading is strict: one text for each sequence of bytes. Padding and bits that no byte claims are refused, for a token
/// that has two spellings can be passed off as two tokens.
public enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Without padding.
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

    /// The bytes of a text without padding.
    /// - Throws: `CodingError` for a text that is the encoding of no bytes, or not the only one.
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
