/// The settings by the name that is documented and read, and the options of the `sandbox` command by their flag.
///
/// The raw value is the name itself, so the name in the documentation cannot differ from the one that is looked up.
public enum Setting: String, Sendable, CaseIterable {
    case apiKey = "LUMA_API_KEY"
    case calendarID = "LUMA_CALENDAR_ID"
    case sandbox = "LUMA_SANDBOX"
    case sandboxFaults = "LUMA_SANDBOX_FAULTS"
    case baseURL = "LUMA_BASE_URL"
    case caFile = "LUMA_CA_FILE"

    case host = "LUMA_HOST"
    case port = "LUMA_PORT"
    case allowExternal = "LUMA_ALLOW_EXTERNAL"
    case allowedHosts = "LUMA_ALLOWED_HOSTS"
    case tlsCertificate = "LUMA_TLS_CERT"
    case tlsKey = "LUMA_TLS_KEY"
    case reusePort = "LUMA_REUSE_PORT"
    case workers = "LUMA_WORKERS"
    case shutdownSeconds = "LUMA_SHUTDOWN_SECONDS"

    case authTokens = "LUMA_AUTH_TOKENS"
    case toolsets = "LUMA_TOOLSETS"
    case readOnly = "LUMA_READ_ONLY"
    case cancelConfirmation = "LUMA_CANCEL_CONFIRMATION"
    case allowedOrigins = "LUMA_ALLOWED_ORIGINS"
    case tokenRateLimit = "LUMA_TOKEN_RATE_LIMIT"
    case trustedProxies = "LUMA_TRUSTED_PROXIES"

    case apiKeys = "LUMA_API_KEYS"
    case keysSecret = "LUMA_KEYS_SECRET"
    case keysStaleSeconds = "LUMA_KEYS_STALE_SECONDS"
    case maxKeys = "LUMA_MAX_KEYS"
    case auditDays = "LUMA_AUDIT_DAYS"

    case maxBodyBytes = "LUMA_MAX_BODY_BYTES"
    case maxConnections = "LUMA_MAX_CONNECTIONS"
    case headerTimeoutSeconds = "LUMA_HEADER_TIMEOUT_SECONDS"
    case bodyTimeoutSeconds = "LUMA_BODY_TIMEOUT_SECONDS"
    case idleTimeoutSeconds = "LUMA_IDLE_TIMEOUT_SECONDS"
    case writeTimeoutSeconds = "LUMA_WRITE_TIMEOUT_SECONDS"

    case rateLimitGetRequests = "LUMA_RATE_LIMIT_GET_REQUESTS"
    case rateLimitPostRequests = "LUMA_RATE_LIMIT_POST_REQUESTS"
    case rateLimitWindowSeconds = "LUMA_RATE_LIMIT_WINDOW_SECONDS"
    case rateLimitBlockDurationSeconds = "LUMA_RATE_LIMIT_BLOCK_DURATION_SECONDS"
    case rateLimitAdaptive = "LUMA_RATE_LIMIT_ADAPTIVE"
    case maxWaitSeconds = "LUMA_MAX_WAIT_SECONDS"

    case requestTimeoutSeconds = "LUMA_REQUEST_TIMEOUT_SECONDS"
    case connectTimeoutSeconds = "LUMA_CONNECT_TIMEOUT_SECONDS"
    case maxRetries = "LUMA_MAX_RETRIES"
    case retryBackoffFactor = "LUMA_RETRY_BACKOFF_FACTOR"
    case upstreamConnections = "LUMA_UPSTREAM_CONNECTIONS"
    case healthIntervalSeconds = "LUMA_HEALTH_INTERVAL_SECONDS"

    case breakerFailures = "LUMA_BREAKER_FAILURES"
    case breakerSeconds = "LUMA_BREAKER_SECONDS"
    case cacheSeconds = "LUMA_CACHE_SECONDS"
    case cacheStaleSeconds = "LUMA_CACHE_STALE_SECONDS"
    case cacheBytes = "LUMA_CACHE_BYTES"
    case dataDirectory = "LUMA_DATA_DIR"
    case idempotencyHours = "LUMA_IDEMPOTENCY_HOURS"
    case duplicateWindowSeconds = "LUMA_DUPLICATE_WINDOW_SECONDS"
    case settleSeconds = "LUMA_SETTLE_SECONDS"

    case templatesDirectory = "LUMA_TEMPLATES_DIR"

    case pluginsDirectory = "LUMA_PLUGINS_DIR"
    case pluginsFile = "LUMA_PLUGINS_FILE"
    case pluginsPython = "LUMA_PLUGINS_PYTHON"
    case pluginsStrict = "LUMA_PLUGINS_STRICT"

