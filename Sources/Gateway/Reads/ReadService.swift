import Core
import GatewayAPI
import HTTP
import LumaClient

/// Reads through the shared table, on one loop.
final class ReadService {
    private let shared: SharedReads
    private let clock: any TimeSource
    private let parking: any Parking
    /// Counts the reads.
    var metrics: LoopMetrics?

    init(_ shared: SharedReads, clock: any TimeSource, parking: any Parking) {
        self.shared = shared
        self.clock = clock
        self.parking = parking
    }

    // MARK: Without a wait

    /// The answer to a request in words that were answered before, from octets that stand ready: no task, no
    /// allocation. Nil for what it cannot judge, not only for what is not kept.
    func ready(_ request: RequestView) -> ReadyAnswer? {
        guard request.method == .get || request.method == .head, Self.isOfEvents(request.path) else { return nil }
        let names = request.knownFields
        if names.contains(.cacheControl) || names.contains(.ifMatch) { return nil }
        if names.contains(.accept), let accept = request.value(of: .accept), !Self.takesJSON(accept) { return nil }
        let condition = names.contains(.ifNoneMatch) ? request.value(of: .ifNoneMatch) : nil
        let ready = shared.ready(
            RequestWords(path: request.path, query: request.query), ifNoneMatch: condition, now: clock.now)
        if ready != nil { metrics?.read(.hit) }
        return ready
    }

    /// Looks at one octet of every other path.
    private static func isOfEvents(_ path: UnsafeRawBufferPointer) -> Bool {
        path.count >= 7 && path[1] == UInt8(ascii: "e") && path.starts(with: "/events".utf8)
    }

    private static func takesJSON(_ accept: UnsafeRawBufferPointer) -> Bool {
        accept.elementsEqual("*/*".utf8) || accept.elementsEqual("application/json".utf8)
    }

    // MARK: One look-up

    /// What becomes of a read at its one look-up in the table.
    enum Asked {
        case answer(ReadAnswer)
        /// Something has to be waited for.
        case open(OpenRead)
    }

    /// Looks at what is cached, once and without a wait.
    /// - Parameter words: those of the request: the next one in the same words finds the answer ready.
    func ask(_ key: ReadKey, _ wish: ReadWish, words: RequestWords? = nil) -> Asked {
        let now = clock.now
        switch shared.ask(key, wish, now: now) {
        case .hit(let answer):
            if let words { shared.remember(words, for: key) }
            return .answer(given(answer, .hit, age: answer.age(now)))
        case .leader(let lease): return .open(OpenRead(key, wish, .leader(lease), shared))
        case .busy, .follower: return .open(OpenRead(key, wish, .follower, shared))
        case .absent: return .open(OpenRead(key, wish, .absent, shared))
        }
    }

    // MARK: With a wait

    /// Answers a read: from what is cached, from a call that is under way, or by `fetch`, which makes the call.
    func read(
        _ key: ReadKey, _ wish: ReadWish, _ call: UpstreamCall, fetch: () async throws(APIError) -> Fetched
    ) async throws(APIError) -> ReadAnswer {
        switch ask(key, wish) {
        case .answer(let answer): return answer
        case .open(let open): return try await proceed(open, call, fetch: fetch)
        }
    }

    /// Goes on with a read after its look: from a call that is under way, or by `fetch`, which makes the call.
    func proceed(
        _ open: OpenRead, _ call: UpstreamCall, fetch: () async throws(APIError) -> Fetched
    ) async throws(APIError) -> ReadAnswer {
        switch open.take() {
        case .leader(let lease)?: return try await lead(lease, open.wish, call, fetch)
        case .follower?: return try await follow(open.key, open.wish, call, fetch)
        case .absent?: throw APIError(.notCached)
        // Whoever took it before has its lease or its place in the queue: there is nothing left to go on with.
        case nil: throw APIError(.internal)
        }
    }

    private func lead(
        _ lease: SharedReads.Table.Lease, _ wish: ReadWish, _ call: UpstreamCall,
        _ fetch: () async throws(APIError) -> Fetched
    ) async throws(APIError) -> ReadAnswer {
        do throws(APIError) {
            let fetched = try await fetch()
            let answer = CachedResponse(
                fetched.body, as: fetched.format, isList: lease.key.isList, asOf: fetched.asOf ?? clock.now)
            shared.finish(lease, .answer(answer, keep: wish.mayStore), now: clock.now)
            return given(answer, .miss, tree: fetched.tree)
        } catch {
            shared.finish(lease, outcome(error, call), now: clock.now)
            return try staleIfError(lease.key, wish, error)
        }
    }

