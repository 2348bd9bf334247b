import Core
import GatewayAPI
import HTTP
import IO
import LumaAPI
import Store
import Synchronization

/// The reads of one account, for all loops. Every call is short and never waits.
///
/// Gateways that share a store count their writes in it. Whoever looks at the table looks at that number first: when
/// another gateway has written, all that is kept goes, because the number does not tell what was written.
final class SharedReads: Sendable {
    typealias Table = ReadTable<ReadWaiter>

    private struct State: Sendable {
        var table: Table
        /// The number of writes that the table knows of.
        var seen: UInt64
    }

    let settings: CacheSettings
    private let touches: SharedCounter?
    private let state: Mutex<State>

    /// - Parameter touches: the writes of all gateways that may write what is read here; nil for this one alone.
    init(_ settings: CacheSettings, touches: SharedCounter? = nil) {
        self.settings = settings
        self.touches = touches
        state = Mutex(State(table: Table(settings), seen: touches?.value ?? 0))
    }

    /// Works with the table as it is after all writes that have ended.
    private func withTable<Result>(_ body: (inout Table) -> sending Result) -> sending Result {
        state.withLock { state in
            if let touches {
                let number = touches.value
                if number != state.seen {
                    state.seen = number
                    state.table.touch(.everything)
                }
            }
            return body(&state.table)
        }
    }

    func ask(_ key: ReadKey, _ wish: ReadWish, now: MonotonicTime, waiter: ReadWaiter? = nil) -> Table.Verdict {
        withTable { $0.ask(key, wish, now: now, waiter: waiter) }
    }

    func staleIfError(_ key: ReadKey, now: MonotonicTime) -> CachedResponse? {
        withTable { $0.staleIfError(key, now: now) }
    }

    /// Ends a read in flight and tells those who wait, each on its own loop.
    func finish(_ lease: Table.Lease, _ outcome: Table.Outcome, now: MonotonicTime) {
        switch withTable({ $0.finish(lease, outcome, now: now) }) {
        case .nobody: break
        case .all(let waiters, let end): for waiter in waiters { waiter.tell(.end(end)) }
        case .next(let waiter, let lease): waiter.tell(.leader(lease))
        }
    }

    /// Ends a read in flight for which nobody makes the call: the next one who waits may.
    func abandon(_ lease: Table.Lease) {
        // Nothing is kept, so it does not matter when.
        finish(lease, .abandoned, now: MonotonicTime(nanoseconds: 0))
    }

    func leave(_ key: ReadKey, _ id: UInt64) { withTable { $0.leave(key, id) } }

    /// Drops what a write of this gateway has touched, and lets the others know of it.
    func touch(_ touched: Touched) {
        state.withLock { state in
            state.table.touch(touched)
            guard let touches else { return }
            let before = touches.advance()
            // When another gateway has written as well the numbers differ, and whoever looks next sees it.
            if before == state.seen { state.seen = before &+ 1 }
        }
    }

    // MARK: In the same words

    func ready(_ words: RequestWords, ifNoneMatch: UnsafeRawBufferPointer?, now: MonotonicTime) -> ReadyAnswer? {
        withTable {
            $0.cache.ready(words, ifNoneMatch: ifNoneMatch, freshSeconds: settings.freshSeconds, now: now)
        }
    }

    func remember(_ words: RequestWords, for key: ReadKey) {
        guard words.count <= Table.maxWords else { return }
        let (octets, hash) = (words.octets, words.hash)
        withTable { $0.cache.remember(octets, hash: hash, for: key) }
    }

    /// Cached responses, and the octets that they take.
    var size: (answers: Int, bytes: Int) { withTable { ($0.cache.count, $0.cache.bytes) } }
}

/// Who waits for somebody else's call.
struct ReadWaiter: Sendable {
    /// What a waiter is told, once.
    enum News: Sendable {
        case end(Result<CachedResponse, APIError>)
        /// The call is its own to make now.
        case leader(SharedReads.Table.Lease)
        /// Its own time is over.
        case overdue
    }

    /// From any thread.
    let tell: @Sendable (News) -> Void
}

/// Where a read waits for somebody else's call.
protocol Parking: AnyObject {
    /// Calls `enter` with a waiter, and returns what that is told, at the latest at `deadline`.
    ///
    /// - Parameters:
    ///   - enter: false when there is nothing to wait for.
    ///   - missed: given the news that came when nobody waited any more.
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    func park(
        until deadline: MonotonicTime, missed: @escaping (ReadWaiter.News) -> Void,
        _ enter: (ReadWaiter) -> Void
    ) async throws -> ReadWaiter.News
}

/// Parks on one loop. News from other loops come to it through its executor.
final class LoopParking: Parking {
    private let reactor: Reactor

    init(_ reactor: Reactor) { self.reactor = reactor }

    func park(
        until deadline: MonotonicTime, missed: @escaping (ReadWaiter.News) -> Void, _ enter: (ReadWaiter) -> Void
    ) async throws -> ReadWaiter.News {
        var timer: TimerQueue.Token?
        defer { if let timer { reactor.cancel(timer) } }
        return try await reactor.suspend { suspension in
            let executor = reactor.executor
            let bound = LoopBound((suspension, missed), on: executor)
            let waiter = ReadWaiter { news in
                executor.execute {
                    let (suspension, missed) = bound.value
                    if suspension.isWaiting { suspension.resume(returning: news) } else { missed(news) }
                }
            }
            timer = reactor.schedule(at: deadline) { suspension.resume(returning: .overdue) }
            enter(waiter)
        }
    }
}
