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
            ("plugin_names", ToolSourceReport.texts(snapshot.names)),
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
            "problems": ToolSourceReport.texts(snapshot.problems),
        ]
    }

    private func entry(_ plugin: HostedPlugin) -> JSON {
        var object: JSONObject = ["name": .string(plugin.name)]
        object["version"] = plugin.version.map { .string($0) } ?? .null
        object["described"] = .string(plugin.isKnownByHelp ? "by its help" : "by itself")
        object["tools"] = ToolSourceReport.texts(plugin.commands.map(\.definition.name))
        object["refused"] = ToolSourceReport.refused(plugin.refused)
        object["not_granted"] = ToolSourceReport.texts(plugin.notGranted)
        object["notes"] = ToolSourceReport.texts(plugin.notes)
        object["fetches"] = .array(plugin.commands.compactMap(Self.fetch))
        object["warnings"] = ToolSourceReport.texts(plugin.warnings)
        object["sandbox"] = .string(plugin.sandbox.description)
        object["pin"] = plugin.pin.map { .string($0.description) } ?? .null
        object.add(slots?.counts(plugin.name))
        return .object(object)
    }
}

extension PluginReport {
    /// What the gateway fetches for a tool, and from where.
    private static func fetch(_ command: HostedPlugin.Command) -> JSON? {
        guard let wish = command.command.fetch, let rule = command.policy.fetch else { return nil }
        return [
            "tool": .string(command.definition.name), "argument": .string(wish.argument),
            "hosts": ToolSourceReport.texts(rule.hosts.map(\.text)),
            "private_hosts": ToolSourceReport.texts(rule.privateHosts.map(\.text)),
            "plain_http": .bool(rule.allowsPlainHTTP), "max_bytes": .number(JSONNumber(rule.maxBytes)),
            "types": ToolSourceReport.texts(rule.types),
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
            if let pin = plugin.pin { lines.append("  pin: \(pin)") }
        }
        lines += snapshot.refused.map { "not offered: \($0.name): \($0.reason)" }
        if lines.isEmpty { lines.append("There are no plugins.") }
        return lines.joined(separator: "\n")
    }

    private static func lines(_ command: HostedPlugin.Command, inFull: Bool) -> [String] {
        let definition = command.definition
        guard inFull else { return ["  \(definition.name)"] }
        var lines = ToolSourceReport.lines(definition, scope: command.policy.scope.rawValue)
        if let line = fetchLine(command) { lines.append(line) }
        return lines
    }
}
