public import Core

/// What the gateway runs with, after every setting was found, read and checked.
public struct Configuration: Sendable {
    /// The budget towards Luma until its own answers teach a better one.
    public struct RateLimit: Sendable, Equatable {
        /// Requests per window by GET.
        public var getRequests: Int
        /// Requests per window by POST.
        public var postRequests: Int
        /// How long a window is.
        public var windowSeconds: Double
        /// How long calls pause after a 429 without a hint.
        public var blockSeconds: Double
        /// Luma's own fields replace the numbers.
        public var adaptive: Bool
        /// How long a request may wait for the budget.
        public var maxWaitSeconds: Double
    }

    /// How one call to Luma is made and repeated.
    public struct Calls: Sendable, Equatable {
        /// For one attempt, in all.
        public var requestTimeoutSeconds: Double
        /// For name look-up, connect and TLS together.
        public var connectTimeoutSeconds: Double
        /// Attempts after the first.
        public var maxRetries: Int
        /// By how much the longest pause grows with each retry.
        public var backoffFactor: Double
        /// Most calls in flight for each loop.
        public var connections: Int
        /// Between two checks in the background.
        public var healthIntervalSeconds: Double
        /// Failures in a row that stop the calls, and the longest time between two probes then.
        public var breakerFailures: Int
        public var breakerSeconds: Double
    }

    /// How long answers to reads are kept, and how many.
    public struct Cache: Sendable, Equatable {
        /// How long a cached response is served; 0 for no cache.
        public var freshSeconds: Double
        /// How long after that it is served while Luma fails.
        public var staleSeconds: Double
        /// Bytes of all cached responses together.
        public var maxBytes: Int
    }

    /// Bounds of the HTTP server.
    public struct Limits: Sendable, Equatable {
        /// Bytes of a request's body.
        public var maxBodyBytes: Int
        /// Open connections of all loops together.
        public var maxConnections: Int
        /// For a request's header section, and for a TLS handshake.
        public var headerTimeoutSeconds: Double
        /// For the body of a request.
        public var bodyTimeoutSeconds: Double
        /// Between two requests of a connection.
        public var idleTimeoutSeconds: Double
        /// Without a byte of an answer taken by its reader.
        public var writeTimeoutSeconds: Double
    }

    /// Who may do what.
    public struct Access: Sendable, Equatable {
        /// Nil when nobody is asked for a token.
        public var tokens: TokenSource?
        /// Nil when there are none.
        public var toolsets: ToolsetSource?
        /// Nothing at Luma is changed, whoever asks.
        public var readOnly: Bool
        /// An assistant takes a person's word only by a form that its client shows them.
        public var asksByFormOnly: Bool
        /// Whose pages may call from a browser.
        public var allowedOrigins: AllowedOrigins
        /// For each token, or each address without one; nil for no limit.
        public var requestsPerMinute: Int?
        /// Who forwards requests of others and says whose they are.
        public var trustedProxies: [AddressRange]
        /// Nil when no keys are accepted.
        public var keys: Keys?

        /// Whether nobody is served without a credential.
        public var asksForCredential: Bool { tokens != nil || keys != nil }
    }

    /// Keys that are made while the gateway runs.
    public struct Keys: Sendable, Equatable {
        /// What their digests are made with, several with commas between, or `@` and the name of a file with that; nil for nothing.
        public var secret: Secret?
        /// How long those that are known stay good while the store cannot be read.
        public var staleSeconds: Double
        /// So many may be there that are not revoked.
        public var most: Int
        /// How long what was done to them is known.
        public var auditDays: Int
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

    /// Programs that become tools.
    public struct Plugins: Sendable, Equatable {
        public var directory: String
        /// What each of them may use; nil for `plugins.json` in the directory.
        public var file: String?
        /// Runs a `cli.py` that is not executable.
        public var python: String
        /// Those that other users of the machine could change are refused.
        public var isStrict: Bool
    }

