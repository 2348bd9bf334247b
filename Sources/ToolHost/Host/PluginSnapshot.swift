/// What the plugins of a directory offer at one moment. It does not change: the next one has a higher generation.
package struct PluginSnapshot: Sendable {
    /// Grows with each snapshot that is published; 0 before the first.
    package var generation: UInt64 = 0
    /// Those that are offered, by their names.
    package var plugins: [HostedPlugin] = []
    /// Those that are not.
    package var refused: [RefusedPlugin] = []
    /// What is wrong with the directory or the operator's file, in words for the operator.
    package var problems: [String] = []
    /// Some are being asked what they do.
    package var isSettling = true

    package init() {}

    /// The names of the plugins that offer something, in order.
    package var names: [String] { plugins.map(\.name) }

    /// Whether the other one says the same.
    func isSame(as other: PluginSnapshot) -> Bool {
        plugins.map(ObjectIdentifier.init) == other.plugins.map(ObjectIdentifier.init) && refused == other.refused
            && problems == other.problems && isSettling == other.isSettling
    }
}

extension PluginSnapshot {
    /// What has come, gone, or cannot be used since another one; for the log.
    func news(since last: PluginSnapshot) -> [HostEvent] {
        var events = refused.filter { !last.refused.contains($0) }.map { refused in
            HostEvent(.warning, "A plugin is not offered", ["plugin": refused.name, "reason": refused.reason])
        }
        for problem in problems where !last.problems.contains(problem) {
            events.append(HostEvent(.error, "Plugins cannot be used as configured", ["problem": problem]))
        }
        for plugin in plugins where !last.plugins.contains(where: { $0 === plugin }) {
            events.append(
                HostEvent(
                    .info, "A plugin is offered", ["plugin": plugin.name, "tools": String(plugin.commands.count)]))
        }
        for plugin in last.plugins where !plugins.contains(where: { $0.name == plugin.name }) {
            events.append(HostEvent(.info, "A plugin is no longer offered", ["plugin": plugin.name]))
        }
        return events
    }
}

/// Something worth a line of the gateway's log: a constant message, and what varies.
package struct HostEvent: Sendable {
    /// How much it matters, as in the gateway's log.
    package enum Level: Sendable { case debug, info, warning, error }

    package let level: Level
    /// A constant sentence.
    package let message: String
    /// What varies; no argument and no secret.
    package let fields: [(name: String, value: String)]

    init(_ level: Level, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        self.level = level
        self.message = message
        self.fields = fields.map { (name: $0.key, value: $0.value) }
    }
}
