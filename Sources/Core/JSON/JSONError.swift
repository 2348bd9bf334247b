/// Why a text is not acceptable JSON, and where.
public struct JSONError: Error, Sendable, Equatable {
    public enum Kind: String, Sendable {
        case unexpectedEnd, unexpectedByte, invalidNumber, invalidEscape, invalidUTF8, controlCharacter
        case duplicateKey, tooDeep, tooLarge, trailingData
    }

    public let kind: Kind
    /// Offset in bytes from the start of the text.
    public let offset: Int
    /// The repeated name, for `.duplicateKey`.
    public let name: String?

    public init(_ kind: Kind, offset: Int, name: String? = nil) {
        self.kind = kind
        self.offset = offset
        self.name = name
    }
}

/// Bounds of what is parsed.
public struct JSONLimits: Sendable {
    public var maxDepth: Int
    public var maxBytes: Int

    public init(maxDepth: Int = 64, maxBytes: Int = 16 << 20) {
        self.maxDepth = maxDepth
        self.maxBytes = maxBytes
    }
}
