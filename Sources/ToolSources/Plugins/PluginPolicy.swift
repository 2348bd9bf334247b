public import Core
public import HTTP
public import MCP

/// What a plugin may do: what its operator grants, as far as the plugin asks for it.
///
/// A plugin that says what it needs gets no more than that; one that does not, such as one that knows no description, gets what
/// is granted.
public struct PluginPolicy: Sendable, Equatable {
    /// Whether it is offered at all.
    public var isEnabled: Bool
    /// The deadline of a call.
    public var timeoutSeconds: Double
    /// Octets of address space; nil for no limit.
    public var memoryBytes: Int?
    /// Octets of standard output.
    public var outputBytes: Int
    /// Calls at once.
    public var concurrency: Int
    /// Calls that may wait.
    public var queue: Int
    public var hasNetwork: Bool
    /// Added to the environment that every plugin has.
    public var variables: [PluginGrants.Variable]
    /// What it may use besides the system and its own directory.
    public var paths: [PluginPath]
    public var sandbox: PluginGrants.Sandbox
    /// The one state in which it is offered; nil for any.
    public var pin: PluginPin?
    /// What the plugin asks for and does not get, in words for the operator.
    public var notGranted: [String]
    private let entry: PluginGrants.Entry
    private let standard: PluginGrants.Entry
    private let askedSeconds: Double?

    /// The policy of the plugin of this name.
    public init(_ name: String, grants: PluginGrants, requests: PluginRequests) {
        let entry = grants.plugins[name] ?? PluginGrants.Entry()
        let standard = grants.standard
        self.entry = entry
        self.standard = standard
        askedSeconds = requests.timeoutSeconds
        isEnabled = entry.command.isEnabled ?? standard.command.isEnabled ?? true
        let granted = entry.command.timeoutSeconds ?? standard.command.timeoutSeconds ?? PluginLimits.timeoutSeconds
        timeoutSeconds = min(granted, requests.timeoutSeconds ?? granted)
        memoryBytes = entry.memoryBytes ?? standard.memoryBytes
        outputBytes = entry.outputBytes ?? standard.outputBytes ?? PluginLimits.outputBytes
        concurrency =
            requests.isSerial ? 1 : entry.concurrency ?? standard.concurrency ?? PluginLimits.concurrency
        queue = entry.queue ?? standard.queue ?? PluginLimits.queue
        let grantsNetwork = entry.network ?? standard.network ?? false
        hasNetwork = grantsNetwork && requests.network ?? true
        sandbox = entry.sandbox ?? standard.sandbox ?? .standard
        pin = entry.pin

        var missing: [String] = []
        if let asked = requests.timeoutSeconds, asked > granted {
            missing.append("asks for \(Self.seconds(asked)), has \(Self.seconds(granted)) (timeout_seconds)")
        }
        if requests.network == true, !grantsNetwork { missing.append("asks for the network (network)") }
        if let names = requests.environment {
            variables = entry.variables.filter { names.contains($0.name) }
            for name in names where !variables.contains(where: { $0.name == name }) {
                missing.append("asks for the environment variable \(name) (env)")
            }
        } else {
            variables = entry.variables
        }
        if let asked = requests.paths {
            (paths, missing) = Self.shared(asked, entry.paths, missing)
        } else {
            paths = entry.paths
        }
        notGranted = missing
    }

    /// What both sides name: of two paths, one in the other, the inner one.
    private static func shared(
        _ asked: [PluginPath], _ granted: [PluginPath], _ missing: [String]
    ) -> ([PluginPath], [String]) {
        var paths: [PluginPath] = []
        var missing = missing
        for path in asked {
            var isRead = false
            var isWritten = false
            for grant in granted {
                let isCovered = grant.contains(path)
                guard isCovered || path.contains(grant) else { continue }
                isRead = isRead || isCovered
                isWritten = isWritten || isCovered && grant.isWritable
                let inner = PluginPath(
                    isCovered ? path.path : grant.path, isWritable: path.isWritable && grant.isWritable)
                if let inner, !paths.contains(inner) { paths.append(inner) }
            }
            if !isRead || path.isWritable && !isWritten {
                missing.append("asks to \(path.isWritable ? "write" : "read") \(path.path) (paths)")
            }
        }
        // What may be written need not be named for reading as well.
        let writable = paths.filter(\.isWritable)
        paths.removeAll { path in !path.isWritable && writable.contains { $0.contains(path) } }
        return (paths, missing)
    }

