import Core
import Crypto
import GatewayAPI
import HTTP
import IO
import LumaClient
import SandboxServer
import Settings
import Store

/// What all loops of one gateway share: settings, and state behind a lock of its own.
struct Shared: Sendable {
    let configuration: Configuration
    /// Where Luma's API is: the configured address, or the emulator's.
    let upstream: String
    let key: Secret
    let account: LumaAccount
    let reads: SharedReads
    let started: Timestamp
    let zones: TimeZoneDatabase
    let templates: TemplateCatalog
    let log: LogSink
    let mcp: MCPShared
    let metrics = MetricsHub()
    let budgetHistory = BudgetHistory()
    /// Of Luma, after the start.
    let firstCheck = Milestone()
    let access: AccessRules
    let openAPI: OpenAPIText
    let store: any StateStore
    /// Under which name the store keeps what belongs to this account.
    let storeAccount: String
    /// Rung when a write is lost.
    let bell = Bell()
    let steady = SteadyClock()

    /// - Parameters:
    ///   - touches: counts the writes of all gateways that share the store; nil when none can.
    ///   - tokens: those that open the gateway; nil when nobody is asked for one.
    ///   - sandboxKey: the one for the emulator; nil to draw one.
    init(
        _ configuration: Configuration, upstream: String, templates: TemplateCatalog, log: LogSink,
        store: any StateStore = SQLiteStateStore(.memory), touches: SharedCounter? = nil,
        tokens: TokenTable? = nil, sandboxKey: Secret? = nil
    ) {
        self.configuration = configuration
        self.upstream = upstream
        key = configuration.usesSandbox ? sandboxKey ?? SandboxKey.drawn() : configuration.apiKey ?? Secret("")
        let reads = SharedReads(KeepSettings(configuration.cache), touches: touches)
        self.reads = reads
        account = LumaAccount(
            BudgetSettings(configuration.rateLimit),
            breaker: BreakerSettings(
                failures: configuration.calls.breakerFailures, longestPause: configuration.calls.breakerSeconds)
        ) { reads.touch($0) }
        started = WallClock.now
        zones = SystemTimeZones.database
        self.templates = templates
        openAPI = OpenAPIText(
            templates: templates, isPublic: tokens != nil, scheme: configuration.tls == nil ? "http" : "https"
        ) {
            SystemTimeZones.database.names
        }
        self.log = log
        self.store = store
        // The emulator forgets its events when the program ends: what was done to them is nothing to the next one.
        // A key belongs to one calendar: with another key nothing may be looked for, as it would not be found.
        storeAccount =
            configuration.usesSandbox
            ? "sandbox \(UInt64.random(in: .min ... .max))"
            : "\(upstream) \(configuration.calendarID ?? "") \(Self.mark(of: key))"
        mcp = MCPShared(secret: key, store: store)
        access = AccessRules(configuration, tokens: tokens)
        metrics.add(ProcessStatus(started: started))
        metrics.add(BudgetMetrics(account: account))
        metrics.add(ReadMetrics(reads: reads))
        metrics.add(StoreMetrics(store: store))
    }

    /// Tells keys apart and says nothing of them.
    private static func mark(of key: Secret) -> String {
        (try? Digest.sha256(Array(("luma-mcp store " + key.reveal()).utf8))).map { Hex.encode(Array($0.prefix(8))) }
            ?? ""
    }

    /// The longest answer of Luma's: fifty events with the longest descriptions. A longer one would hold its loop for too long.
    private static let largestAnswer = 4 << 20

    var transportSettings: CurlTransport.Settings {
        var settings = CurlTransport.Settings()
        settings.maxInFlight = configuration.calls.connections
        // A connection that is not kept is made again for each call.
        settings.maxConnections = max(settings.maxConnections, settings.maxInFlight)
        settings.connectTimeoutMilliseconds = Int(configuration.calls.connectTimeoutSeconds * 1000)
        settings.maxResponseBytes = Self.largestAnswer
        settings.userTimeoutMilliseconds = Int(configuration.memory.userTimeoutSeconds * 1000)
        settings.userAgent = Version.product
        settings.caFile = configuration.usesSandbox ? nil : configuration.caFile
        return settings
    }

    /// A client for one loop.
    func makeClient(transport: any Transport, time: any TimeSource) -> LumaClient {
        var settings = LumaClient.Settings(baseURL: upstream, apiKey: key)
        settings.calendarID = configuration.usesSandbox ? nil : configuration.calendarID
        settings.requestTimeout = configuration.calls.requestTimeoutSeconds
        settings.maxWait = configuration.rateLimit.maxWaitSeconds
        settings.userAgent = Version.product
        settings.retry = RetryPolicy(
            maxRetries: configuration.calls.maxRetries, factor: configuration.calls.backoffFactor)
        return LumaClient(settings: settings, account: account, transport: transport, time: time)
    }

    /// What `/health` calls the upstream.
    var mode: String { configuration.usesSandbox ? "sandbox" : "luma" }
    /// The longest that one request may take, in seconds: a full wait for budget, one full call, and time to look for
    /// what a call with a lost answer has done.
    var patience: Double { configuration.rateLimit.maxWaitSeconds + configuration.calls.requestTimeoutSeconds + 5 }
}

extension KeepSettings {
    init(_ settings: Configuration.Cache) {
        self.init(
            freshSeconds: settings.freshSeconds, staleSeconds: settings.staleSeconds, maxBytes: settings.maxBytes)
    }
}

extension BudgetSettings {
    init(_ settings: Configuration.RateLimit) {
        self.init(
            getRequests: settings.getRequests, postRequests: settings.postRequests, window: settings.windowSeconds,
            blockDuration: settings.blockSeconds, adaptive: settings.adaptive)
    }
}
