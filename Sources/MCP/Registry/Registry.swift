import Core

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

    /// Takes a tool away; true when it was there.
    @discardableResult public mutating func removeTool(_ name: String) -> Bool {
        let before = tools.count
        tools.removeAll { $0.name == name }
        return tools.count < before
    }

    /// Takes a prompt away; true when it was there.
    @discardableResult public mutating func removePrompt(_ name: String) -> Bool {
        let before = prompts.count
        prompts.removeAll { $0.name == name }
        return prompts.count < before
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
