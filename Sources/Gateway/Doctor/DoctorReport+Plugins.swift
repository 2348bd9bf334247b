import IO
import ToolHost
import ToolSources

extension DoctorReport {
    /// What the directory of plugins holds.
    mutating func addPlugins(_ snapshot: PluginSnapshot) {
        for problem in snapshot.problems {
            add("plugins", .failed, problem, advice: "Correct it; the gateway looks again by itself.")
        }
        for refused in snapshot.refused {
            add(
                "plugins", .warning, "\(refused.name) is not offered: \(refused.reason)",
                advice: "luma-mcp plugins check PATH says more.")
        }
        for plugin in snapshot.plugins {
            let tools = plugin.commands.map(\.definition.name).joined(separator: ", ")
            add("plugins", .ok, "\(plugin.name) offers \(tools.isEmpty ? "nothing" : tools) (\(plugin.sandbox))")
            for refused in plugin.refused {
                add("plugins", .warning, "\(plugin.name): \(refused.name) is not offered: \(refused.reason)")
            }
            for request in plugin.notGranted {
                add("plugins", .ok, "\(plugin.name): \(request), which plugins.json does not grant")
            }
        }
        if snapshot.problems.isEmpty, snapshot.refused.isEmpty, snapshot.plugins.isEmpty {
            add("plugins", .ok, "the directory holds none")
        }
    }
}
