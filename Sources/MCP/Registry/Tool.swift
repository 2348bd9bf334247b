public import Core

/// A tool that a model may call.
public struct Tool {
    /// What a host may tell its user about the tool before it runs. All four are said, because what is left unsaid
    /// counts as destructive and open.
    public struct Hints: Sendable, Equatable {
        /// A call changes nothing.
        public var readOnly: Bool
        /// A call may take something away, and not only add.
        public var destructive: Bool
        /// The same call again changes nothing more.
        public var idempotent: Bool
        /// A call reaches what is outside of the server, such as other people.
        public var openWorld: Bool

        /// Says all four.
        public init(readOnly: Bool, destructive: Bool, idempotent: Bool, openWorld: Bool) {
            self.readOnly = readOnly
            self.destructive = destructive
            self.idempotent = idempotent
            self.openWorld = openWorld
        }
    }

    /// Serves a call; the arguments fit the input schema.
    public typealias Handler = (Call, JSONObject) async throws(CallFailure) -> ToolResult

    /// Unique among the tools, 1 to 64 letters, digits, underscores and hyphens.
    public let name: String
    /// What people are shown instead of the name.
    public let title: String
    public let description: String
    /// JSON Schema of the arguments: an object at its root, no `$ref`, no combinator at the root.
    public let input: JSONObject
    /// JSON Schema of the structured result.
    public let output: JSONObject?
    /// What a host may tell its user before a call.
    public let hints: Hints
    /// Refuses arguments that `input` does not name. A schema may say so itself by `additionalProperties`, but there are
    /// hosts that lose every tool over that member, so a tool for many says it here.
    public let isClosed: Bool
    /// What a principal needs to see and to call it.
    public let scope: Principal.Scopes
    let handler: Handler
    /// Puts arguments right that are understood and written in another form, before the schema is asked.
    public var forgive: (JSONObject) -> JSONObject = { $0 }
    /// The name among those given that was probably meant by another.
    public var suggest: (String, [String]) -> String? = { NearestName.suggest(for: $0, among: $1) }
    /// The result for arguments that do not fit, where it is another one than the usual words.
    public var misfit: (JSONObject) -> ToolResult? = { _ in nil }
    /// An empty text is a value like any other, and not what an adapter writes for an argument that is not given.
    public var takesEmptyTexts = false
    /// The result of every call, for a tool without arguments whose result never changes.
    let constant: ToolResult?
    /// Whose tool it is; nil for one that is built in.
    public internal(set) var source: String?
    /// That of the definition, once it is a source's.
    var fingerprint = 0

    /// A tool whose every call has this result. It takes no arguments.
    public init(
        _ name: String, title: String, description: String, output: JSONObject? = nil, hints: Hints,
        scope: Principal.Scopes, constant: ToolResult
    ) {
        self.init(
            name, title: title, description: description, input: ["type": "object", "properties": [:]],
            output: output, hints: hints, isClosed: true, scope: scope, constant: constant
        ) { _, _ throws(CallFailure) in constant }
    }

    /// A tool; a name or a schema that clients in the field cannot take stops the program.
    public init(
        _ name: String, title: String, description: String, input: JSONObject, output: JSONObject? = nil,
        hints: Hints, isClosed: Bool = false, scope: Principal.Scopes, handler: @escaping Handler
    ) {
        self.init(
            name, title: title, description: description, input: input, output: output, hints: hints,
            isClosed: isClosed, scope: scope, constant: nil, handler: handler)
    }

    /// A tool whose definition comes from outside of this program.
    /// - Throws: why clients in the field could not take it.
    public init(
        outside name: String, title: String, description: String, input: JSONObject, output: JSONObject? = nil,
        hints: Hints, scope: Principal.Scopes, handler: @escaping Handler
    ) throws(DefinitionFault) {
        if let fault = DefinitionFault(name: name, title: title, description: description, input: input, output: output)
        {
            throw fault
        }
        self.init(
            name, title: title, description: description, input: input, output: output, hints: hints,
            isClosed: false, scope: scope, constant: nil, handler: handler)
        takesEmptyTexts = true
    }

    private init(
        _ name: String, title: String, description: String, input: JSONObject, output: JSONObject?, hints: Hints,
        isClosed: Bool, scope: Principal.Scopes, constant: ToolResult?, handler: @escaping Handler
    ) {
        precondition(Self.isName(name), "not a name for a tool: \(name)")
        let fault = DefinitionFault.root(of: input) ?? output.flatMap(DefinitionFault.root)
        precondition(fault == nil, "not a schema for a tool: \(name)")
        self.name = name
        self.title = title
        self.description = description
        self.input = input
        self.output = output
        self.hints = hints
        self.isClosed = isClosed
        self.scope = scope
        self.handler = handler
        self.constant = constant
    }

    /// Letters, digits, `_` and `-`, at most 64. Hosts put a prefix of their own before it: a tool that many are to use
    /// stays below 40.
    static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    func json(in revision: Revision) -> JSON {
        var object: JSONObject = ["name": .string(name)]
        if revision >= .june2025 { object["title"] = .string(title) }
        object["description"] = .string(description)
        object["inputSchema"] = .object(input)
        if revision >= .june2025 { object["outputSchema"] = output.map { .object($0) } }
        if revision >= .march2025 {
            object["annotations"] = [
                "readOnlyHint": .bool(hints.readOnly), "destructiveHint": .bool(hints.destructive),
                "idempotentHint": .bool(hints.idempotent), "openWorldHint": .bool(hints.openWorld),
            ]
        }
        return .object(object)
    }
}
