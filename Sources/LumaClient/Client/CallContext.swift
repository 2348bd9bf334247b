public import Core
public import LumaAPI
import Synchronization

/// What one request to the gateway cost towards Luma, for its log line.
///
/// Not `Sendable`: it belongs to the request and its loop.
public final class CallContext {
    /// Requests that were handed to the transport, retries and look-ups included.
    public internal(set) var upstreamCalls = 0
    /// Requests that were sent again after a failure.
    public internal(set) var retries = 0
    /// Seconds spent in the queue for the budget.
    public internal(set) var budgetWait = 0.0

    /// When the last request was handed to the transport; nil when none was.
    public internal(set) var lastSentAt: MonotonicTime?

    /// The trace that the caller has begun, as the `traceparent` of every call; nil for none.
    public var traceparent: String?

    /// By which the log names the request that asks; nil when none does.
    public var requestID: String?

    /// Keeps account of the request's writes; nil when nobody does.
    public var journal: (any WriteJournal)?

    /// One request that was handed to the transport.
    public struct Attempt: Sendable, Equatable {
        /// The name of the operation's row.
        public let operation: String
        /// From 0.
        public let number: Int
        /// The status of the answer, or a bounded label of what went wrong.
        public let outcome: String
        public let seconds: Double
        /// That of the request's context.
        public internal(set) var requestID: String?
    }

    /// Counts what the calls of several contexts cost together; nil when this is the only one of its request.
    public var total: CallTotal?

    /// Who asks, and how urgently.
    public let sender: Sender
    /// Set once a write that may not be repeated is about to leave.
    public internal(set) var hasSentWrite = false
    /// Entries of a list that are asked for at once, since more of them were too large; nil while all are.
    var pageSize: Int?
    private let isCallerGone: () -> Bool

    /// - Parameter isCallerGone: asked before a write is begun, and while it waits for budget. From its first byte on a
    ///   write is brought to its end whoever is left to hear of it: half of it would be worse than all of it.
    public init(_ sender: Sender = Sender(), isCallerGone: @escaping () -> Bool = { false }) {
        self.sender = sender
        self.isCallerGone = isCallerGone
    }

    /// A request is handed to the transport.
    func countCall() {
        upstreamCalls += 1
        total?.addCall()
    }

    /// A request is to be sent again.
    func countRetry() {
        retries += 1
        total?.addRetry()
    }

    /// Nobody waits for the result and nothing has happened yet that must be brought to an end.
    var isAbandoned: Bool { !hasSentWrite && isCallerGone() }
}

/// What one request to the gateway cost towards Luma whose calls have contexts of their own, as those of several tools do.
public final class CallTotal: Sendable {
    private let callCount = Atomic(0)
    private let retryCount = Atomic(0)

    public init() {}

    /// As in a context.
    public var upstreamCalls: Int { callCount.load(ordering: .relaxed) }
    /// As in a context.
    public var retries: Int { retryCount.load(ordering: .relaxed) }

    fileprivate func addCall() { callCount.wrappingAdd(1, ordering: .relaxed) }
    fileprivate func addRetry() { retryCount.wrappingAdd(1, ordering: .relaxed) }
}

/// Is told of every call to Luma as it ends, and of every wait for the budget: what numbers are made of. On the loop.
public protocol CallObserver: AnyObject {
    func called(_ attempt: CallContext.Attempt)
    func waited(seconds: Double)
}

extension Touched {
    /// What a write that a journal has kept may have changed.
    public init(_ operation: String, subject: String?, body: JSONObject) {
        guard let row = Catalog[operation] else {
            self = .everything
            return
        }
        self = row.touched(by: row.restored(subject: subject, kept: body))
    }
}
