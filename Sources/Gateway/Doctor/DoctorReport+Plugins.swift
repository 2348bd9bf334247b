import IO
import MCP
import ToolHost
import ToolSources

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
}

extension DoctorReport {
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