    /// Other services whose operations become tools.
    public struct Forwarders: Sendable, Equatable {
        /// Of the documents that describe them; nil for those alone that the program knows.
        public var directory: String?
        /// What the documents that the program knows are read with, by the names of the settings.
        public var values: [String: Secret]
        /// Calls whose method is the name of a tool are answered, with plain statuses.
        public var answersDirectCalls: Bool
    }

    /// How a line of the log is written.
    public enum LogFormat: String, Sendable { case text, json }

    /// Nil only when `usesSandbox`.
    public var apiKey: Secret?
    /// Sent with an organization's key; nil for a calendar's own.
    public var calendarID: String?
    /// The built-in emulator answers instead of `baseURL`.
    public var usesSandbox: Bool
    /// How the emulator misbehaves, in the compact syntax.
    public var sandboxFaults: String?
    /// Where Luma's API is.
    public var baseURL: BaseURL
    /// A PEM file of certificates to trust besides the system's when Luma is called.
    public var caFile: String?
    /// Where it listens.
    public var host: HostName
    /// 0 lets the kernel pick.
    public var port: UInt16
    /// Other machines may reach the gateway: it was said so, or it asks for a token.
    public var allowsExternal: Bool
    /// The names that a Host field may have.
    public var allowedHosts: AllowedHosts
    public var access: Access
    /// Nil for plain HTTP.
    public var tls: TLSFiles?
    /// Others may listen on the same port.
    public var sharesPort: Bool
    /// Number of loops.
    public var workers: Int
    /// How long running requests may take to end.
    public var shutdownSeconds: Double
    public var limits: Limits
    public var rateLimit: RateLimit
    public var calls: Calls
    public var cache: Cache
    public var memory: Memory
    /// Nil for the built-in templates alone.
    public var templatesDirectory: String?
    /// Nil for none.
    public var plugins: Plugins?
    public var forwarders: Forwarders
    /// The file of other MCP servers; nil for none.
    public var upstreamsFile: String?
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

/// Where Luma's API is: scheme, host, port and a path prefix, without a trailing slash.
///
/// The key travels there, so it is https; plain http only to this machine, where the sandbox may listen.
public struct BaseURL: Sendable, Equatable {
    public let text: String
    public let host: HostName
    public let isSecure: Bool

    /// Nil when the text is not such a URL.
    public init?(_ given: String) {
        guard given.utf8.count <= 2000 else { return nil }
        let lowered = given.lowercased()
        let isSecure = lowered.hasPrefix("https://")
        guard isSecure || lowered.hasPrefix("http://") else { return nil }
        let rest = given.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != "/" }
        guard let (host, port) = Self.authority(authority), isSecure || host.isLoopback else { return nil }
        var path = rest.dropFirst(authority.count)
        while path.last == "/" { path.removeLast() }
        guard Self.isPath(path) else { return nil }
        self.host = host
        self.isSecure = isSecure
        let portText = port.map { ":\($0)" } ?? ""
        text = (isSecure ? "https://" : "http://") + host.urlText + portText + path
    }

    /// `host` or `host:port`, an IPv6 address in brackets; user information is refused.
    package static func authority(_ text: Substring) -> (host: HostName, port: Int?)? {
        var hostText = text
        var port: Int?
        let end = text.first == "[" ? text.lastIndex(of: "]") : nil
        if let colon = text.lastIndex(of: ":"), end.map({ $0 < colon }) ?? true {
            let digits = text[text.index(after: colon)...]
            guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                let number = Int(digits), (1...65535).contains(number)
            else { return nil }
            port = number
            hostText = text[..<colon]
        }
        // Without brackets a colon belongs to a port, never to an address.
        guard end != nil || !hostText.utf8.contains(UInt8(ascii: ":")) else { return nil }
        guard let host = HostName(String(hostText)) else { return nil }
        return (host, port)
    }

    private static func isPath(_ path: Substring) -> Bool {
        if path.isEmpty { return true }
        return path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).allSatisfy { segment in
            !segment.isEmpty && segment != "." && segment != ".."
                && segment.utf8.allSatisfy {
                    switch $0 {
                    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
                    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
                    default: false
                    }
                }
        }
    }
}
