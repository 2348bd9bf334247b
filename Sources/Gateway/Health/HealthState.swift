public import Core
import Synchronization

/// What is known of Luma, shared by all loops: the last outcome of a call or of the background check.
///
/// A probe only reads it, so a supervisor may ask as often as it likes and spends none of Luma's budget.
public final class HealthState: Sendable {
    /// One verdict. `failure` is nil when Luma answered with our key accepted.
    public struct Verdict: Sendable, Equatable {
        public enum Failure: String, Sendable {
            case starting
            case unreachable = "upstream_unreachable"
            case timeout = "upstream_timeout"
            case authentication = "upstream_auth"
            case failing = "upstream_failure"
        }
        public var failure: Failure?
        /// A bounded word for the cause, such as `connection_refused`; never text from outside.
        public var cause: String?
        /// When this verdict was first reached.
        public var since: Timestamp
        /// When Luma was last heard, or last tried in vain.
        public var checked: Timestamp
    }

    private let verdict: Mutex<Verdict>
    /// Goes up when a verdict changes, so that each loop can keep its rendered answer.
    private let changes = Atomic<Int>(0)

    public init(now: Timestamp) {
        verdict = Mutex(Verdict(failure: .starting, cause: nil, since: now, checked: now))
    }

    public var version: Int { changes.load(ordering: .acquiring) }

    public var current: Verdict { verdict.withLock { $0 } }

    /// Takes the outcome of a call that reached a verdict about Luma; `failure` nil means that it answered well.
    public func record(_ failure: Verdict.Failure?, cause: String? = nil, at now: Timestamp) {
        let changed = verdict.withLock { verdict in
            verdict.checked = now
            guard verdict.failure != failure || verdict.cause != cause else { return false }
            verdict.failure = failure
            verdict.cause = cause
            verdict.since = now
            return true
        }
        if changed { changes.add(1, ordering: .releasing) }
    }
}
