/// The shape of a value in Luma's API, as data: what a body field, a query parameter or an answer may be.
public indirect enum Schema: Sendable {
    case any
    case boolean
    case integer(ClosedRange<Int>? = nil)
    case number(ClosedRange<Double>? = nil)
    /// Lengths count Unicode scalars.
    case string(length: ClosedRange<Int>? = nil)
    /// Date and time with a mandatory offset, Luma's pattern of RFC 3339.
    case dateTime
    /// ISO 8601 duration such as `PT1H30M`, also with a leading minus.
    case duration
    /// IANA zone name.
    case timeZone
    /// An absolute URL that starts with one of the prefixes; any absolute URL when there are none.
    case url(prefixes: [String])
    /// One of these texts.
    case enumeration([String])
    /// An opaque id with its usual prefix, such as `evt-`. Luma does not promise the prefix, so a check does not ask for it.
    case id(prefix: String)
    case array(of: Schema, count: ClosedRange<Int>? = nil)
    case object([SchemaField])
    /// An object whose `discriminator` member selects the shape; the shapes do not list that member.
    case variants(discriminator: String, [String: [SchemaField]])
}

/// One named member of an object, or one query parameter.
public struct SchemaField: Sendable {
    public let name: String
    public let schema: Schema
    public let required: Bool
    /// An explicit null is allowed; in an update it clears.
    public let nullable: Bool
    /// What it is for, in our words.
    public let note: String

    public init(_ name: String, _ schema: Schema, required: Bool = false, nullable: Bool = false, note: String = "") {
        self.name = name
        self.schema = schema
        self.required = required
        self.nullable = nullable
        self.note = note
    }
}
