public import Core
public import MCP

/// What a source says of one of its tools, as it came.
public struct OutsideDefinition: Sendable {
    public var name: String
    public var title: String?
    public var description: String?
    public var input: JSON?
    public var output: JSON?

    /// The parts as the source wrote them; nil for what it does not say.
    public init(name: String, title: String? = nil, description: String? = nil, input: JSON? = nil, output: JSON? = nil)
    {
        self.name = name
        self.title = title
        self.description = description
        self.input = input
        self.output = output
    }
}

extension RefusedDefinition: Error {}

/// Turns what sources say of their tools into definitions that clients take. Never stops over what it reads: a tool that cannot
/// be offered is refused alone, with the reason.
public struct DefinitionCleaner: Sendable {
    public let bounds: DefinitionBounds
    private let digest: ToolNames.Digest

    /// - Parameter digest: SHA-256, for names that must be shortened.
    public init(bounds: DefinitionBounds = DefinitionBounds(), digest: @escaping ToolNames.Digest) {
        self.bounds = bounds
        self.digest = digest
    }

    /// A definition and what its operator should know of it.
    public struct Cleaned: Sendable, Equatable {
        /// What is offered of it.
        public let definition: ToolDefinition
        /// What was left out of the definition, in words for the operator.
        public let notes: [String]
    }

    /// The definition as it is offered.
    /// - Parameters:
    ///   - source: stands before the tool's name; nil for a tool that has its name to itself.
    ///   - hints: those that the operator's grants leave.
    ///   - scope: what the operator's grants ask of a caller.
    /// - Throws: why the tool cannot be offered.
    public func clean(
        _ outside: OutsideDefinition, source: String?, hints: Tool.Hints = .unknown,
        scope: Principal.Scopes = .toolsWrite
    ) throws(RefusedDefinition) -> Cleaned {
        let shown = OutsideText.line(outside.name, max: ToolNames.maxBytes)
        func refused(_ reason: String) -> RefusedDefinition { RefusedDefinition(name: shown, reason: reason) }
        guard !outside.name.isEmpty, outside.name.utf8.count <= ToolNames.maxRawBytes else {
            throw refused("its name must have 1 to \(ToolNames.maxRawBytes) bytes")
        }
        let mapped = ToolNames.mapped(outside.name)
        var notes: [String] = []
        let input: JSONObject
        do { input = try OutsideSchema.input(outside.input, bounds: bounds) } catch {
            throw refused("the schema of its arguments \(error.reason)")
        }
        var output: JSONObject?
        if let given = outside.output, !given.isNull {
            do { output = try OutsideSchema.output(given, bounds: bounds) } catch {
                notes.append("the schema of its result is not published: it \(error.reason)")
            }
        }
        let title = OutsideText.line(outside.title ?? "", max: bounds.title)
        let description = OutsideText.text(outside.description ?? "", max: bounds.description)
        let spoken = title.isEmpty ? shown : title
        let definition = ToolDefinition(
            name: ToolNames.name(source, mapped, digest: digest), title: spoken,
            description: description.allSatisfy(\.isWhitespace) ? spoken : description, input: input, output: output,
            hints: hints, scope: scope)
        return Cleaned(definition: definition, notes: notes)
    }

    /// Parts the tools whose name is theirs alone from those that share one: such a name belongs to none of them.
    public static func settled(_ tools: [Cleaned]) -> (offered: [Cleaned], refused: [RefusedDefinition]) {
        var counts: [String: Int] = [:]
        for tool in tools { counts[tool.definition.name, default: 0] += 1 }
        var offered: [Cleaned] = []
        var refused: [RefusedDefinition] = []
        for tool in tools {
            if counts[tool.definition.name] == 1 {
                offered.append(tool)
            } else {
                refused.append(
                    RefusedDefinition(
                        name: tool.definition.name, reason: "more than one tool of the source would have this name"))
            }
        }
        return (offered, refused)
    }
}
