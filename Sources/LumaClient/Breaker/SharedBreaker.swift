public import Core
import Synchronization

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