    // Not a part of `proceed`, whose every call would reserve the memory for it.
    @inline(never) private func follow(
        _ key: ReadKey, _ wish: ReadWish, _ call: UpstreamCall, _ fetch: () async throws(APIError) -> Fetched
    ) async throws(APIError) -> ReadAnswer {
        let (shared, clock) = (shared, clock)
        var number: UInt64?
        let news: ReadWaiter.News
        do {
            news = try await parking.park(
                until: call.deadline,
                missed: { news in
                    if case .leader(let lease) = news { shared.abandon(lease) }
                },
                { waiter in
                    switch shared.ask(key, wish, now: clock.now, waiter: waiter) {
                    case .hit(let answer): waiter.tell(.end(.success(answer)))
                    case .leader(let lease): waiter.tell(.leader(lease))
                    case .follower(let id): number = id
                    case .absent, .busy: waiter.tell(.overdue)
                    }
                })
        } catch {
            if let number { shared.leave(key, number) }
            throw APIError(LumaError.cancelled, subject: nil)
        }
        switch news {
        case .leader(let lease): return try await lead(lease, wish, call, fetch)
        case .end(.success(let answer)): return given(answer, .shared)
        case .end(.failure(let error)): return try staleIfError(key, wish, error)
        case .overdue:
            if let number { shared.leave(key, number) }
            return try staleIfError(key, wish, APIError(.upstreamTimeout))
        }
    }

    /// What a leader's failure means for those who follow it. A caller that went away, or whose time or turn was over,
    /// tells nothing about the others.
    private func outcome(_ error: APIError, _ call: UpstreamCall) -> SharedReads.Table.Outcome {
        switch error.reason {
        case .shuttingDown: return .abandoned
        case .upstreamTimeout where clock.now >= call.deadline: return .abandoned
        case .rateLimited where call.context.upstreamCalls == 0: return .abandoned
        default:
            let saysNothing = Self.isOutage(error) || error.reason == .rateLimited
            return .failure(error, isGone: !saysNothing)
        }
    }

    /// What was known before, while Luma is down; else the error.
    private func staleIfError(_ key: ReadKey, _ wish: ReadWish, _ error: APIError) throws(APIError) -> ReadAnswer {
        let now = clock.now
        guard Self.isOutage(error), wish.maxAge == .infinity, let answer = shared.staleIfError(key, now: now) else {
            throw error
        }
        return given(answer, .stale, age: answer.age(now), cause: error.reason.rawValue)
    }

    /// The answer, counted.
    private func given(
        _ answer: CachedResponse, _ source: ReadSource, age: Int = 0, cause: String? = nil, tree: JSON? = nil
    ) -> ReadAnswer {
        metrics?.read(source)
        return ReadAnswer(cached: answer, source: source, age: age, cause: cause, tree: tree)
    }

    private static func isOutage(_ error: APIError) -> Bool {
        switch error.reason {
        case .upstreamUnreachable, .upstreamFailure, .upstreamTimeout, .upstreamUnavailable: true
        default: false
        }
    }
}

/// A read that no cached response answers, after its one look-up in the table.
///
/// Whoever holds it goes on with it once, in a task. A lease that nobody takes up, because the task never came to be, is given
/// back when this goes: a read in flight without an end would keep everybody waiting who follows it.
final class OpenRead {
    /// What the look-up has come to.
    enum Verdict {
        /// The call is its own to make, and the lease to bring to its end.
        case leader(SharedReads.Table.Lease)
        /// Somebody else's call is under way.
        case follower
        /// The caller wants nothing asked.
        case absent
    }

    let key: ReadKey
    let wish: ReadWish
    private var verdict: Verdict?
    private let shared: SharedReads

    init(_ key: ReadKey, _ wish: ReadWish, _ verdict: Verdict, _ shared: SharedReads) {
        self.key = key
        self.wish = wish
        self.verdict = verdict
        self.shared = shared
    }

    /// The verdict, which is whose who takes it from now on; nil when it was taken before.
    func take() -> Verdict? {
        defer { verdict = nil }
        return verdict
    }

    deinit {
        if case .leader(let lease)? = verdict { shared.abandon(lease) }
    }
}
