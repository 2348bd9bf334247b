public import Core

/// What the gateway runs with, after every setting was found, read and checked.
public struct Configuration: Sendable {
    /// The budget towards Luma until its own answers teach a better one.
    public struct RateLimit: Sendable, Equatable {
        public var getRequests: Int
        public var postRequests: Int
        public var windowSeconds: Double
        public var blockSeconds: Double
        public var adaptive: Bool
        public var maxWaitSeconds: Double
    }

    /// How one call to Luma is made and repeated.
    public struct Calls: Sendable, Equatable {
        public var requestTimeoutSeconds: Double
        public var connectTimeoutSeconds: Double
        public var maxRetries: Int
        public var backoffFactor: Double
        /// Most calls in flight for each loop.
        public var connections: Int
        public var healthIntervalSeconds: Double
        /// Failures in a row that stop the calls, and the longest time between two probes then.
        public var breakerFailures: Int
        public var breakerSeconds: Double
    }

    /// How long answers to reads are kept, and how many.
    public struct Cache: Sendable, Equatable {
        public var freshSeconds: Double
        public var staleSeconds: Double
        public var maxBytes: Int
    }

    /// Bounds of the HTTP server.
    public struct Limits: Sendable, Equatable {
        public var maxBodyBytes: Int
        public var maxConnections: Int
        public var headerTimeoutSeconds: Double
        public var bodyTimeoutSeconds: Double
        public var idleTimeoutSeconds: Double
        public var writeTimeoutSeconds: Double
    }

    /// Who may do what.
    public struct Access: Sendable, Equatable {
        /// Nil when nobody is asked for a token.
        public var tokens: TokenSource?
        /// Nothing at Luma is changed, whoever asks.
        public var readOnly: Bool
        /// An assistant cancels only by a form that its client shows to a person.
        public var cancelsByFormOnly: Bool
        public var allowedOrigins: AllowedOrigins
        /// For each token, or each address without one; nil for no limit.
        public var requestsPerMinute: Int?
    }

    /// What is remembered beyond the program's own life.
    public struct Memory: Sendable, Equatable {
        /// As it was given; nil leaves it to what is served.
        public var directory: String?
        /// How long answers are kept for those who repeat a request with its key.
        public var keyHours: Double
        /// 0 for no guard against identical creates.
        public var duplicateWindowSeconds: Double
        /// How long the effect of a lost write is looked for.
        public var settleSeconds: Double
        /// How long what was sent to Luma may stay unacknowledged. Less than the time above: when that is over, nothing of a lost write
        /// may be left that can still arrive.
        public var userTimeoutSeconds: Double { min(20, settleSeconds * 2 / 3) }
    }

    /// Where the certificate and its key are, in PEM.
    public struct TLSFiles: Sendable, Equatable {
        public var certificate: String
        public var key: String
    }

    public enum LogFormat: String, Sendable { case text, json }

    /// Nil only when `usesSandbox`.
    public var apiKey: Secret?
    public var calendarID: String?
    /// The built-in emulator answers instead of `baseURL`.
    public var usesSandbox: Bool
    /// How the emulator misbehaves, in the compact syntax.
    public var sandboxFaults: String?
    public var baseURL: BaseURL
    /// A PEM file of certificates to trust besides the system's when Luma is called.
    public var caFile: String?
    public var host: HostName
    /// 0 lets the kernel pick.
    public var port: UInt16
    /// Other machines may reach the gateway: it was said so, or it asks for a token.
    public var allowsExternal: Bool
    public var allowedHosts: AllowedHosts
    public var access: Access
    /// Nil for plain HTTP.
    public var tls: TLSFiles?
    /// Others may listen on the same port.
    public var sharesPort: Bool
    /// Number of loops.
    public var workers: Int
    public var shutdownSeconds: Double
    public var limits: Limits
    public var rateLimit: RateLimit
    public var calls: Calls
    public var cache: Cache
    public var memory: Memory
    public var templatesDirectory: String?
    public var debug: Bool
    public var logFormat: LogFormat
    /// Nil for standard error.
    public var logFile: String?
}

/// What the settings do not say but their defaults depend on.
public struct Surroundings: Sendable {
    public var cores: Int
    /// Standard error is a terminal.
    public var isTerminal: Bool

    public init(cores: Int, isTerminal: Bool) {
        self.cores = cores
        self.isTerminal = isTerminal
    }
}

/// The options of `luma-mcp sandbox`.
public struct SandboxOptions: Sendable, Equatable {
    public var host: HostName
    public var port: UInt16
    /// Where the events are kept; nil for memory.
    public var stateFile: String?
    /// Nil asks for a random one.
    public var seed: UInt64?
    public var requestsPerMinute: Int
    /// In the compact syntax.
    public var faults: String?
    /// Nil for plain HTTP.
    public var tls: Configuration.TLSFiles?
}
