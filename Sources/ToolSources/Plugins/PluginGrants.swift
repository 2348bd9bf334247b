public import Core
public import HTTP

/// What an operator grants to plugins, as `plugins.json` says it. Without the file every plugin has the least.
public struct PluginGrants: Sendable, Equatable {
    /// How closely a plugin's processes are shut in.
    public enum Sandbox: String, Sendable, CaseIterable {
        /// For development.
        case none
        /// Limits of the process alone.
        case limits
        /// Also no new privileges, and the file system and system calls as far as the kernel can.
        case standard = "default"
        /// As the default, and no start where the kernel cannot.
        case strict
    }

    /// Where the value of an environment variable comes from.
    public enum VariableSource: Sendable, Equatable {
        case literal(String)
        /// A variable of the gateway's own environment.
        case environment(String, fallback: String?)
        /// A secret of the gateway's: a credential, a file or a variable.
        case secret(String)
    }

    /// An environment variable that a plugin is given.
    public struct Variable: Sendable, Equatable {
        public let name: String
        /// Where its value comes from.
        public let source: VariableSource
    }

    /// MCP's hints by the operator's word; nil for what he does not say.
    public struct Hints: Sendable, Equatable {
        public var readOnly: Bool?
        public var destructive: Bool?
        public var idempotent: Bool?
        public var openWorld: Bool?
    }

    /// What may be said of a single command, too.
    public struct CommandEntry: Sendable, Equatable {
        public var isEnabled: Bool?
        public var scope: AccessScope?
        public var hints = Hints()
        public var timeoutSeconds: Double?
    }

    /// What the file says of one plugin; nil where it says nothing.
    public struct Entry: Sendable, Equatable {
        public var command = CommandEntry()
        public var memoryBytes: Int?
        public var outputBytes: Int?
        public var concurrency: Int?
        public var queue: Int?
        public var network: Bool?
        /// From where, and how much, the gateway fetches for it; nil for nothing.
        public var fetch: FetchRule?
        public var variables: [Variable] = []
        public var paths: [PluginPath] = []
        public var sandbox: Sandbox?
        /// The one state in which it is offered; nil for any.
        public var pin: PluginPin?
        public var commands: [String: CommandEntry] = [:]
    }

    /// What holds for a plugin where its own entry says nothing.
    public var standard = Entry()
    /// The entries by the plugins' names.
    public var plugins: [String: Entry] = [:]

    /// Grants nothing beyond the least.
    public init() {}

    /// Whether an environment variable may be called so: a letter or `_`, then letters, digits and `_`, at most 128.
    public static func isVariable(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 128, first > UInt8(ascii: "9") else { return false }
        return name.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "_") }
    }

    /// The variables that every plugin has by the gateway itself, which no grant replaces.
    public static let ownVariables = [
        "LUMA_PLUGIN", "LUMA_PLUGIN_DIR", "LUMA_REQUEST_ID", "LUMA_DEADLINE_SECONDS", "LUMA_FETCHED",
    ]
}

/// The limits of a plugin's calls: their defaults, and what an operator may ask for at most.
public enum PluginLimits {
    /// What a call has without a grant, in seconds.
    public static let timeoutSeconds = 30.0
    /// The most that may be granted, in seconds.
    public static let maxTimeoutSeconds = 900.0
    /// Octets of standard output.
    public static let outputBytes = 1 << 20
    /// The most that may be granted, in bytes.
    public static let maxOutputBytes = 16 << 20
    /// Calls of one plugin at once.
    public static let concurrency = 4
    /// The most calls at once that may be granted.
    public static let maxConcurrency = 16
    /// Calls of one plugin that wait.
    public static let queue = 32
    /// The most waiting calls that may be granted.
    public static let maxQueue = 256
    /// Octets of a file that is fetched for a call.
    public static let maxFetchBytes = 64 << 20
    /// Pixels of an image that is fetched.
    public static let maxFetchPixels = 1 << 28
    public static let maxFetchSeconds = 300.0
}
