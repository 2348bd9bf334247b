public import Core

/// The classes that Luma once counted apart, and that the static budget still does.
public enum RequestClass: Int, Sendable, CaseIterable {
    case get, post
}

/// What the budget is told at the start. All spans are in seconds.
public struct BudgetSettings: Sendable {
    /// Requests per window until Luma's own fields teach a limit.
    public var getRequests: Int
    /// The same for POST.
    public var postRequests: Int
    /// The window of the two numbers above, in seconds.
    public var window: Double
    /// How long a 429 without any hint closes the tap.
    public var blockDuration: Double
    /// Whether `X-RateLimit-*` replaces the static budget.
    public var adaptive: Bool
    /// Waiting callers beyond this number are refused.
    public var queueLimit: Int
    /// The window that `X-RateLimit-Limit` counts in.
    public var learnedWindow = 60.0
    /// Requests in flight while it is not known what Luma grants: at the start, after a reset, after a block.
    public var probes = 4
    /// A probe without an answer for so long does not hold up the next one.
    public var probePatience = 2.0
    /// No Retry-After, however large, closes the tap for longer.
    public var longestBlock = 900.0
    /// Waiters look again at least this often, so that a tap that closed meanwhile is noticed.
    public var longestSleep = 1.0

    /// Counts below 1 and spans that are not positive become the smallest useful value.
    public init(
        getRequests: Int = 500, postRequests: Int = 100, window: Double = 300, blockDuration: Double = 60,
        adaptive: Bool = true, queueLimit: Int = 1024
    ) {
        self.getRequests = max(1, getRequests)
        self.postRequests = max(1, postRequests)
        self.window = window >= 0.001 ? window : 0.001
        self.blockDuration = blockDuration >= 0.001 ? blockDuration : 0.001
        self.adaptive = adaptive
        self.queueLimit = max(0, queueLimit)
    }
}

/// The right to send one request; settled exactly once, when its outcome is known.
public struct Grant: Sendable, Equatable {
    let kind: RequestClass
    /// The counting period in which it was given.
    let period: UInt64
    /// The requests without a report that were settled before it was given.
    let unreported: Int
}

/// A place in the queue; ends with `.proceed`, `.refuse` or `cancel`.
public struct Ticket: Sendable, Hashable {
    let place: FairQueue.Place
    let kind: RequestClass
    let sender: Sender
}

/// The answer to "may I send now?".
public enum Reservation: Sendable, Equatable {
    case proceed(Grant)
    /// Ask again with `confirm` at that instant; the place in the queue is kept.
    case wait(until: MonotonicTime, Ticket)
    /// The wait cannot end in time; whole seconds, at least 1, after which it is worth to try again.
    case refuse(retryAfterSeconds: Int)
}

/// How a granted request ended, as far as the budget is concerned.
public enum RequestOutcome: Sendable {
    /// Luma answered.
    case answered(status: Int, RateLimitFields)
    /// No answer, but Luma may have counted it.
    case unanswered
    /// Not one byte can have reached Luma.
    case neverSent
}

/// The state of the budget for health and metrics.
public struct BudgetSnapshot: Sendable, Equatable {
    /// The limit of a class of requests, and what is left of it.
    public struct Allowance: Sendable, Equatable {
        /// Requests per window.
        public var limit: Int
        /// Requests that could start now without a wait.
        public var remaining: Int
    }

    /// The same values in both classes once a limit is learned.
    public var get: Allowance
    /// That of POST.
    public var post: Allowance
    /// What the limit is counted in, in seconds.
    public var window: Double
    /// When there is more for sure; nil when that is not known.
    public var resetAt: MonotonicTime?
    /// Whether the limit comes from Luma's own fields.
    public var isLearned: Bool
    /// When the tap opens again; nil while it is open.
    public var closedUntil: MonotonicTime?
    /// Calls that wait for the budget.
    public var queued: Int
    /// Calls that were let through and have not ended.
    public var inFlight: Int
    /// Programs that share the budget, this one included, as last known.
    public var gateways = 1
    /// Calls that this program may send of what they share; nil when it is alone, or when Luma's answers have no numbers.
    public var leased: Int?
    /// The others cannot be asked: it spends half of an equal share.
    public var isCutOff = false
}

/// Whose request it is, as far as the budget is concerned: an opaque number made of a token's label or of an address.
public struct CallerKey: Sendable, Hashable {
    let raw: UInt64

    /// Nobody in particular: the gateway itself, or a program with one caller only.
    public static let none = CallerKey(raw: 0)

    init(raw: UInt64) { self.raw = raw }

    /// The key of a label.
    public init(label: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for octet in label.utf8 { hash = (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01b3 }
        raw = max(hash, 1)
    }

    /// The key of an address, by eight octets of it: an IPv4 address, or the network of an IPv6 address.
    public init(address: UInt64) { raw = max((address ^ address >> 33) &* 0xff51_afd7_ed55_8ccd, 1) }
}

/// How much a request matters when not all can be served.
public enum Priority: Sendable, Hashable {
    /// Somebody waits for this one answer.
    case interactive
    /// A health check, a list of all pages, anything in bulk.
    case background
}

/// Who asks the budget, and how urgently.
public struct Sender: Sendable, Hashable {
    /// Whose turn it uses.
    public var caller: CallerKey
    /// Whether it goes before work in bulk.
    public var priority: Priority

    public init(_ caller: CallerKey = .none, _ priority: Priority = .interactive) {
        self.caller = caller
        self.priority = priority
    }
}
