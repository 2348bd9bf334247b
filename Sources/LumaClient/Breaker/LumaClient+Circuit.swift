import Core
import HTTP

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
