import Core

/// What a server offers, as it follows from what is registered.
struct ServerCapabilities: Sendable {
    var tools = false
    var prompts = false
    var resources = false
    var completions = false
    /// The lists may change while a client is there.
    var listsChange = false
    /// Resources can be subscribed to.
    var subscribe = false
    var logging = false

    var toolsChange: Bool { tools && listsChange }
    var promptsChange: Bool { prompts && listsChange }
    var resourcesChange: Bool { resources && listsChange }
    /// There is something to listen to.
    var changes: Bool { toolsChange || promptsChange || resourcesChange || (resources && subscribe) }

    func json(in revision: Revision) -> JSON {
        var object = JSONObject()
        func list(_ isOffered: Bool, _ name: String, _ more: JSONObject = [:]) {
            guard isOffered else { return }
            var members = more
            if listsChange { members["listChanged"] = true }
            object[name] = .object(members)
        }
        list(tools, "tools")
        list(prompts, "prompts")
        list(resources, "resources", subscribe ? ["subscribe": true] : [:])
        if logging { object["logging"] = [:] }
        // Before 2025-03-26 completion was there without being told.
        if completions, revision >= .march2025 { object["completions"] = [:] }
        return .object(object)
    }
}
