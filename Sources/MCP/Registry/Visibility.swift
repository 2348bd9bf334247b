public import Core

/// What somebody sees of a registry, and so may use: the one answer for lists and for calls, of every transport. What is
/// hidden is answered as if it were not there.
public struct Visibility: Sendable, Hashable {
    public let scopes: Principal.Scopes
    /// Each of these has to let a name through.
    private let bounds: [ToolFilter]
    /// One of these has to; nil when nothing was chosen.
    private let choice: [ToolFilter]?

    /// What a principal sees who has chosen these sets of tools.
    public init(_ principal: Principal, _ toolset: Toolset? = nil) {
        scopes = principal.scopes
        bounds = principal.tools
        choice = toolset?.filters
    }

    /// Some of what the scopes open is hidden all the same.
    var isNarrowed: Bool { !bounds.isEmpty || choice != nil }

    /// Whether what has this name and needs this scope is there.
    func shows(_ name: String, _ scope: Principal.Scopes) -> Bool {
        guard scopes.isSuperset(of: scope) else { return false }
        return bounds.allSatisfy { $0.admits(name) } && choice.map { $0.contains { $0.admits(name) } } ?? true
    }

    /// Whether a tool is in the list, and can be called.
    public func shows(_ tool: Tool) -> Bool { shows(tool.name, tool.scope) }

    func shows(_ prompt: Prompt) -> Bool { shows(prompt.name, prompt.scope) }
    func shows(_ resource: Resource) -> Bool { shows(resource.name, resource.scope) }
    func shows(_ template: ResourceTemplate) -> Bool { shows(template.name, template.scope) }
}
