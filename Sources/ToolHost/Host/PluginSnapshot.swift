/// What the plugins of a directory offer at one moment. It does not change: the next one has a higher generation.
package struct PluginSnapshot: Sendable {
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

/// Something worth a line of the gateway's log: a constant message, and what varies.
package struct HostEvent: Sendable {
    package enum Level: Sendable { case debug, info, warning, error }

    package let level: Level
    package let message: String
    package let fields: [(name: String, value: String)]

    init(_ level: Level, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        self.level = level
        self.message = message
        self.fields = fields.map { (name: $0.key, value: $0.value) }
    }
}
