public import Core

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
    public enum State: String, Sendable, CaseIterable {
        case closed, open
        case halfOpen = "half_open"
    }

    /// The right to send one request; settled exactly once.
    public struct Pass: Sendable, Equatable {
        /// Counts the changes of state.
        let epoch: UInt64
    }

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
