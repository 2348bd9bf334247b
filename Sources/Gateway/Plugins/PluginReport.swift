import Core
import HTTP
import IO
import ToolHost
import ToolSources

/// What is told of plugins: in `/status`, by the tool `health`, by `doctor` and the command `plugins list`.
struct PluginReport {
    let snapshot: PluginSnapshot
    /// How their calls are; nil where none are made.
    var slots: CallSlots?

    init(_ snapshot: PluginSnapshot, slots: CallSlots? = nil) {
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
            "plugins": .array(snapshot.plugins.map(entry)),
            "refused": .array(
                snapshot.refused.map { ["name": .string($0.name), "reason": .string($0.reason)] }),
            "problems": .array(snapshot.problems.map { .string($0) }),
        ]
    }

    private func entry(_ plugin: HostedPlugin) -> JSON {
        var object: JSONObject = ["name": .string(plugin.name)]
        object["version"] = plugin.version.map { .string($0) } ?? .null
        object["described"] = .string(plugin.isKnownByHelp ? "by its help" : "by itself")
        object["tools"] = .array(plugin.commands.map { .string($0.definition.name) })
        object["refused"] = .array(
            plugin.refused.map { ["name": .string($0.name), "reason": .string($0.reason)] })
        object["not_granted"] = .array(plugin.notGranted.map { .string($0) })
        object["notes"] = .array(plugin.notes.map { .string($0) })
        object["fetches"] = .array(plugin.commands.compactMap(Self.fetch))
        object["warnings"] = .array(plugin.warnings.map { .string($0) })
        object["sandbox"] = .string(plugin.sandbox.description)
        let counts = slots?.counts(plugin.name) ?? CallSlots.Counts()
        object["running"] = .number(JSONNumber(counts.running))
        object["waiting"] = .number(JSONNumber(counts.waiting))
        object["calls"] = .number(JSONNumber(Int(clamping: counts.calls)))
        object["failures"] = .number(JSONNumber(Int(clamping: counts.failures)))
        return .object(object)
    }
}

extension PluginReport {
    /// What the gateway fetches for a tool, and from where.
    private static func fetch(_ command: HostedPlugin.Command) -> JSON? {
        guard let wish = command.command.fetch, let rule = command.policy.fetch else { return nil }
        return [
            "tool": .string(command.definition.name), "argument": .string(wish.argument),
            "hosts": .array(rule.hosts.map { .string($0.text) }),
            "private_hosts": .array(rule.privateHosts.map { .string($0.text) }),
            "plain_http": .bool(rule.allowsPlainHTTP), "max_bytes": .number(JSONNumber(rule.maxBytes)),
            "types": .array(rule.types.map { .string($0) }),
        ]
    }

    /// The same in a line.
    private static func fetchLine(_ command: HostedPlugin.Command) -> String? {
        guard let wish = command.command.fetch, let rule = command.policy.fetch else { return nil }
        let places: [String?] = [
            rule.hosts.isEmpty ? nil : "public " + rule.hosts.map(\.text).joined(separator: " "),
            rule.privateHosts.isEmpty ? nil : "private " + rule.privateHosts.map(\.text).joined(separator: " "),
            rule.allowsPlainHTTP ? "also by http" : "https alone", "at most \(rule.maxBytes) bytes",
            rule.types.isEmpty ? nil : rule.types.joined(separator: " "),
        ]
        return "    fetches what \(wish.argument) names: " + places.compactMap(\.self).joined(separator: "; ")
    }

    /// Nothing is refused, and everything can be used.
    var isComplete: Bool {
        snapshot.problems.isEmpty && snapshot.refused.isEmpty && snapshot.plugins.allSatisfy { $0.refused.isEmpty }
    }

    /// For a person.
    /// - Parameter withCommands: tells each command in full.
    func text(withCommands: Bool) -> String {
        var lines = snapshot.problems.map { "problem: \($0)" }
        for plugin in snapshot.plugins {
            let version = plugin.version.map { " \($0)" } ?? ""
            let known = plugin.isKnownByHelp ? ", known by its help" : ""
            lines.append("\(plugin.name)\(version)\(known)")
            for command in plugin.commands { lines += Self.lines(command, inFull: withCommands) }
            lines += plugin.refused.map { "  not offered: \($0.name): \($0.reason)" }
            lines += plugin.notGranted.map { "  not granted: \($0)" }
            lines += plugin.notes.map { "  note: \($0)" }
            lines += plugin.warnings.map { "  warning: \($0)" }
            lines.append("  sandbox: \(plugin.sandbox)")
        }
        lines += snapshot.refused.map { "not offered: \($0.name): \($0.reason)" }
        if lines.isEmpty { lines.append("There are no plugins.") }
        return lines.joined(separator: "\n")
    }

    private static func lines(_ command: HostedPlugin.Command, inFull: Bool) -> [String] {
        let definition = command.definition
        guard inFull else { return ["  \(definition.name)"] }
        let line = definition.description.split(separator: "\n").first.map(String.init) ?? ""
        var lines = ["  \(definition.name)  scope \(command.policy.scope.rawValue)  \(line)"]
        let required = (definition.input["required"]?.arrayValue ?? []).compactMap(\.stringValue)
        for (name, schema) in definition.input["properties"]?.objectValue?.members ?? [] {
            let type = schema["type"]?.stringValue ?? "any"
            lines.append("    \(name)  \(type)\(required.contains(name) ? ", required" : "")")
        }
        if let line = fetchLine(command) { lines.append(line) }
        return lines
    }
}
