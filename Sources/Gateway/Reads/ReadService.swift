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

    /// Nothing is ever kept.
    var isOff: Bool { shared.settings.freshSeconds <= 0 }

    /// The kept answer to a read; nil when Luma must be asked. The next request in the same words finds it ready.
    /// - Throws: `APIError` 412 when If-Match does not hold.
    func kept(_ key: ReadKey, _ input: RequestInput, _ request: RequestView) throws(APIError) -> Response? {
        guard input.wish.mayUse else { return nil }
        let now = clock.now
        guard let answer = shared.fresh(key, input.wish, now: now) else { return nil }
        shared.remember(RequestWords(path: request.path, query: request.query), for: key)
        return try given(answer, .hit, input.conditions, age: answer.age(now))
    }

    // MARK: With one

    /// Answers a read: from what is kept, from a call that is under way, or by `fetch`, which makes the call.
    func read(
        _ key: ReadKey, _ input: RequestInput, _ call: UpstreamCall, fetch: () async throws(APIError) -> Fetched
    ) async throws(APIError) -> Response {
        let now = clock.now
        switch shared.ask(key, input.wish, now: now) {
        case .hit(let answer): return try given(answer, .hit, input.conditions, age: answer.age(now))
        case .absent: throw APIError(.notKept)
        case .lead(let lease): return try await lead(lease, input, call, fetch)
        case .busy, .follow: return try await follow(key, input, call, fetch)
        }
    }

    private func lead(
        _ lease: SharedReads.Table.Lease, _ input: RequestInput, _ call: UpstreamCall,
        _ fetch: () async throws(APIError) -> Fetched
    ) async throws(APIError) -> Response {
        do throws(APIError) {
            let fetched = try await fetch()
            let answer = KeptAnswer(
                fetched.body, as: fetched.format, isList: lease.key.isList, asOf: fetched.asOf ?? clock.now)
            shared.finish(lease, .answer(answer, keep: input.wish.mayStore), now: clock.now)
            return try given(answer, .miss, input.conditions)
        } catch {
            shared.finish(lease, landing(error, call), now: clock.now)
            return try standIn(lease.key, input, error)
        }
    }

    // Not a part of `read`, whose every call would reserve the memory for it.
    @inline(never) private func follow(
        _ key: ReadKey, _ input: RequestInput, _ call: UpstreamCall, _ fetch: () async throws(APIError) -> Fetched
    ) async throws(APIError) -> Response {
        let (shared, clock) = (shared, clock)
        var number: UInt64?
        let news: ReadWaiter.News
        do {
            news = try await parking.park(
                until: call.deadline,
                missed: { news in
                    if case .lead(let lease) = news { shared.finish(lease, .abandoned, now: clock.now) }
                },
                { waiter in
                    switch shared.ask(key, input.wish, now: clock.now, waiter: waiter) {
                    case .hit(let answer): waiter.tell(.end(.success(answer)))
                    case .lead(let lease): waiter.tell(.lead(lease))
                    case .follow(let id): number = id
                    case .absent, .busy: waiter.tell(.overdue)
                    }
                })
        } catch {
            if let number { shared.leave(key, number) }
            throw APIError(LumaError.cancelled, subject: nil)
        }
        switch news {
        case .lead(let lease): return try await lead(lease, input, call, fetch)
        case .end(.success(let answer)): return try given(answer, .shared, input.conditions)
        case .end(.failure(let error)): return try standIn(key, input, error)
        case .overdue:
            if let number { shared.leave(key, number) }
            return try standIn(key, input, APIError(.upstreamTimeout))
        }
    }

    /// What a leader's failure means for those who follow it. A caller that went away, or whose time or turn was over,
    /// tells nothing about the others.
    private func landing(_ error: APIError, _ call: UpstreamCall) -> SharedReads.Table.Landing {
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
    private func standIn(_ key: ReadKey, _ input: RequestInput, _ error: APIError) throws(APIError) -> Response {
        let now = clock.now
        guard Self.isOutage(error), input.wish.maxAge == .infinity, let answer = shared.standIn(key, now: now) else {
            throw error
        }
        return try given(answer, .stale, input.conditions, age: answer.age(now), cause: error.reason.rawValue)
    }

    /// The answer in its shape, counted.
    private func given(
        _ answer: KeptAnswer, _ source: ReadSource, _ conditions: Preconditions, age: Int = 0,
        cause: String? = nil
    ) throws(APIError) -> Response {
        metrics?.read(source)
        return try answer.response(source, conditions, age: age, cause: cause)
    }

    private static func isOutage(_ error: APIError) -> Bool {
        switch error.reason {
        case .upstreamUnreachable, .upstreamFailure, .upstreamTimeout, .upstreamUnavailable: true
        default: false
        }
    }
}
