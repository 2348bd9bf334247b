public import Core
import HTTP
import Synchronization

/// How soon a circuit opens, and for how long.
public struct BreakerSettings: Sendable, Equatable {
    /// Failures in a row that open it; 0 keeps it closed for ever.
    public var failures: Int
    /// Seconds until the first probe; each further one waits twice as long.
    public var firstPause: Double
    /// No probe waits longer, in seconds.
    public var longestPause: Double

    public init(failures: Int = 5, firstPause: Double = 1, longestPause: Double = 10) {
        self.failures = max(0, failures)
        self.firstPause = max(0.001, min(firstPause, longestPause))
        self.longestPause = max(0.001, longestPause)
    }
}

/// Keeps requests from an upstream that does not answer, so that an outage costs nobody time and nothing is spent on it.
///
/// | state | a request | a failure | a success |
/// |---|---|---|---|
/// | closed | goes | counts; the last of `failures` in a row opens | counts from 0 again |
/// | open | is refused until the pause is over, then one goes as the probe | – | – |
/// | half open: the probe flies | is refused | of the probe opens again, for twice as long | of the probe closes |
///
/// What was sent before the state last changed says nothing about it any more. A failure is the upstream's: no
/// connection, no answer in a fair time, a 5xx. A 4xx or a 429 is an answer.
///
/// Pure: every instant comes in as a parameter. Share it with `SharedBreaker`.
public struct CircuitBreaker: Sendable {
    /// Whether requests are let through: all, none, or one to try. The words stand in `/status` and the metrics.
    public enum State: String, Sendable, CaseIterable {
        case closed, open
        case halfOpen = "half_open"
    }

    /// The right to send one request; settled exactly once.
    public struct Pass: Sendable, Equatable {
        /// Counts the changes of state.
        let epoch: UInt64
    }

    /// Whether a request may be sent now.
    public enum Admission: Sendable, Equatable {
        case go(Pass)
        /// Seconds until it is worth to try again.
        case refuse(seconds: Double)
    }

    /// What the end of a request says about the upstream.
    public enum Verdict: Sendable, Equatable {
        case success, failure
        /// Nothing: it was given up here.
        case unknown
    }

    let settings: BreakerSettings
    /// As it was left by the last call; an open one may let a probe through by now.
    public private(set) var state = State.closed
    private(set) var epoch: UInt64 = 0
    private(set) var failuresInRow = 0
    private var opensAt = MonotonicTime(nanoseconds: 0)
    private var pause = 0.0

    public init(_ settings: BreakerSettings) { self.settings = settings }

    /// Asks to send one request now; the one who may is the probe when the pause of an open circuit is over.
    public mutating func admit(now: MonotonicTime) -> Admission {
        switch state {
        case .closed: return .go(Pass(epoch: epoch))
        case .open where now >= opensAt:
            change(to: .halfOpen)
            return .go(Pass(epoch: epoch))
        case .open, .halfOpen: return .refuse(seconds: secondsToProbe(now))
        }
    }

    /// Seconds until a request may be sent; 0 when one may be now.
    public func secondsToProbe(_ now: MonotonicTime) -> Double {
        switch state {
        case .closed: 0
        case .open: max(0, opensAt.seconds(since: now))
        // The probe may take as long as a call takes; this is when to look again.
        case .halfOpen: 1
        }
    }

    /// Notes the end of a request that was let go.
    public mutating func settle(_ pass: Pass, _ verdict: Verdict, now: MonotonicTime) {
        guard pass.epoch == epoch else { return }
        switch (state, verdict) {
        case (.closed, .success): failuresInRow = 0
        case (.closed, .failure):
            failuresInRow += 1
            if settings.failures > 0, failuresInRow >= settings.failures { open(for: settings.firstPause, now) }
        case (.halfOpen, .success):
            failuresInRow = 0
            change(to: .closed)
        case (.halfOpen, .failure): open(for: min(pause * 2, settings.longestPause), now)
        case (.halfOpen, .unknown):
            // The next one is the probe.
            opensAt = now
            change(to: .open)
        case (.closed, .unknown), (.open, _): break
        }
    }