    private static func seconds(_ count: Double) -> String { (JSONNumber(count)?.text ?? "") + " seconds" }
}

extension PluginPolicy {
    /// What holds for one command of the plugin.
    public struct Command: Sendable, Equatable {
        public var isEnabled: Bool
        /// What a caller needs.
        public var scope: AccessScope
        /// What clients are told of its effects.
        public var hints: Tool.Hints
        public var timeoutSeconds: Double
        /// How long it asks for, when that is longer.
        public var askedSeconds: Double?
        /// What the gateway may fetch for a call; nil when the command wants nothing, or nothing is granted.
        public var fetch: FetchRule?
        /// What the command asks for and does not get, in words for the operator.
        public var notGranted: [String]
    }

    /// The policy of a command. Without a grant it needs `write` and counts as destructive and open; it may ask for a higher scope
    /// than that by itself.
    public func command(_ command: PluginCommand) -> Command {
        let own = entry.commands[command.name] ?? PluginGrants.CommandEntry()
        var missing: [String] = []
        let given = own.scope ?? entry.command.scope ?? standard.command.scope
        let scope = given ?? (command.scope == .admin ? .admin : .write)
        if let asked = command.scope, asked != scope { missing.append("asks for scope \(asked), has \(scope) (scope)") }

        let granted = own.timeoutSeconds ?? entry.command.timeoutSeconds ?? standard.command.timeoutSeconds
        let most = granted ?? PluginLimits.timeoutSeconds
        let asked = command.timeoutSeconds ?? askedSeconds
        let seconds = min(most, asked ?? most)
        if let asked = command.timeoutSeconds, asked > most {
            missing.append("asks for \(Self.seconds(asked)), has \(Self.seconds(most)) (timeout_seconds)")
        }

        let fetch = command.fetch.flatMap { asked in entry.fetch.map { asked.bounded(by: $0) } }
        if let asked = command.fetch {
            if let granted = entry.fetch {
                if let bytes = asked.maxBytes, bytes > granted.maxBytes {
                    missing.append("asks for files of \(bytes) bytes, has \(granted.maxBytes) (fetch)")
                }
            } else {
                missing.append("asks for files to be fetched (fetch)")
            }
        }

        let hints = [own.hints, entry.command.hints, standard.command.hints]
        func grant(_ hint: KeyPath<PluginGrants.Hints, Bool?>) -> Bool? {
            hints.lazy.compactMap { $0[keyPath: hint] }.first
        }
        let readOnly = grant(\.readOnly) ?? false
        let effective = Tool.Hints(
            readOnly: readOnly, destructive: readOnly ? false : grant(\.destructive) ?? true,
            idempotent: grant(\.idempotent) ?? false, openWorld: grant(\.openWorld) ?? true)
        for (asked, has, name) in [
            (command.hints.readOnly, effective.readOnly, "read_only"),
            (command.hints.destructive, effective.destructive, "destructive"),
            (command.hints.idempotent, effective.idempotent, "idempotent"),
            (command.hints.openWorld, effective.openWorld, "open_world"),
        ] {
            if let asked, asked != has { missing.append("asks for the hint \(name) to be \(asked) (hints)") }
        }
        return Command(
            isEnabled: isEnabled && own.isEnabled ?? true, scope: scope, hints: effective, timeoutSeconds: seconds,
            askedSeconds: asked.flatMap { $0 > seconds ? $0 : nil }, fetch: fetch, notGranted: missing)
    }

    /// Commands that the operator's file names and the plugin does not have: probably misspelt.
    public func unknownCommands(of description: PluginDescription) -> [String] {
        let known = Set(description.commands.map(\.name))
        return entry.commands.keys.filter { !known.contains($0) }.sorted()
    }
}
