import Core

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
    public static func encode(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes(encode) }

    public static func encode(_ bytes: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { out in
            for (index, byte) in bytes.enumerated() {
                out[2 * index] = .hexDigit(byte >> 4)
                out[2 * index + 1] = .hexDigit(byte)
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
            guard let high = characters[index].hexDigitValue else { throw CodingError(.character, at: index) }
            guard let low = characters[index + 1].hexDigitValue else { throw CodingError(.character, at: index + 1) }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
