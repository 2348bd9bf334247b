public import Core
public import MCP

/// One MCP server whose tools, prompts and resources are offered here, as its operator describes it.
public struct UpstreamEntry: Sendable, Equatable {
    /// How it is reached.
    public enum Way: Sendable, Equatable {
        case http(Endpoint)
        case stdio(Child)
    }

    /// A server behind an address: Streamable HTTP.
    public struct Endpoint: Sendable, Equatable {
        public var url: String
        public var allow: ServiceBase.Allowance
        /// One that fetches nothing: a field, a parameter or a password.
        public var auth: AuthRule
    }

    /// A server that the gateway starts, and speaks to over its standard input and output.
    public struct Child: Sendable, Equatable {
        /// The program by its absolute path, and its arguments.
        public var command: [String]
        public var sandbox: PluginGrants.Sandbox
        public var paths: [PluginPath]
        public var variables: [PluginGrants.Variable]
        public var hasNetwork: Bool

        public init(
            command: [String], sandbox: PluginGrants.Sandbox, paths: [PluginPath],
            variables: [PluginGrants.Variable], hasNetwork: Bool
        ) {
            self.command = command
            self.sandbox = sandbox
            self.paths = paths
            self.variables = variables
            self.hasNetwork = hasNetwork
        }
    }

    /// Which revisions are spoken with it.
    public enum Era: String, Sendable, CaseIterable {
        /// The newest that both know.
        case auto
        case modern, legacy
    }

    /// What is done with definitions that are others than they were when they were first seen or approved.
    public enum Pin: String, Sendable, CaseIterable {
        case off
        /// They are offered, and told of.
        case warn
        /// They are hidden until the operator approves them.
        case block
    }

    /// What the operator says of one tool.
    public struct ToolRule: Sendable, Equatable {
        /// The name that stands behind the prefix, instead of the server's own.
        public var name: String?
        /// The description that clients see, instead of the server's own.
        public var description: String?
        public var hints = PluginGrants.Hints()
        public var scope: AccessScope?
    }

    /// How much it may do at once, and how long. Times are in seconds, sizes in octets.
    public struct Limits: Sendable, Equatable {
        public var connectSeconds = 10
        public var listSeconds = 10
        /// Each word on a call's progress gives it as much time anew, up to `longestCallSeconds`.
        public var callSeconds = 60
        public var concurrency = 8
        public var queue = 32
        public var resultBytes = 4 << 20
        public var tools = 500

        /// The most that an entry may set for a call, in seconds.
        public static let longestCallSeconds = 900
        /// Pages of one list.
        public static let pages = 50
    }

    /// Stands before the names of its tools and prompts, with `__` behind it.
    public let name: String
    public var way: Way
    public var era = Era.auto
    public var limits = Limits()
    /// Whose names are offered, by the server's own names; of resources by their URIs.
    public var tools = ToolFilter(allowed: [])
    public var prompts = ToolFilter(allowed: [])
    public var offersResources = true
    /// By the server's own name of the tool.
    public var rules: [String: ToolRule] = [:]
    /// What a caller needs for its tools where no rule says otherwise.
    public var scope = AccessScope.write
    /// Its own word on what its tools do counts.
    public var trustsHints = false
    public var pin = Pin.warn
    /// Nothing is offered of what was not approved before.
    public var approvesFirst = false

    /// An entry that says nothing else.
    public init(name: String, way: Way) {
        self.name = name
        self.way = way
    }
}

extension UpstreamEntry {
    /// The hints of a tool: the operator's word, then the server's own if it is trusted, then the worst.
    /// - Parameter annotations: those of the server's definition.
    public func hints(of tool: String, annotations: JSON?) -> Tool.Hints {
        let rule = rules[tool]?.hints ?? PluginGrants.Hints()
        func said(_ own: Bool?, _ name: String, otherwise: Bool) -> Bool {
            own ?? (trustsHints ? annotations?[name]?.boolValue : nil) ?? otherwise
        }
        let readOnly = said(rule.readOnly, "readOnlyHint", otherwise: false)
        return Tool.Hints(
            readOnly: readOnly,
            destructive: readOnly ? false : said(rule.destructive, "destructiveHint", otherwise: true),
            idempotent: said(rule.idempotent, "idempotentHint", otherwise: false),
            openWorld: said(rule.openWorld, "openWorldHint", otherwise: true))
    }

    /// What a caller needs for a tool.
    public func scope(of tool: String) -> AccessScope { rules[tool]?.scope ?? scope }
}
