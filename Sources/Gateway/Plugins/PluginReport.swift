import Core
import IO
import ToolHost
import ToolSources

/// What is told of plugins: in `/status`, by the tool `health`, by `doctor` and the command `plugins list`.
struct PluginReport {
    let snapshot: PluginSnapshot
    /// How their calls are; nil where none are made.
    var slots: PluginSlots?

    init(_ snapshot: PluginSnapshot, slots: PluginSlots? = nil) {
        self.snapshot = snapshot
        self.slots = slots
    }

    init(_ service: PluginService) { self.init(service.host.snapshot, slots: service.host.runs.slots) }

    /// The members that the tool `health` has of them.
    var health: [(name: String, value: JSON)] {
        [
            ("plugins", .number(JSONNumber(snapshot.plugins.count))),
            ("plugin_names", .array(snapshot.names.map { .string($0) })),
        ]
    }

    /// For `/status`.
    var json: JSON {
        [
            "generation": .number(JSONNumber(Int(clamping: snapshot.generation))),
            "settling": .bool(snapshot.isSettling),
            "plugins": .array(snapshot.plugins.map(told)),
            "refused": .array(
                snapshot.refused.map { ["name": .string($0.name), "reason": .string($0.reason)] }),
            "problems": .array(snapshot.problems.map { .string($0) }),
        ]
    }

    private func told(_ plugin: HostedPlugin) -> JSON {
        var object: JSONObject = ["name": .string(plugin.name)]
        object["version"] = plugin.version.map { .string($0) } ?? .null
        object["described"] = .string(plugin.isKnownByHelp ? "by its help" : "by --describe")
        object["tools"] = .array(plugin.commands.map { .string($0.definition.name) })
        object["refused"] = .array(
            plugin.refused.map { ["name": .string($0.name), "reason": .string($0.reason)] })
        object["not_granted"] = .array(plugin.notGranted.map { .string($0) })
        object["notes"] = .array(plugin.notes.map { .string($0) })
        object["sandbox"] = .string(plugin.sandbox.description)
        let counts = slots?.counts(plugin.name) ?? PluginSlots.Counts()
        object["running"] = .number(JSONNumber(counts.running))
        object["waiting"] = .number(JSONNumber(counts.waiting))
        object["calls"] = .number(JSONNumber(Int(clamping: counts.calls)))
        object["failures"] = .number(JSONNumber(Int(clamping: counts.failures)))
        return .object(object)
    }
}
