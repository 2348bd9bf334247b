public import Core

/// What a server offers: tools, prompts and resources in the order in which clients list them.
///
/// Belongs to one loop, as its handlers do. Two of the same name stop the program.
public struct Registry {
    public private(set) var tools: [Tool] = []
    public private(set) var prompts: [Prompt] = []
    public private(set) var resources: [Resource] = []
    public private(set) var templates: [ResourceTemplate] = []
    /// The lists may change while clients are there, who then hear of it.
    public var listsChange = false

    /// Offers nothing yet.
    public init() {}

    public mutating func add(_ tool: Tool) {
        precondition(!tools.contains { $0.name == tool.name }, "two tools are called \(tool.name)")
        tools.append(tool)
    }

    public mutating func add(_ prompt: Prompt) {
        precondition(!prompts.contains { $0.name == prompt.name }, "two prompts are called \(prompt.name)")
        prompts.append(prompt)
    }

    public mutating func add(_ resource: Resource) {
        precondition(!resources.contains { $0.uri == resource.uri }, "two resources are at \(resource.uri)")
        resources.append(resource)
    }

    public mutating func add(_ template: ResourceTemplate) {
        precondition(!templates.contains { $0.template == template.template }, "a template is there twice")
        templates.append(template)
    }

    var capabilities: ServerCapabilities {
        let hasResources = !resources.isEmpty || !templates.isEmpty
        return ServerCapabilities(
            tools: !tools.isEmpty, prompts: !prompts.isEmpty, resources: hasResources,
            completions: !prompts.isEmpty || !templates.isEmpty, listsChange: listsChange, subscribe: hasResources,
            logging: true)
    }

    /// Whether a URI is that of a resource which the principal may see.
    func knows(_ uri: String, for principal: Principal) -> Bool {
        resources.contains { $0.uri == uri && principal.scopes.isSuperset(of: $0.scope) }
            || templates.contains { principal.scopes.isSuperset(of: $0.scope) && $0.template.match(uri) != nil }
    }
}

/// Says how a text that a user has begun may go on; at most 100 of its values are shown.
public typealias Completer = (Call, String) async throws(CallFailure) -> [String]

/// A conversation that a user may start with.
public struct Prompt {
    /// One text that the user fills in.
    public struct Argument {
        public let name: String
        public let description: String
        public let isRequired: Bool
        let complete: Completer?

        /// An argument; `complete` proposes values for it.
        public init(_ name: String, _ description: String, required: Bool = false, complete: Completer? = nil) {
            self.name = name
            self.description = description
            isRequired = required
            self.complete = complete
        }
    }

    /// One turn of the conversation.
    public struct Message: Sendable, Equatable {
        public enum Role: String, Sendable { case user, assistant }

        public let role: Role
        public let content: Content

        /// What one side says.
        public init(_ role: Role, _ content: Content) {
            self.role = role
            self.content = content
        }
    }

    /// Makes the messages; every required argument is there.
    public typealias Handler = (Call, [String: String]) async throws(CallFailure) -> [Message]

    public let name: String
    public let title: String
    public let description: String
    public let arguments: [Argument]
    public let scope: Principal.Scopes
    let handler: Handler

    /// A prompt of this name.
    public init(
        _ name: String, title: String, description: String, arguments: [Argument] = [],
        scope: Principal.Scopes = .read, handler: @escaping Handler
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.arguments = arguments
        self.scope = scope
        self.handler = handler
    }

    func json(in revision: Revision) -> JSON {
        var object: JSONObject = ["name": .string(name)]
        if revision >= .june2025 { object["title"] = .string(title) }
        object["description"] = .string(description)
        if !arguments.isEmpty {
            object["arguments"] = .array(
                arguments.map { argument in
                    [
                        "name": .string(argument.name), "description": .string(argument.description),
                        "required": .bool(argument.isRequired),
                    ]
                })
        }
        return .object(object)
    }
}
