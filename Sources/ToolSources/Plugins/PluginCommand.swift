public import Core

/// One command of a plugin, as the plugin describes it, cleaned. What it says of scope, hints and time are requests.
public struct PluginCommand: Sendable, Equatable {
    /// How the arguments of a call get to the plugin.
    public enum Passing: String, Sendable, CaseIterable {
        case flags
        /// One JSON document on standard input, and nothing but the command's name on the command line.
        case standardInput = "stdin-json"
    }

    /// What the plugin writes to its standard output.
    public enum Output: String, Sendable, CaseIterable {
        case text, json
        /// The result of a call as MCP has it.
        case mcp
        /// Lines of JSON while it runs, the last with the result.
        case ndjson
    }

    /// What happens with more output than the plugin may write.
    public enum Overflow: String, Sendable, CaseIterable {
        case error
        /// The beginning is kept.
        case head
        /// The end is kept.
        case tail
    }

    /// A file that the gateway downloads for the plugin, which then needs no network.
    public struct Fetch: Sendable, Equatable {
        /// The argument that holds the address.
        public let argument: String
        /// Octets; nil leaves it to the gateway.
        public let maxBytes: Int?
        /// Media types that are taken; empty leaves it to the gateway.
        public let types: [String]
    }

    /// MCP's four hints; nil for what the plugin does not say.
    public struct HintRequests: Sendable, Equatable {
        public var readOnly: Bool?
        public var destructive: Bool?
        public var idempotent: Bool?
        public var openWorld: Bool?

        /// Says nothing.
        public init() {}
    }

    /// The plugin's own name for it.
    public let name: String
    public var title: String?
    public var description: String?
    /// JSON Schema of the arguments, as clients take it.
    public var input: JSONObject
    /// JSON Schema of the structured result.
    public var output: JSONObject?
    /// Refuses arguments that the schema does not name.
    public var isClosed = true
    /// In the order of the plugin, which is the order of positions.
    public var parameters: [PluginParameter] = []
    /// How arguments reach the program.
    public var passing = Passing.flags
    /// What its standard output is.
    public var outputForm = Output.text
    /// What happens at the limit of its output.
    public var overflow = Overflow.error
    /// A file that is to be fetched for it; nil for none.
    public var fetch: Fetch?
    public var hints = HintRequests()
    /// What it says that a caller should need; nil when it does not say.
    public var scope: AccessScope?
    /// How long a call may take; nil when it does not say.
    public var timeoutSeconds: Double?
    /// Warnings for its author.
    public var notes: [String] = []

    /// A command that takes these arguments.
    public init(_ name: String, input: JSONObject = ["type": "object", "properties": [:]]) {
        self.name = name
        self.input = input
    }
}

/// What a plugin asks its operator for. Nil where it does not say.
public struct PluginRequests: Sendable, Equatable {
    public var timeoutSeconds: Double?
    /// One call at a time.
    public var isSerial = false
    /// Names of environment variables.
    public var environment: [String]?
    public var network: Bool?
    public var paths: [PluginPath]?

    /// Asks for nothing.
    public init() {}
}

/// A file or directory that a plugin may use.
public struct PluginPath: Sendable, Equatable {
    /// Absolute, without `.`, `..` and empty parts.
    public let path: String
    /// Whether it may be changed.
    public let isWritable: Bool

    /// Nil when the path is not absolute or leads over `..`.
    public init?(_ path: String, isWritable: Bool) {
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.count <= 4096, OutsideText.isSeen(path) else {
            return nil
        }
        let parts = path.split(separator: "/").filter { $0 != "." }
        guard !parts.contains("..") else { return nil }
        self.path = "/" + parts.joined(separator: "/")
        self.isWritable = isWritable
    }

    /// Whether the other path lies at or below this one.
    public func contains(_ other: PluginPath) -> Bool {
        path == "/" || other.path == path || other.path.hasPrefix(path + "/")
    }
}

/// What a plugin says of itself.
public struct PluginDescription: Sendable, Equatable {
    /// Commands that are taken of one plugin.
    public static let maxCommands = 128

    /// As the plugin says; nil when it does not.
    public var version: String?
    public var description: String?
    /// What it asks its operator for.
    public var requests = PluginRequests()
    public var commands: [PluginCommand] = []
    /// Commands that cannot be offered; the others are.
    public var refused: [RefusedDefinition] = []

    /// Says nothing.
    public init() {}
}

/// How one argument of a call reaches a plugin's command line.
public struct PluginParameter: Sendable, Equatable {
    /// The form of its words.
    public enum Style: Sendable, Equatable {
        /// `--k=v` in one word, so that a value is never taken for an option; an array or object as compact JSON.
        case value
        /// `--k` for true, nothing for false.
        case flag
        /// `--k` for false, nothing for true: an option that switches something off, under the name of what it switches.
        case invertedFlag
        /// `--k` for true, the other option for false.
        case pair(off: String)
        /// `--k=a --k=b`, as `action="append"` reads them.
        case repeated
        /// `--k a b`, as `nargs` reads them: repeated, only the last would count.
        case list
        /// `--k=<compact JSON>` for every kind of value.
        case json
        /// Behind `--`, where nothing is an option.
        case position
    }

    /// What the argument is called.
    public let name: String
    /// The option as the plugin spells it, dashes included; means nothing for a position.
    public let option: String
    public let style: Style
    /// Its value must not stand on a command line, which every user of the machine can read.
    public let isSecret: Bool

    /// An argument of this name that is passed by this option.
    public init(_ name: String, option: String, style: Style = .value, isSecret: Bool = false) {
        self.name = name
        self.option = option
        self.style = style
        self.isSecret = isSecret
    }
}

extension DefinitionCleaner {
    /// The definition of a plugin's command, as its operator's grants leave it.
    /// - Parameter plugin: the plugin's name, which stands before the command's.
    /// - Throws: why the command cannot be offered.
    public func clean(
        _ command: PluginCommand, plugin: String, policy: PluginPolicy.Command
    ) throws(RefusedDefinition) -> Cleaned {
        let outside = OutsideDefinition(
            name: command.name, title: command.title, description: command.description, input: .object(command.input),
            output: command.output.map { .object($0) })
        return try clean(outside, source: plugin, hints: policy.hints, scope: policy.scope.ofTool)
    }
}