    private mutating func open(for seconds: Double, _ now: MonotonicTime) {
        pause = seconds
        opensAt = now.advanced(seconds: seconds)
        change(to: .open)
    }

    private mutating func change(to state: State) {
        self.state = state
        epoch += 1
    }
}

/// The circuit of one upstream, for all loops. While nothing fails, a request costs two loads.
public final class SharedBreaker: Sendable {
    private let breaker: Mutex<CircuitBreaker>
    /// The epoch, doubled; odd while the circuit is not closed or has failures to its account.
    private let mark = Atomic<UInt64>(0)
    /// The bounded label of the failure that was seen last.
    private let cause = Mutex<String?>(nil)

    public init(_ settings: BreakerSettings) { breaker = Mutex(CircuitBreaker(settings)) }

    /// Asks to send one request now.
    public func admit(now: MonotonicTime) -> CircuitBreaker.Admission {
        let known = mark.load(ordering: .relaxed)
        if known & 1 == 0 { return .go(CircuitBreaker.Pass(epoch: known >> 1)) }
        return change { $0.admit(now: now) }
    }

    /// Notes the end of a request that was let go, exactly once.
    public func settle(
        _ pass: CircuitBreaker.Pass, _ verdict: CircuitBreaker.Verdict, now: MonotonicTime, cause label: String? = nil
    ) {
        if verdict == .success, mark.load(ordering: .relaxed) == pass.epoch << 1 { return }
        if verdict == .failure, let label { cause.withLock { $0 = label } }
        change { $0.settle(pass, verdict, now: now) }
    }

    /// Seconds until a request may be sent; 0 when one may be now.
    public func secondsToProbe(_ now: MonotonicTime) -> Double {
        mark.load(ordering: .relaxed) & 1 == 0 ? 0 : breaker.withLock { $0.secondsToProbe(now) }
    }

    /// As it was left by the last call. Safe from any thread.
    public var state: CircuitBreaker.State { breaker.withLock { $0.state } }

    /// What the last failure was: a bounded label.
    public var lastCause: String? { cause.withLock { $0 } }

    private func change<Result>(_ body: (inout CircuitBreaker) -> Result) -> Result {
        breaker.withLock { breaker in
            let result = body(&breaker)
            let isQuiet = breaker.state == .closed && breaker.failuresInRow == 0
            mark.store(breaker.epoch << 1 | (isQuiet ? 0 : 1), ordering: .relaxed)
            return result
        }
    }
}

/// What the ends of calls tell the circuit.
extension LumaClient {
    /// A timeout says something about Luma only after at least so many seconds, or the whole time that a call may take.
    private static let fairSeconds = 5.0

    /// Whether an attempt had the time that Luma may be expected to need; less than that is the caller's wish.
    func isFair(_ begun: MonotonicTime, _ sendBy: MonotonicTime) -> Bool {
        sendBy.seconds(since: begun) >= min(Self.fairSeconds, settings.requestTimeout * 0.9)
    }

    /// The error while nothing is sent; nil while something may be.
    func circuitError() -> LumaError? {
        let seconds = account.breaker.secondsToProbe(time.now)
        guard seconds > 0 else { return nil }
        return .circuitOpen(
            retryAfterSeconds: Int(seconds.rounded(.up)), cause: account.breaker.lastCause ?? "unknown")
    }
}

extension CircuitBreaker.Verdict {
    /// What an attempt that failed says about Luma.
    init(_ error: LumaError, inFairTime isFair: Bool) {
        switch error {
        case .upstreamFailure, .malformedAnswer: self = .failure
        case .timedOut: self = isFair ? .failure : .unknown
        case .unreachable(.invalidRequest), .unreachable(.shuttingDown), .unreachable(.cancelled),
            .unreachable(.overloaded):
            self = .unknown
        case .unreachable: self = .failure
        case .cancelled, .budgetExhausted, .notRecorded, .circuitOpen: self = .unknown
        // Luma has answered, whatever it said.
        case .rateLimited, .authenticationRefused, .planRequired, .notFound, .eventNotAccessible, .refused, .tooLarge,
            .unknownOutcome:
            self = .success
        }
    }
}
