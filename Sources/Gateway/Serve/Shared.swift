import Core
import Crypto
import GatewayAPI
import HTTP
import IO
import Keys
import LumaClient
import MCP
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
    /// One name for each budget: Luma counts by key. Nil for the emulator inside, whose budget ends with the program.
    private let budgetName: String?
    /// Sent when a write is lost.
    let wakeSignal = WakeSignal()
    let steady = SteadyClock()
    /// Shares the budget with other gateways; nil when there can be none.
    let leasing: BudgetLeasing?
    /// Nil when there are none.
    let plugins: PluginService?
    /// Nil when there are none.
    let forwarders: ForwarderService?
    /// Nil when there are none.
    let upstreams: UpstreamService?

    /// - Parameters:
    ///   - touches: counts the writes of all gateways that share the store; nil when none can.
    ///   - members: the gateways that share the store; nil when none can.
    ///   - tokens: those that open the gateway; nil when nobody is asked for one.
    ///   - toolsets: those that were read, where no token names them; nil for those of the setting itself.
    ///   - keyHashing: how digests of API keys are made, if any are accepted.
    ///   - sandboxKey: the one for the emulator; nil to draw one.
    ///   - plugins: those whose tools are offered; nil for none.
    ///   - forwarders: the services whose operations are offered; nil for none.
    ///   - upstreams: the other MCP servers whose tools are offered; nil for none.
    init(
        _ configuration: Configuration, upstream: String, templates: TemplateCatalog, log: LogSink,
        store: any StateStore = SQLiteStateStore(.memory), touches: SharedCounter? = nil,
        members: GatewayMembers? = nil, tokens: TokenTable? = nil, toolsets: ToolsetTable? = nil,
        keyHashing: KeyHashing = .plain,
        sandboxKey: Secret? = nil,
        plugins: PluginService? = nil, forwarders: ForwarderService? = nil,
        upstreams: UpstreamService? = nil
    ) {
        self.configuration = configuration
        self.plugins = plugins
        self.forwarders = forwarders
        self.upstreams = upstreams
        self.upstream = upstream
        key = configuration.usesSandbox ? sandboxKey ?? SandboxKey.drawn() : configuration.apiKey ?? Secret("")
        let reads = SharedReads(CacheSettings(configuration.cache), touches: touches)
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
            templates: templates, isPublic: configuration.access.asksForCredential,
            scheme: configuration.tls == nil ? "http" : "https"
        ) {
            SystemTimeZones.database.names
        }
        self.log = log
        self.store = store
        let budgetName = Self.budgetName(configuration, upstream: upstream, key: key)
        self.budgetName = budgetName
        leasing =
            if let members, let budgetName {
                BudgetLeasing(
                    account.budget, store: store, account: budgetName, members: members,
                    isAdaptive: configuration.rateLimit.adaptive)
            } else {
                nil
            }
        // The emulator forgets its events when the program ends: what was done to them is nothing to the next one.
        // A key belongs to one calendar: with another key nothing may be looked for, as it would not be found.
        storeAccount =
            configuration.usesSandbox
            ? "sandbox \(UInt64.random(in: .min ... .max))"
            : "\(upstream) \(configuration.calendarID ?? "") \(Self.mark(of: key))"
        let keys = configuration.access.keys.map { KeyAccess($0, hashing: keyHashing, store: store) }
        access = AccessRules(configuration, tokens: tokens, toolsets: toolsets, keys: keys)
        mcp = MCPShared(
            secret: key, store: store, toolsets: access.toolsets,
            answersDirectCalls: configuration.forwarders.answersDirectCalls
        ) { conflicts in
            for conflict in conflicts.prefix(20) {
                log.log(
                    LogEvent(
                        time: WallClock.now, .warning, "Tools with the same name are not offered",
                        [
                            "tool": .text(conflict.name), "sources": .text(conflict.sources.joined(separator: ", ")),
                            "keeps_it": .text(conflict.isBuiltIn ? ToolAudit.builtIn : "none"),
                        ]))
            }
        }
        let sessions = mcp.sessions
        _ = keys?.listen { sessions.close(of: $0) }
        // Clients are told from the start that their lists may change.
        if plugins != nil || forwarders != nil || upstreams != nil { mcp.sources.expect() }
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

