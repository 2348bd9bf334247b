import Core
import HTTP
import LumaClient
import Synchronization

/// The reads of one account, for all loops. Every call is short and never waits.
final class SharedReads: Sendable {
    typealias Table = ReadTable<ReadWaiter>

    let settings: KeepSettings
    private let table: Mutex<Table>

    init(_ settings: KeepSettings) {
        self.settings = settings
        table = Mutex(Table(settings))
    }

    func ask(_ key: ReadKey, _ wish: ReadWish, now: MonotonicTime, waiter: ReadWaiter? = nil) -> Table.Verdict {
        table.withLock { $0.ask(key, wish, now: now, waiter: waiter) }
    }

    /// What is kept and fresh.
    func fresh(_ key: ReadKey, _ wish: ReadWish, now: MonotonicTime) -> KeptAnswer? {
        table.withLock { $0.fresh(key, wish, now) }
    }

    func standIn(_ key: ReadKey, now: MonotonicTime) -> KeptAnswer? {
        table.withLock { $0.standIn(key, now: now) }
    }

    /// Ends a flight and tells those who wait, each on its own loop.
    func finish(_ lease: Table.Lease, _ landing: Table.Landing, now: MonotonicTime) {
        switch table.withLock({ $0.finish(lease, landing, now: now) }) {
        case .nobody: break
        case .all(let waiters, let end): for waiter in waiters { waiter.tell(.end(end)) }
        case .next(let waiter, let lease): waiter.tell(.lead(lease))
        }
    }

    func leave(_ key: ReadKey, _ id: UInt64) { table.withLock { $0.leave(key, id) } }

    func touch(_ touched: Touched) { table.withLock { $0.touch(touched) } }

    // MARK: In the same words

    func ready(_ words: RequestWords, ifNoneMatch: UnsafeRawBufferPointer?, now: MonotonicTime) -> ReadyAnswer? {
        table.withLock {
            $0.kept.ready(words, ifNoneMatch: ifNoneMatch, freshSeconds: settings.freshSeconds, now: now)
        }
    }

    func remember(_ words: RequestWords, for key: ReadKey) {
        guard words.count <= Table.mostWords else { return }
        let (octets, hash) = (words.octets, words.hash)
        table.withLock { $0.kept.remember(octets, hash: hash, for: key) }
    }

    /// Answers that are kept, and the octets that they take.
    var size: (answers: Int, bytes: Int) { table.withLock { ($0.kept.count, $0.kept.bytes) } }
}

/// Who waits for somebody else's call.
struct ReadWaiter: Sendable {
    /// What a waiter is told, once.
    enum News: Sendable {
        case end(Result<KeptAnswer, APIError>)
        /// The call is its own to make now.
        case lead(SharedReads.Table.Lease)
        /// Its own time is over.
        case overdue
    }

    /// From any thread.
    let tell: @Sendable (News) -> Void
}
