/// On whose behalf a request is made, as far as the server knows: a name for logs, and what it may do.
public struct Principal: Sendable, Hashable {
    /// What a principal may do, and what is asked of one.
    public typealias Scopes = Permissions

    /// Who it is, stable and not secret: sessions, confirmations and idempotency keys are bound to it alone, and outlive a change of
    /// all else.
    public let label: String
    /// What it may do.
    public let scopes: Scopes
    /// Each of these has to let a tool through; none bounds nothing.
    public let tools: [ToolFilter]
    /// How many calls of tools it may make.
    public let calls: CallLimits

    /// A principal of this name with these scopes, and with no other tools than those that all filters let through.
    public init(label: String, scopes: Scopes, tools: [ToolFilter] = [], calls: CallLimits = CallLimits()) {
        self.label = label
        self.scopes = scopes
        self.tools = tools
        self.calls = calls
    }

    /// Whoever can reach a server that asks for no credential.
    public static let local = Principal(label: "local", scopes: .all)
}

/// What a token may do. Each scope contains the ones before it.
public enum AccessScope: String, Sendable, CaseIterable {
    case read, write, admin

    /// The same as a set, with what it contains.
    package var scopes: Permissions {
        switch self {
        case .read: .read
        case .write: [.read, .write]
        case .admin: .all
        }
    }

    /// What is asked of whoever calls a tool of a plugin or a service that was given this scope, and of this scope alone.
    package var ofTool: Permissions {
        switch self {
        case .read: .toolsRead
        case .write: .toolsWrite
        case .admin: .toolsAdmin
        }
    }

    /// What is asked of whoever uses something of another server that was given this scope: one that changes nothing does not let
    /// anybody operate there either.
    package var ofUpstream: Permissions { self == .admin ? [.toolsWrite, .toolsAdmin] : ofTool }
}

/// How many calls of tools somebody may make; nil for any number.
public struct CallLimits: Sendable, Hashable {
    /// The highest limit that can be set.
    public static let most = 1_000_000

    /// Calls that begin within a minute.
    public var perMinute: Int?
    /// Calls that are in progress.
    public var concurrency: Int?

    /// These limits.
    public init(perMinute: Int? = nil, concurrency: Int? = nil) {
        self.perMinute = perMinute
        self.concurrency = concurrency
    }

    /// Reads words such as `per_minute=60` and `concurrency=4`, one of each at most; nil when there is none, or another.
    public init?(_ words: [some StringProtocol]) {
        self.init()
        guard !words.isEmpty else { return nil }
        for word in words {
            let parts = word.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let value = Int(parts[1]), (1...Self.most).contains(value) else { return nil }
            switch parts[0] {
            case "per_minute" where perMinute == nil: perMinute = value
            case "concurrency" where concurrency == nil: concurrency = value
            default: return nil
            }
        }
    }

    /// Some number is too many.
    public var areBounded: Bool { perMinute != nil || concurrency != nil }
}
