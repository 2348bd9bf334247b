/// A JSON document as a tree that keeps what the text said: member order and the spelling of numbers (RFC 8259).
///
/// Equality is exact: strings and names by their bytes, so that `"é"` written as one scalar or as two differs, where
/// Swift's own `==` on `String` would call them equal; numbers by their text.
public enum JSON: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

extension JSON: Equatable {
    public static func == (a: JSON, b: JSON) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): a.hasSameBytes(as: b)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        default: false
        }
    }
}

extension String {
    /// Equality by UTF-8 bytes. `==` compares by canonical equivalence, which RFC 8259 §8.3 does not ask for.
    @inline(__always)
    func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return utf8.span.bytes.withUnsafeBytes { own in
            other.utf8.span.bytes.withUnsafeBytes { others in
                var offset = 0
                while offset &+ 8 <= own.count {
                    let difference =
                        own.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                        ^ others.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    if difference != 0 { return false }
                    offset &+= 8
                }
                while offset < own.count {
                    if own[offset] != others[offset] { return false }
                    offset &+= 1
                }
                return true
            }
        }
    }
}

extension JSON {
    /// The member of this name when this is an object that has it.
    public subscript(name: String) -> JSON? { objectValue?[name] }

    /// The members of an object; nil when this is of another kind, as for all that follow.
    public var objectValue: JSONObject? { if case .object(let object) = self { object } else { nil } }
    /// The items of an array.
    public var arrayValue: [JSON]? { if case .array(let items) = self { items } else { nil } }
    /// The text of a string.
    public var stringValue: String? { if case .string(let text) = self { text } else { nil } }
    /// `true` or `false`.
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// A number by its text.
    public var numberValue: JSONNumber? { if case .number(let number) = self { number } else { nil } }
    /// The value of a number that is written as an integer and fits.
    public var intValue: Int? { numberValue?.intValue }
    /// The value of a number that is whole and fits, however it is written.
    public var wholeValue: Int? { numberValue?.wholeValue }
    /// The value of a number as the nearest finite double.
    public var doubleValue: Double? { numberValue?.doubleValue }
    /// Whether this is JSON's null.
    public var isNull: Bool { if case .null = self { true } else { false } }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
    /// A literal too large for a double is null, as JSON has no infinity.
    public init(floatLiteral value: Double) { self = JSONNumber(value).map(JSON.number) ?? .null }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// A name that is listed again replaces the value in its first place.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        var object = JSONObject()
        object.members.reserveCapacity(elements.count)
        for (name, value) in elements { object[name] = value }
        self = .object(object)
    }
}

/// A JSON object in the order of its text; names are compared by their bytes.
///
/// A lookup reads the members in turn: right for the few dozen members of a request or an event, not for an index
/// of thousands.
public struct JSONObject: Sendable {
    /// The members in order. The parser gives distinct names; one who fills this directly keeps them distinct.
    public var members: [(name: String, value: JSON)]

    /// Takes members as they are; the caller keeps their names distinct.
    public init(_ members: [(name: String, value: JSON)] = []) { self.members = members }

    /// Whether there is no member.
    public var isEmpty: Bool { members.isEmpty }
    /// How many members there are.
    public var count: Int { members.count }
    /// The names in order.
    public var names: [String] { members.map(\.name) }

    /// The value of the member of this name. Setting replaces it in its place or appends it; setting nil removes it.
    /// A member that is JSON's null is `.null`, not nil.
    public subscript(name: String) -> JSON? {
        get { index(of: name).map { members[$0].value } }
        set {
            switch (index(of: name), newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    private func index(of name: String) -> Int? { members.firstIndex { $0.name.hasSameBytes(as: name) } }
}

extension JSONObject: Equatable {
    /// Same members in the same order.
    public static func == (a: JSONObject, b: JSONObject) -> Bool {
        a.members.count == b.members.count
            && zip(a.members, b.members).allSatisfy { $0.name.hasSameBytes(as: $1.name) && $0.value == $1.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// The members as listed; a name that is listed again replaces the value in its first place.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        members = []
        members.reserveCapacity(elements.count)
        for (name, value) in elements { self[name] = value }
    }
}

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

        /// For people.
        public var words: String {
            switch self {
            case .unexpectedEnd: "unexpected end of input"
            case .unexpectedByte: "unexpected character"
            case .invalidNumber: "invalid number"
            case .invalidEscape: "invalid escape sequence"
            case .loneSurrogate: "unpaired surrogate in an escape sequence"
            case .invalidUTF8: "invalid UTF-8"
            case .controlCharacter: "unescaped control character"
            case .duplicateKey: "duplicate name in an object"
            case .tooDeep: "objects and arrays are nested too deeply"
            case .tooLarge: "the document is too long"
            case .trailingData: "unexpected data after the end of the document"
            }
        }
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