extension CacheSettings {
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

/// The parts of one loop, made of what all loops share.
extension Shared {
    func makeCoordinator(reactor: Reactor, clock: any TimeSource) -> WriteCoordinator {
        WriteCoordinator(
            store: store, account: storeAccount, wakeSignal: wakeSignal, steady: steady, memory: configuration.memory,
            reactor: reactor, clock: clock)
    }

    func makeHealth(clock: any TimeSource) -> HealthAnswer {
        HealthAnswer(
            account: account, mode: mode, started: started, store: store, firstCheck: firstCheck, clock: clock)
    }

    func makeStatus(_ health: HealthAnswer, reactor: Reactor, clock: LoopClock) -> StatusService {
        StatusService(
            StatusService.Facts(mode: mode, upstream: upstream, started: started, isReadOnly: access.readOnly),
            hub: metrics, account: account, history: budgetHistory, health: health, plugins: plugins,
            forwarders: forwarders, upstreams: upstreams, sources: mcp.sources, reactor: reactor, clock: clock)
    }

    func makeFeeds(_ events: EventsService, reactor: Reactor, clock: any TimeSource) -> FeedsService {
        // The emulator forgets its events when the program ends; a feed shows whatever there is, so it may stay.
        FeedsService(
            store: store, account: configuration.usesSandbox ? "sandbox" : storeAccount,
            scheme: configuration.tls == nil ? "http" : "https", reactor: reactor, clock: clock, events: events)
    }
}

extension Shared {
    /// What other gateways on the same store end is known here after so many seconds.
    private static let secondsBetweenReads = 5.0
    /// The same while the store has never been heard: sessions wait for that.
    private static let secondsBeforeTheFirst = 1.0

    /// Learns what was ended before, and looks from then on; cancel the task to end that.
    func readEndedSessions() -> Task<Void, Never> {
        let sessions = mcp.sessions
        return Task.detached {
            while !Task.isCancelled {
                await sessions.readEnded()
                let seconds = sessions.firstRead.isOver ? Self.secondsBetweenReads : Self.secondsBeforeTheFirst
                try? await Task.sleep(for: .seconds(seconds))
            }
        }
    }
}

/// The budget outlives the program, so that one that dies and is started again and again does not spend, each time anew,
/// what Luma lets it spend once.
extension Shared {
    /// Goes on where the last program ended, and keeps what is spent from now on. Requests that come before the store
    /// has answered are counted all the same.
    ///
    /// - Parameter patience: returns after so many seconds in any case: a disk that hangs must not hold up the start. What
    ///   is said above happens then when the store answers.
    func resumeBudget(patience: Double = 2) async {
        guard let name = budgetName else { return }
        let (answered, end) = AsyncStream.makeStream(of: Void.self)
        store.load(name) { [self] saved in
            // Without it there is nothing to go on with; that the store fails is told by health.
            goOn(with: (try? saved.get()) ?? nil, name)
            end.finish()
        }
        let timer = Task {
            try? await Task.sleep(for: .seconds(patience))
            end.finish()
        }
        for await _ in answered {}
        timer.cancel()
    }

    private func goOn(with saved: SavedValue?, _ name: String) {
        let (store, budget) = (store, account.budget)
        if let memory = saved.flatMap({ BudgetMemory($0.bytes) }) {
            budget.restore(memory, now: LoopClock.monotonicNow, wallClock: WallClock.now)
        }
        budget.keep { seconds in
            Task.detached {
                try await Task.sleep(for: .seconds(seconds))
                budget.keepPending(LoopClock.monotonicNow)
            }
        } with: { budget, now in
            let wall = WallClock.now
            store.save(name, budget.memory(now: now, wallClock: wall).encoded, at: wall) { _ in }
        }
    }

    private static func budgetName(_ configuration: Configuration, upstream: String, key: Secret) -> String? {
        guard !configuration.usesSandbox,
            let digest = try? Digest.sha256(Array("budget \(upstream) \(key.reveal())".utf8))
        else { return nil }
        return "budget-" + Hex.encode(Array(digest.prefix(12)))
    }
}
