public import Core
public import MCP

/// One tool as a source outside of this program describes it, after it was bounded, cleaned and made acceptable to clients.
///
/// What a tool says of itself is a request: scope and hints are those that the operator's grants leave.
public struct ToolDefinition: Sendable, Equatable {
    /// The name under which clients call it.
    public let name: String
    public let title: String
    public let description: String
    /// JSON Schema of the arguments: an object at its root.
    public let input: JSONObject
    /// JSON Schema of the structured result; nil when the tool promises none.
    public let output: JSONObject?
    public let hints: Tool.Hints
    /// What a principal needs to see and to call it.
    public let scope: Principal.Scopes

    /// A definition whose parts have been checked.
    public init(
        name: String, title: String, description: String, input: JSONObject, output: JSONObject? = nil,
        hints: Tool.Hints = .unknown, scope: Principal.Scopes = .toolsWrite
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.input = input
        self.output = output
        self.hints = hints
        self.scope = scope
    }
}

/// A definition that is not offered, and why, in words for the operator.
public struct RefusedDefinition: Sendable, Equatable {
    /// What the source calls it, shortened and cleaned.
    public let name: String
    /// Why, in words that follow the name.
    public let reason: String

    /// Why one definition is left out; the others of its source are offered.
    public init(name: String, reason: String) {
        self.name = name
        self.reason = reason
    }
}

extension Tool.Hints {
    /// What counts of a tool that says nothing of itself: it may change anything, anywhere.
    public static let unknown = Tool.Hints(readOnly: false, destructive: true, idempotent: false, openWorld: true)
}

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
