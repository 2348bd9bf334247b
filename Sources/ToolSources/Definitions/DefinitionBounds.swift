/// How large a definition from outside may be.
public struct DefinitionBounds: Sendable {
    /// Octets of a title.
    public var title = 128
    /// Octets of a description; a longer one is cut, with a mark.
    public var description = 4096
    /// Octets of a schema as compact JSON, before and after references were replaced.
    public var schema = 64 << 10
    /// Arrays and objects of a schema that are open at once.
    public var depth = 32
    /// Properties that a schema names, all levels together.
    public var properties = 200
    /// References that lead to each other.
    public var references = 16

    /// The bounds that clients in the field bear.
    public init() {}
}

/// Why a schema is not offered.
public struct SchemaRefusal: Error, Sendable, Equatable {
    /// Fits behind "the schema of …".
    public let reason: String

    init(_ reason: String) { self.reason = reason }
}
