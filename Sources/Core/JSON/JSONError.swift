/// Why a text is not acceptable JSON, and where.
///
/// `offset` counts bytes from the start of the text. It is the first byte that cannot be accepted; for
/// `.invalidUTF8` the first byte of the ill-formed sequence, for `.loneSurrogate` the backslash of the escape, for
/// `.duplicateKey` the opening quote of the second name, for `.unexpectedEnd` the length of the text.
public struct JSONError: Error, Sendable, Equatable {
    /// What is wrong; the raw value is a stable word for an answer or a label.
    public enum Kind: String, Sendable, CaseIterable {
        /// The text ends within a value; more bytes could have made it valid.
        case unexpectedEnd
        case unexpectedByte
        case invalidNumber
        case invalidEscape
        /// An escaped half of a surrogate pair without its other half: no text in UTF-8 can hold it.
        case loneSurrogate
        case invalidUTF8
        /// A byte below 0x20 within a string (RFC 8259 §7).
        case controlCharacter
        case duplicateKey
        case tooDeep
        case tooLarge
        case trailingData
    }

    /// What is wrong.
    public let kind: Kind
    /// Offset in bytes from the start of the text.
    public let offset: Int
    /// The repeated name, for `.duplicateKey`.
    public let name: String?

    /// An error of this kind at this offset.
    public init(_ kind: Kind, offset: Int, name: String? = nil) {
        self.kind = kind
        self.offset = offset
        self.name = name
    }
}

/// Bounds of what is parsed.
public struct JSONLimits: Sendable {
    /// The depth that no caller can raise: parsing, comparing, writing and freeing a tree all recurse.
    public static let deepest = 512

    /// How many arrays and objects may be open at once; more than `deepest` counts as `deepest`.
    public var maxDepth: Int
    /// Longest text, in bytes.
    public var maxBytes: Int
    /// How many values a tree may have. A tree takes up to fifty bytes for each, which may be seventeen times its text.
    public var maxValues: Int

    /// Bounds that fit a request or an upstream answer unless told otherwise.
    public init(maxDepth: Int = 64, maxBytes: Int = 16 << 20, maxValues: Int = 250_000) {
        self.maxDepth = maxDepth
        self.maxBytes = maxBytes
        self.maxValues = maxValues
    }
}
