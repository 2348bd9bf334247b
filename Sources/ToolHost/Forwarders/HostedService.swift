package import Core
import Synchronization
package import ToolSources

/// A service whose operations are offered, and what all loops share of it: its token, and how it has fared so far. Safe to use
/// from any thread.
package final class HostedService: Sendable {
    package let forwarder: Forwarder
    /// Nil for a service that needs no token.
    let token: ServiceToken?
    private let breaker: Mutex<ServiceBreaker>
    private let rate: Mutex<RequestRate>

    init(_ forwarder: Forwarder) {
        self.forwarder = forwarder
        token = forwarder.auth.isDynamic ? ServiceToken(forwarder.auth) : nil
        breaker = Mutex(ServiceBreaker(forwarder.breaker))
        rate = Mutex(RequestRate(max: forwarder.limits.perMinute))
    }

    package var name: String { forwarder.name }

    /// Whether nothing is sent to it now, because it has failed too often.
    package func isHeldBack(now: MonotonicTime) -> Bool { breaker.withLock { $0.isOpen(now: now) } }

    /// Seconds until the next request may go; nil for now. One that may ends with one `note`.
    func admit(now: MonotonicTime) -> Double? { breaker.withLock { $0.admit(now: now) } }

    func note(_ outcome: RetryRule.Outcome, now: MonotonicTime) {
        breaker.withLock { $0.note(RetryRule.verdict(outcome), now: now) }
    }

    /// A place among the requests of a minute.
    func place(now: MonotonicTime, longest: Double) -> RequestRate.Turn {
        rate.withLock { $0.take(now: now, longest: longest) }
    }
}

/// What the calls of services share, whichever they are and on whichever loop they are made.
package struct ForwarderRuns: Sendable {
    /// Calls of all services together.
    private static let most = 256

    package let slots = CallSlots(max: most)
    let log: @Sendable (HostEvent) -> Void
}
