import IO
import MCP
import ToolHost
import ToolSources

/// What is found of tools from outside.
extension DoctorReport {
    /// What the directory of plugins holds.
    mutating func addPlugins(_ snapshot: PluginSnapshot) {
        for problem in snapshot.problems {
            add("plugins", .failed, problem, advice: "Correct it; the gateway notices by itself.")
        }
        for refused in snapshot.refused {
            add(
                "plugins", .warning, "\(refused.name) is not offered: \(refused.reason)",
                advice: "Run luma-mcp plugins check PATH for details.")
        }
        for plugin in snapshot.plugins {
            let tools = plugin.commands.map(\.definition.name).joined(separator: ", ")
            add("plugins", .ok, "\(plugin.name) offers \(tools.isEmpty ? "nothing" : tools) (\(plugin.sandbox))")
            for refused in plugin.refused {
                add("plugins", .warning, "\(plugin.name): \(refused.name) is not offered: \(refused.reason)")
            }
            for warning in plugin.warnings {
                add(
                    "plugins", .warning, "\(plugin.name): \(warning)",
                    advice: "Read its texts before a model does: luma-mcp plugins check PATH.")
            }
            for request in plugin.notGranted {
                add("plugins", .ok, "\(plugin.name): \(request), which plugins.json does not grant")
            }
        }
        if snapshot.problems.isEmpty, snapshot.refused.isEmpty, snapshot.plugins.isEmpty {
            add("plugins", .ok, "the directory has no plugins")
        }
    }

    /// What the documents of services give. Nothing is sent to any of them.
    mutating func addForwarders(_ snapshot: ForwarderSnapshot) {
        for problem in snapshot.problems {
            add("forwarders", .failed, problem, advice: "Correct it and send SIGHUP to the gateway.")
        }
        for document in snapshot.documents {
            let name = document.reading.name ?? document.place
            switch document.state {
            case .off:
                // Nobody has asked for what is a part of the program.
                if document.origin == .builtIn { continue }
                add("forwarders", .ok, "\(name) is off: \(document.reason ?? "")")
            case .refused:
                if document.origin == .builtIn, document.conflict != nil { continue }
                add(
                    "forwarders", .warning, "\(document.place) is not offered: \(document.reason ?? "")",
                    advice: "Run luma-mcp forwarders check FILE for details.")
            case .on:
                let tools = document.reading.definitions.map(\.name).joined(separator: ", ")
                add("forwarders", .ok, "\(name) offers \(tools.isEmpty ? "nothing" : tools)")
                for refused in document.reading.refused {
                    add("forwarders", .warning, "\(name): \(refused.name) is not offered: \(refused.reason)")
                }
                for warning in document.reading.warnings.prefix(ToolSourceReport.maxLines) {
                    add("forwarders", .warning, "\(name): \(warning.line)")
                }
                if !document.notConfigured.isEmpty {
                    let ways = document.notConfigured.joined(separator: ", or ")
                    add("forwarders", .warning, "\(name): calls fail until \(ways) is set")
                }
            }
        }
    }

    /// What upstream MCP servers offer.
    mutating func addUpstreams(_ snapshot: UpstreamSnapshot) {
        for problem in snapshot.problems {
            add("upstreams", .failed, problem, advice: "Correct it and send SIGHUP to the gateway.")
        }
        for state in snapshot.upstreams {
            switch state.phase {
            case .off: add("upstreams", .ok, "\(state.name) is off: \(state.reason ?? "")")
            case .refused:
                add(
                    "upstreams", .warning, "\(state.name) is not offered: \(state.reason ?? "")",
                    advice: "Correct it and send SIGHUP to the gateway.")
            case .down, .held, .connecting:
                add(
                    "upstreams", .warning,
                    "\(state.name) does not answer: \(state.reason ?? "it has said nothing yet")",
                    advice: "The gateway goes on trying; its tools are there as soon as it answers.")
            case .on:
                let tools = state.offered.tools.map(\.definition.name).joined(separator: ", ")
                add(
                    "upstreams", .ok,
                    "\(state.name) (\(state.server ?? ""), \(state.revision ?? "")) offers "
                        + (tools.isEmpty ? "nothing" : tools))
                if let reason = state.reason { add("upstreams", .warning, "\(state.name): \(reason)") }
            }
            for refused in state.offered.refused {
                add("upstreams", .warning, "\(state.name): \(refused.name) is not offered: \(refused.reason)")
            }
            for note in state.offered.notes { add("upstreams", .warning, "\(state.name): \(note)") }
        }
    }

    /// Names of tools that more than one source wants, and so none has.
    /// - Parameters:
    ///   - wanted: the names that each source wants.
    ///   - builtIn: those of the gateway's own tools.
    mutating func addConflicts(of wanted: [String: [String]], builtIn: Set<String>) {
        for conflict in Registry.conflicts(of: wanted, builtIn: builtIn) {
            let sources = conflict.sources.joined(separator: " and ")
            if conflict.isBuiltIn {
                add(
                    "tools", .warning,
                    "\(conflict.name) is a built-in tool, so the one from \(sources) is not offered",
                    advice: "Give the other tool another name, or its document a prefix.")
            } else {
                let times = conflict.sources.count == 1 ? " twice" : ""
                add(
                    "tools", .warning, "\(conflict.name) is defined by \(sources)\(times), so none of them offers it",
                    advice: "Rename one of the tools, give its document a prefix, or switch it off (enabled).")
            }
        }
    }
}
