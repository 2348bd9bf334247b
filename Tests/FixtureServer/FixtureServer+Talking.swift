import Core
import Gateway
import MCP

/// Tools that speak before they answer, and tools that change what is offered.
extension FixtureServer {
    /// Between two messages, in seconds: long enough for them to arrive one by one.
    private static let beat = 0.05

    func addTalkingTools(to registry: inout Registry) {
        registry.add(
            Self.tool("test_tool_with_logging", "Writes three lines of log.") { [host] call, _ throws(CallFailure) in
                call.log(.info, "Tool execution started")
                try await host.pause(Self.beat)
                call.log(.info, "Tool processing data")
                try await host.pause(Self.beat)
                call.log(.info, "Tool execution completed")
                return .text("Tool with logging executed successfully")
            })
        registry.add(
            Self.tool("test_tool_with_progress", "Tells how far it is.") { [host] call, _ throws(CallFailure) in
                call.progress(0, of: 100)
                try await host.pause(Self.beat)
                call.progress(50, of: 100)
                try await host.pause(Self.beat)
                call.progress(100, of: 100)
                return .text("Tool with progress executed successfully")
            })
        registry.add(
            Self.tool("test_logging_tool", "Writes one line of log.") { call, _ throws(CallFailure) in
                call.log(.info, "A line for those who want it")
                return .text("Logged")
            })
        registry.add(
            Self.tool("test_slow", "Takes five seconds.") { [host] call, _ throws(CallFailure) in
                call.progress(0, of: 1)
                try await host.pause(5)
                return .text("Done")
            })
    }

    func addChangingTools(to registry: inout Registry) {
        let tool = Self.tool("test_added_tool", "Comes and goes.") { _, _ throws(CallFailure) in .text("Here") }
        registry.add(
            Self.tool("test_trigger_tool_change", "Adds or removes a tool.") { [self] _, _ throws(CallFailure) in
                if dispatcher.registry.tools.contains(where: { $0.name == tool.name }) {
                    dispatcher.registry = dispatcher.registry.without(tool.name)
                } else {
                    dispatcher.registry.add(tool)
                }
                host.publish(.toolsListed)
                return .text("The list of tools has changed")
            })
        let prompt = Prompt("test_added_prompt", title: "Added", description: "Comes and goes.") {
            _, _ throws(CallFailure) in [Prompt.Message(.user, .text("Here"))]
        }
        registry.add(
            Self.tool("test_trigger_prompt_change", "Adds or removes a prompt.") { [self] _, _ throws(CallFailure) in
                if dispatcher.registry.prompts.contains(where: { $0.name == prompt.name }) {
                    dispatcher.registry = dispatcher.registry.without(prompt.name)
                } else {
                    dispatcher.registry.add(prompt)
                }
                host.publish(.promptsListed)
                return .text("The list of prompts has changed")
            })
        registry.add(
            Self.tool("test_flood", "Tells of more changes than a buffer holds.") { [host] _, _ throws(CallFailure) in
                for _ in 0..<1500 {
                    for _ in 0..<50 { host.publish(.resourceUpdated(uri: "test://watched-resource")) }
                    try await host.pause(0)
                }
                return .text("Told")
            })
        registry.add(
            Self.tool("test_trigger_resource_update", "Tells that the watched resource has changed.") {
                [host] _, _ throws(CallFailure) in
                host.publish(.resourceUpdated(uri: "test://watched-resource"))
                return .text("The watched resource has changed")
            })
    }
}

extension Registry {
    /// The same without a tool or a prompt of this name.
    fileprivate func without(_ name: String) -> Registry {
        var others = Registry()
        others.listsChange = listsChange
        for tool in tools where tool.name != name { others.add(tool) }
        for prompt in prompts where prompt.name != name { others.add(prompt) }
        for resource in resources { others.add(resource) }
        for template in templates { others.add(template) }
        return others
    }
}