    case forwardersDirectory = "LUMA_FORWARDERS_DIR"
    case gitHubToken = "GITHUB_TOKEN"
    case gitHubURL = "GITHUB_API_URL"
    case lunaURL = "LUNA_URL"
    case lumenoreURL = "SERVER_URL"
    case lumenoreClient = "LUMENORE_CLIENT_ID"
    case lumenoreSecret = "LUMENORE_SECRET"
    case lunaEndpoint = "LUMA_LUNA_ENDPOINT"

    case upstreamsFile = "LUMA_UPSTREAMS_FILE"

    case debug = "LUMA_DEBUG"
    case logFormat = "LUMA_LOG_FORMAT"
    case logFile = "LUMA_LOG_FILE"

    case sandboxHost = "--host"
    case sandboxPort = "--port"
    case sandboxAllowExternal = "--allow-external"
    case sandboxState = "--state"
    case sandboxSeed = "--seed"
    case sandboxRateLimit = "--rate-limit"
    case sandboxFault = "--fault"
    case sandboxCertificate = "--tls-cert"
    case sandboxKey = "--tls-key"

    /// Of the names that are this program's own; others are called as the services call them.
    package static let prefix = "LUMA_"

    /// The environment variable and `.env` name; nil for an option that exists on the command line only.
    public var variable: String? { rawValue.hasPrefix("--") ? nil : rawValue }

    /// Another name that is read where the variable is not given, for those who come from elsewhere.
    public var alias: String? { self == .pluginsDirectory ? "MCP_PLUGINS_DIR" : nil }

    /// The names that are read, the best first.
    package var names: [String] { [rawValue] + (alias.map { [$0] } ?? []) }

    /// The flag: `--rate-limit-adaptive` for `LUMA_RATE_LIMIT_ADAPTIVE`, by one rule for all.
    public var flag: String {
        guard variable != nil else { return rawValue }
        let name = rawValue.hasPrefix(Self.prefix) ? rawValue.dropFirst(Self.prefix.count) : rawValue[...]
        return "--" + name.lowercased().map { $0 == "_" ? "-" : $0 }
    }
}

/// One setting as data. Parsing, `--help`, `.env.example` and docs/settings.md all read the same rows.
public struct SettingRow: Sendable {
    /// Where a row stands in the help and in the documents, with its heading.
    public enum Group: String, Sendable, CaseIterable {
        case luma = "Luma"
        case server = "Server"
        case access = "Access"
        case keys = "API keys"
        case limits = "Server limits"
        case budget = "Luma's request budget"
        case calls = "Calls to Luma"
        case reads = "Response cache"
        case memory = "State"
        case templates = "Templates"
        case plugins = "Plugins"
        case forwarders = "Forwarded services"
        case upstreams = "Upstream MCP servers"
        case logging = "Logging"
        case sandbox = "Sandbox"
    }

    public let setting: Setting
    public let kind: SettingKind
    /// The default as it would be written; nil when there is none or when the machine decides.
    public let defaultText: String?
    /// What applies when `defaultText` is nil, in words for the documents.
    public let defaultNote: String
    /// The name of the value in the help, such as `SECONDS`.
    public let placeholder: String
    /// What it is for, in one sentence.
    public let help: String
    /// The heading under which documents have it.
    public let group: Group

    package init(
        _ setting: Setting, _ kind: SettingKind, default defaultText: String? = nil, note: String = "none",
        placeholder: String = "", group: Group, _ help: String
    ) {
        self.setting = setting
        self.kind = kind
        self.defaultText = defaultText
        defaultNote = note
        self.placeholder = placeholder
        self.help = help
        self.group = group
    }

    /// The value must not appear in an error, a log or a document.
    public var isSecret: Bool {
        switch kind {
        case .secret, .tokens: true
        default: false
        }
    }

    /// The default as the documents show it.
    public var documentedDefault: String { defaultText ?? defaultNote }

    /// The rows by their groups, in the order of the documents, without groups that have none.
    package static func grouped(_ table: [SettingRow]) -> [(group: Group, rows: [SettingRow])] {
        Group.allCases.compactMap { group in
            let rows = table.filter { $0.group == group }
            return rows.isEmpty ? nil : (group, rows)
        }
    }
}

/// What `luma-mcp events` reads of the environment and a server does not.
public enum ClientVariable {
    /// Where the gateway is.
    public static let url = "LUMA_GATEWAY_URL"
    /// The variable for the token of a command.
    public static let token = "LUMA_GATEWAY_TOKEN"
    package static let names: Set<String> = [url, token]
}
