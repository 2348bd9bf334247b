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
    /// As it stands on the wire.
    public let name: String
    public let schema: Schema
    /// It must be given. An answer always has it.
    public let required: Bool
    /// An explicit null is allowed; in an update it clears.
    public let nullable: Bool
    /// What it is for, in our words.
    public let note: String

    /// No log, no journal and no answer of this program shows it.
    public let isSecret: Bool

    public init(
        _ name: String, _ schema: Schema, required: Bool = false, nullable: Bool = false, isSecret: Bool = false,
        note: String = ""
    ) {
        self.name = name
        self.schema = schema
        self.required = required
        self.nullable = nullable
        self.isSecret = isSecret
        self.note = note
    }

    /// The same member with another schema.
    public func with(_ schema: Schema) -> SchemaField {
        SchemaField(name, schema, required: required, nullable: nullable, isSecret: isSecret, note: note)
    }
}

/// How the members of shapes are declared, each in a line and those of one form together:
///
///     static let label: [SchemaField] = .fields(
///         .required("id", .id(prefix: "label-")), .required("color", .string(), nullable: true, note: "As #bb2dc7."),
///         .optional("created_at", "updated_at", as: .dateTime))
extension [SchemaField] {
    /// The members of several groups, in their order.
    public static func fields(_ groups: Self...) -> Self { Array(groups.joined()) }

    /// A member that must be given, or that an answer always has.
    public static func required(
        _ name: String, _ schema: Schema, nullable: Bool = false, isSecret: Bool = false, note: String = ""
    ) -> Self {
        [SchemaField(name, schema, required: true, nullable: nullable, isSecret: isSecret, note: note)]
    }

    /// Members of one form, all of which must be given, or which an answer always has.
    public static func required(_ names: String..., as schema: Schema, nullable: Bool = false) -> Self {
        names.map { SchemaField($0, schema, required: true, nullable: nullable) }
    }

    /// A member that may be absent.
    public static func optional(
        _ name: String, _ schema: Schema, nullable: Bool = false, note: String = ""
    ) -> Self {
        [SchemaField(name, schema, nullable: nullable, note: note)]
    }

    /// Members of one form that may be absent.
    public static func optional(_ names: String..., as schema: Schema, nullable: Bool = false) -> Self {
        names.map { SchemaField($0, schema, nullable: nullable) }
    }

    /// The member that names a thing of this kind by its id, such as `event_id`; it must be given.
    public static func id(of kind: Operation.Kind) -> Self {
        .required(kind.idMember, kind.row.idPrefix.map { .id(prefix: $0) } ?? .string())
    }
}

/// One way in which a value does not fit its schema, and where.
public struct SchemaProblem: Sendable, Hashable {
    /// What is wrong, for callers that word it themselves.
    public enum Kind: Sendable, Hashable {
        case missing
        case null
        /// The JSON type that belongs here, such as `string`.
        case wrongType(expected: String)
        case notOneOf([String])
        /// Length in Unicode scalars.
        case badLength(ClosedRange<Int>)
        /// Number of elements.
        case badCount(ClosedRange<Int>)
        /// The bounds as text, such as `0 to 100`.
        case outOfRange(String)
        case badDateTime, badDuration, badTimeZone, badId
        /// The prefixes that it may start with; empty when any absolute URL will do.
        case badURL([String])
        /// A member that the shape does not have, with the names that it has.
        case unknownMember([String])
        case repeated
        case noneOf([String])
        case moreThanOneOf([String])
        /// It must not come together with this value of that member.
        case notWith(String, Bool)
    }

    /// Where, such as `ticket_types[0].name`; empty for the whole value.
    public let path: String
    public let kind: Kind

    public init(path: String, _ kind: Kind) {
        self.path = path
        self.kind = kind
    }

    /// What is wrong in plain words, without the path and without the offending value.
    public var problem: String {
        switch kind {
        case .missing: "is required"
        case .null: "must not be null"
        case .wrongType(let expected): "must be \(Self.article(expected))"
        case .notOneOf(let values):
            values.count == 1
                ? "must be \(values[0])"
                : values.count <= 40 ? "must be one of \(values.joined(separator: ", "))" : "is not a known value"
        case .badLength(let range): "must be \(Self.span(range)) characters long"
        case .badCount(let range): "must have \(Self.span(range)) elements"
        case .outOfRange(let bounds): "must be \(bounds)"
        case .badDateTime: "must be a date and time with an offset, such as 2026-05-01T18:00:00.000Z"
        case .badDuration: "must be an ISO 8601 duration, such as PT1H30M"
        case .badTimeZone: "must be an IANA time zone, such as Europe/Berlin"
        case .badId: "must be an id"
        case .badURL(let prefixes):
            prefixes.isEmpty ? "must be a URL" : "must be a URL that starts with \(prefixes.joined(separator: " or "))"
        case .unknownMember: "is not known"
        case .repeated: "must be given once"
        case .noneOf(let names): "needs at least one of \(names.joined(separator: ", "))"
        case .notWith(let other, let value): "cannot be combined with \(other) \(value)"
        case .moreThanOneOf(let names): "takes at most one of \(names.joined(separator: ", "))"
        }
    }

    private static func article(_ noun: String) -> String {
        noun.first.map("aeio".contains) == true ? "an \(noun)" : "a \(noun)"
    }

    private static func span(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }
}

/// Luma's own words about a refusal, bounded; fit to be shown to the caller.
public struct LumaMessage: Sendable, Equatable {
    public var message: String?
    public var code: String?

    /// Whether Luma itself said it, as far as its shape tells: all its refusals have a message. A page of something in
    /// between has none, and proves nothing about what the request has done or what it names.
    public var isLumas: Bool { message != nil }

    public init(message: String? = nil, code: String? = nil) {
        self.message = message
        self.code = code
    }
}
