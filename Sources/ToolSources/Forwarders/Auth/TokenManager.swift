public import Core

/// The token of one service for everybody here: fetched once however many wait, renewed before it ends, and fetched anew
/// once when the service refuses it.
///
/// | state | `admit` | at the end of the fetch |
/// |---|---|---|
/// | no token | the first asker fetches, the others wait | |
/// | a token, young | it is used | |
/// | a token past its time for renewal | it is used; the first asker fetches the next | |
/// | a token that has ended, or was refused | as without one | |
/// | a fetch has failed | fails at once, for a time that doubles; a token that lives is used on | it is tried again |
///
/// A 401 names the generation of the token that it was sent with: only the current one leads to a fetch, an older one to a
/// repetition with the current. A token that was fetched because of a refusal and is refused as well ends that: for a
/// minute a refusal is the answer, for what the service refuses then is not the token.
///
/// Pure: every instant comes in as a parameter. One fetch is one `Attempt`, and ends with one `settle`.
public struct TokenManager: Sendable {
    /// The right, and the duty, to fetch a token.
    public struct Attempt: Sendable, Equatable {
        let number: UInt64
    }

    /// What a request that needs a token does now.
    public enum Admission: Sendable {
        case go(ForwarderCredentials)
        /// Go; and fetch the next token meanwhile.
        case goAndFetch(ForwarderCredentials, Attempt)
        /// Fetch one, settle, and ask again.
        case fetch(Attempt)
        /// Somebody fetches one: ask again when that is settled.
        case wait
        case fail(ForwarderFailure)
    }

    /// How a fetch ended.
    public enum Outcome: Sendable, Equatable {
        /// A token and the seconds that it lives.
        case token(Secret, lifetime: Double)
        /// The credentials are not accepted: to ask again soon is of no use.
        case refused(ForwarderFailure)
        case failed(ForwarderFailure)
    }

    static let longestPause = 60.0
    /// A fetch that nobody has settled is given up after so many seconds.
    static let longestFetch = 60.0
    static let shortestLife = 10.0
    static let longestLife = 30 * 86_400.0

    private struct Token {
        let credentials: ForwarderCredentials
        let renewsAt: MonotonicTime
        let endsAt: MonotonicTime
        var isRefused = false
    }

    private struct Fetch {
        let attempt: Attempt
        let begun: MonotonicTime
    }

    private let rule: AuthRule
    private var token: Token?
    private var fetch: Fetch?
    private var generation: UInt64 = 0
    private var attempts: UInt64 = 0
    private var failure: (failure: ForwarderFailure, until: MonotonicTime, pause: Double)?
    /// Until then a refusal leads to no fetch.
    private var refusalsStandUntil: MonotonicTime?

    /// For a rule that needs a token.
    public init(_ rule: AuthRule) { self.rule = rule }

    /// Asks for what a request needs.
    public mutating func admit(now: MonotonicTime) -> Admission {
        guard let token, !token.isRefused, now < token.endsAt else { return acquire(now) }
        guard now >= token.renewsAt, isFetchFree(now), !isHeldBack(now) else { return .go(token.credentials) }
        return .goAndFetch(token.credentials, begin(now))
    }

    /// The service has refused the token of this generation.
    /// - Parameter isRepeated: the same request was refused with an older token before.
    public mutating func refused(_ generation: UInt64, isRepeated: Bool, now: MonotonicTime) -> Admission {
        if let token, token.credentials.generation != generation { return admit(now: now) }
        if isRepeated { refusalsStandUntil = now.advanced(seconds: Self.longestPause) }
        if let until = refusalsStandUntil, now < until {
            return .fail(ForwarderFailure(.auth, "the service rejects the token that it has just issued"))
        }
        token?.isRefused = true
        return acquire(now)
    }

    /// Ends a fetch.
    public mutating func settle(_ attempt: Attempt, _ outcome: Outcome, now: MonotonicTime) {
        guard fetch?.attempt == attempt else { return }
        fetch = nil
        switch outcome {
        case .token(let secret, let given):
            let lifetime = given.isFinite ? min(max(given, Self.shortestLife), Self.longestLife) : Self.longestLife
            // At four fifths of its life, a minute before its end at the latest, and never in its first half.
            let renewal = max(lifetime / 2, min(lifetime * 0.8, lifetime - 60))
            generation += 1
            token = Token(
                credentials: rule.credentials(secret, generation: generation), renewsAt: now.advanced(seconds: renewal),
                endsAt: now.advanced(seconds: lifetime))
            failure = nil
        case .refused(let why): hold(why, seconds: Self.longestPause, now)
        case .failed(let why):
            hold(why, seconds: min(failure.map { $0.pause * 2 } ?? 1, Self.longestPause), now)
        }
    }

    private mutating func hold(_ why: ForwarderFailure, seconds: Double, _ now: MonotonicTime) {
        failure = (why, now.advanced(seconds: seconds), seconds)
    }

    /// Without a token that can be used.
    private mutating func acquire(_ now: MonotonicTime) -> Admission {
        if let failure, isHeldBack(now) {
            var why = failure.failure
            why.retryAfterSeconds = Int(max(1, failure.until.seconds(since: now)).rounded(.up))
            return .fail(why)
        }
        return isFetchFree(now) ? .fetch(begin(now)) : .wait
    }

    private func isHeldBack(_ now: MonotonicTime) -> Bool { failure.map { now < $0.until } ?? false }

    private func isFetchFree(_ now: MonotonicTime) -> Bool {
        fetch.map { now.seconds(since: $0.begun) >= Self.longestFetch } ?? true
    }

    private mutating func begin(_ now: MonotonicTime) -> Attempt {
        attempts += 1
        let attempt = Attempt(number: attempts)
        fetch = Fetch(attempt: attempt, begun: now)
        return attempt
    }
}
