public import Core
public import HTTP
public import LumaAPI

/// Decides whether a failed call is sent again, and when. Pure: the instant and the random source come in.
///
/// | what happened | may be repeated at any time | only if surely unseen |
/// |---|---|---|
/// | nothing was sent (name, connection, TLS) | retry | retry |
/// | no whole answer: lost, timeout, malformed | retry | unknown outcome |
/// | 429 | retry | retry |
/// | 5xx (but 501, 505), with Retry-After or without | retry | unknown outcome |
/// | 408, 425 | give up | unknown outcome |
/// | answer too large | give up | unknown outcome |
/// | request refused by our own transport | give up | give up |
/// | cancelled, shutting down | give up | give up when nothing was sent, else unknown outcome |
/// | any other answer of Luma's own | give up | give up |
/// | any other answer that is not in Luma's shape | give up | unknown outcome |
///
/// Luma itself sends Retry-After with 429 only; any other of these answers may come from a proxy that has passed the call
/// on, so it does not prove that Luma never saw it. So may a 403, a 404 or a 409 that is not in Luma's words. A 429 is
/// taken for what it says whoever says it: a limit stands before what it limits.
///
/// A retry needs an attempt that is left and a pause that ends before the deadline; else the answer is to give up.
public struct RetryPolicy: Sendable {
    /// Attempts after the first.
    public var maxRetries: Int
    /// By how much the longest pause grows with each retry.
    public var factor: Double
    /// Seconds; the pause before retry n (from 0) is random between 0 and `base * factor^n`, at most `cap`.
    public var base: Double
    /// The longest pause, in seconds.
    public var cap: Double

    public init(maxRetries: Int = 3, factor: Double = 2, base: Double = 0.5, cap: Double = 20) {
        self.maxRetries = max(0, maxRetries)
        self.factor = factor.isFinite ? max(1, factor) : 1
        self.base = base.isFinite ? max(0, base) : 0
        self.cap = cap.isFinite ? max(0, cap) : 0
    }

    /// How an attempt ended, other than in success.
    public enum Outcome: Sendable {
        case failed(TransportError)
        /// Any answer that is not 2xx; `retryAfter` in seconds. `isLumas`: it is in Luma's own shape.
        case answered(status: Int, retryAfter: Double?, isLumas: Bool)
    }

    /// What follows a failed attempt.
    public enum Decision: Sendable, Equatable {
        case retry(afterSeconds: Double)
        case giveUp
        /// The call may have taken effect; nobody may send it again before that is known.
        case unknownOutcome
    }

    /// - Parameter attempt: retries that were already made.
    public func decision(
        attempt: Int, outcome: Outcome, repetition: Operation.Repetition, now: MonotonicTime, deadline: MonotonicTime,
        random: inout some RandomNumberGenerator
    ) -> Decision {
        switch verdict(outcome, repetition) {
        case .final: return .giveUp
        case .unknown: return .unknownOutcome
        case .repeatable(let retryAfter):
            guard attempt < maxRetries else { return .giveUp }
            // Those who were told the same time would all come back in the same moment: the jitter is added to it.
            let pause = (retryAfter ?? 0) + jitter(attempt, &random)
            guard now.advanced(seconds: pause) < deadline else { return .giveUp }
            return .retry(afterSeconds: pause)
        }
    }

    /// The longest pause before a retry, in seconds, without Retry-After.
    func ceiling(_ attempt: Int) -> Double {
        var span = base
        for _ in 0..<max(0, attempt) where span < cap { span *= factor }
        return min(span, cap)
    }

    private func jitter(_ attempt: Int, _ random: inout some RandomNumberGenerator) -> Double {
        let ceiling = ceiling(attempt)
        return ceiling > 0 ? Double.random(in: 0...ceiling, using: &random) : 0
    }

    private enum Verdict {
        case final, unknown
        case repeatable(retryAfter: Double?)
    }

    private func verdict(_ outcome: Outcome, _ repetition: Operation.Repetition) -> Verdict {
        let always = repetition == .always
        switch outcome {
        case .failed(let error):
            switch error.cause {
            case .invalidRequest: return .final
            case .cancelled, .shuttingDown: return always || error.neverSent ? .final : .unknown
            case .responseTooLarge: return always ? .final : .unknown
            default: return always || error.neverSent ? .repeatable(retryAfter: nil) : .unknown
            }
        case .answered(429, let retryAfter, _): return .repeatable(retryAfter: Self.sensible(retryAfter))
        case .answered(_, _, isLumas: false) where !always: return .unknown
        case .answered(408, _, _) where !always, .answered(425, _, _) where !always: return .unknown
        case .answered(500..., _, _) where !always: return .unknown
        case .answered(501, _, _), .answered(505, _, _): return .final
        case .answered(500..., let retryAfter, _): return .repeatable(retryAfter: Self.sensible(retryAfter))
        default: return .final
        }
    }

    private static func sensible(_ seconds: Double?) -> Double? {
        seconds.map { $0.isFinite ? min(max($0, 0), 86_400) : 86_400 }
    }
}
