public import Core
public import HTTP
import LumaAPI

/// An emulator of Luma's public API: it keeps events in memory and answers as Luma would, by the same rows.
///
/// A pure value. Time comes with each request and randomness from the seed, so the same requests at the same times
/// give the same answers. The state is bounded: past its limits new events are refused with a message that says so.
///
/// It answers both path families, checks keys, bodies and budgets. It knows one user and one calendar, tells nobody
/// anything, has guests that register only when they are told to, and its texts of most errors are assumed, because
/// Luma publishes none.
public struct Sandbox: Sendable {
    public let configuration: SandboxConfiguration
    /// What happened since the start or the last reset.
    public private(set) var counters = SandboxCounters()
    private(set) var changes = ChangeLog()
    var state: SandboxState
    var limiter: RateLimiter
    let validator: SchemaValidator

    public init(_ configuration: SandboxConfiguration = SandboxConfiguration()) {
        self.init(configuration, state: SandboxState(seed: configuration.seed))
    }

    init(_ configuration: SandboxConfiguration, state: SandboxState) {
        self.configuration = configuration
        self.state = state
        limiter = RateLimiter(limit: max(1, configuration.rateLimit))
        validator = SchemaValidator(isTimeZone: configuration.isTimeZone)
    }

    /// Answers one request and changes the state accordingly.
    public mutating func handle(_ request: SandboxRequest, now: Timestamp, monotonic: MonotonicTime) -> Response {
        if !state.isSeeded, configuration.startsWithEvents { state.seed(now: now) }
        if request.path == "/_sandbox" || request.path.hasPrefix("/_sandbox/") { return administer(request, now: now) }
        let route: Route
        switch Self.route(request) {
        case .success(let found): route = found
        case .failure(let refusal): return refusal.response
        }
        guard let key = request.apiKey, !key.isEmpty else { return refuse(.noKey) }
        guard configuration.accepts(key: key) else { return refuse(.badKey) }

        counters.requests[route.operation.name, default: 0] += 1
        let decision = limiter.admit(key, now: monotonic)
        let budget = decision.fields(now: now)
        guard decision.isAllowed else {
            counters.rateLimited += 1
            let message = "Rate limit exceeded. Please try again later."
            return Refusal(status: 429, message: message, fields: budget).response
        }
        do throws(Refusal) {
            let answer = try perform(route, request, now: now)
            return .json(route.isLegacy ? LegacyShape.answer(answer, route.operation.legacy) : answer, fields: budget)
        } catch {
            var refusal = error
            refusal.fields += budget
            return refusal.response
        }
    }

    private mutating func refuse(_ refusal: Refusal) -> Response {
        counters.unauthorized += 1
        return refusal.response
    }

    /// Puts the state and the counters back to where they were before the first use, and forgets all budgets.
    mutating func reset() {
        state = SandboxState(seed: configuration.seed)
        counters = SandboxCounters()
        changes = ChangeLog()
        limiter.forget()
    }

    mutating func note(_ change: ChangeLog.Kind, _ eventId: String, _ call: Call) {
        switch change {
        case .create: counters.creates += 1
        case .update: counters.updates += 1
        case .cancel: counters.cancels += 1
        case .other: break
        }
        changes.note(change, eventId, at: call.now)
    }

    mutating func count(_ path: WritableKeyPath<SandboxCounters, Int>) { counters[keyPath: path] += 1 }
}

/// How an emulator behaves; everything that is not fixed by Luma's API.
public struct SandboxConfiguration: Sendable {
    /// Which API keys are good.
    public enum Keys: Sendable {
        /// Every key except those that start with `invalid`, so that a refused key can be tried by hand.
        case any
        case only(Set<String>)
    }

    public var keys: Keys
    /// Makes ids, slugs and tokens; the same seed and the same requests give the same answers.
    public var seed: UInt64
    /// Requests per key and minute.
    public var rateLimit: Int
    /// The most events that the state may hold.
    public var maxEvents: Int
    /// The most guests that all events may have together.
    public var maxGuests: Int
    /// The most bytes that the settings of all events and what is kept for them may take together.
    public var maxStateBytes: Int
    /// The longest body that is read.
    public var maxBodyBytes: Int
    /// Whether a time zone of this name exists; by default every name of the right form does.
    public var isTimeZone: @Sendable (String) -> Bool
    /// Whether the first use finds a few events.
    public var startsWithEvents: Bool

    public init(
        keys: Keys = .any, seed: UInt64 = 1, rateLimit: Int = 200, maxEvents: Int = 10_000, maxGuests: Int = 10_000,
        maxStateBytes: Int = 64 << 20, maxBodyBytes: Int = 256 << 10, startsWithEvents: Bool = true,
        isTimeZone: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        self.keys = keys
        self.seed = seed
        self.rateLimit = rateLimit
        self.maxEvents = maxEvents
        self.maxGuests = maxGuests
        self.maxStateBytes = maxStateBytes
        self.maxBodyBytes = maxBodyBytes
        self.startsWithEvents = startsWithEvents
        self.isTimeZone = isTimeZone
    }

    func accepts(key: String) -> Bool {
        switch keys {
        case .any: !key.hasPrefix("invalid")
        case .only(let keys): keys.contains(key)
        }
    }
}
