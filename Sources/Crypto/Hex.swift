/// A text that is not the encoding of any bytes.
public struct CodingError: Error, Sendable, Equatable, CustomStringConvertible {
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
    private static let digits = Array("0123456789abcdef".utf8)

    public static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { out in
            for (index, byte) in bytes.enumerated() {
                out[2 * index] = digits[Int(byte >> 4)]
                out[2 * index + 1] = digits[Int(byte & 15)]
            }
            return bytes.count * 2
        }
    }

    public static func decode(_ text: String) throws(CodingError) -> [UInt8] {
        let characters = Array(text.utf8)
        guard characters.count % 2 == 0 else { throw CodingError(.length, at: characters.count) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 2)
        for index in stride(from: 0, to: characters.count, by: 2) {
            guard let high = value(characters[index]) else { throw CodingError(.character, at: index) }
            guard let low = value(characters[index + 1]) else { throw CodingError(.character, at: index + 1) }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
