import Core
import GatewayAPI
import HTTP
import LumaAPI

/// Decides for each read whether what is cached answers it, whether it waits for a call that is under way, or makes one.
///
/// Theory of operation. A read that nothing answers is the *leader*: it holds the lease of a call in flight and makes it. Reads of
/// the same key that come meanwhile *follow* and get what the leader gets. A leader that goes away, or whose own time
/// or turn ran out, hands the lease to the first follower; any other failure is everybody's.
///
/// A write of ours *touches* keys: those that show things of the kinds that its row names, and of the same owner. What is cached
/// of them is dropped, and their reads in flight are detached: they bring those who wait their answer, which was asked for before
/// the write had ended, but fill nothing, and nobody new joins them. So whatever is read after a write was asked of Luma
/// after it.
///
/// What is cached is fresh for a while, and then stale for a while: good enough when Luma is down. It leaves in the order in
/// which it came, when it is too old or when there is more of it than `maxBytes`.
///
/// Pure: instants come in, waiters are opaque. Share it with `SharedReads`.
struct ReadTable<Waiter: Sendable>: Sendable {
    /// The duty to bring a read in flight to its end, exactly once.
    struct Lease: Sendable, Equatable {
        let key: ReadKey
        let id: UInt64
    }

    enum Verdict: Sendable {
        case hit(CachedResponse)
        /// Make the call, then `finish`.
        case leader(Lease)
        /// The waiter will be told; the number is for `leave`.
        case follower(UInt64)
        /// A call is under way: ask again with a waiter.
        case busy
        /// The caller wants nothing asked, and nothing that is cached will do.
        case absent
    }

    /// The end of a leader's call.
    enum Outcome: Sendable {
        case answer(CachedResponse, keep: Bool)
        /// `isGone`: what is cached of it is wrong, too.
        case failure(APIError, isGone: Bool)
        /// It says nothing about the key: the next one may have more luck.
        case abandoned
    }

    /// Who is to be told of an outcome: everybody the end, or one that the lease is its own now.
    enum Calls: Sendable {
        case nobody
        case all([Waiter], Result<CachedResponse, APIError>)
        case next(Waiter, Lease)
    }

    private struct InFlightRead {
        let id: UInt64
        var followers: [(id: UInt64, waiter: Waiter)] = []
    }

    /// Requests whose words are longer take the longer way.
    static var maxWords: Int { 256 }

    let settings: CacheSettings
    var cache = ResponseCache()
    /// Reads in flight that can be joined, and those that a write or a later read has overtaken.
    private var inFlightReads: [ReadKey: InFlightRead] = [:]
    private var detachedReads: [UInt64: InFlightRead] = [:]
    private var lastID: UInt64 = 0

    init(_ settings: CacheSettings) { self.settings = settings }

    /// Asks for `key`.
    ///
    /// - Parameter waiter: who waits if there is a call to wait for; nil to be told of that first.
    mutating func ask(_ key: ReadKey, _ wish: ReadWish, now: MonotonicTime, waiter: Waiter? = nil) -> Verdict {
        if wish.mayUse, let answer = fresh(key, wish, now) { return .hit(answer) }
        if wish.onlyIfCached { return .absent }
        // A read in flight may show an older state than the request, which is what no-cache is about.
        if wish.mayUse, inFlightReads[key] != nil {
            guard let waiter else { return .busy }
            lastID += 1
            inFlightReads[key]?.followers.append((lastID, waiter))
            return .follower(lastID)
        }
        return .leader(depart(key))
    }

    /// The cached response to `key`, still fresh enough.
    private func fresh(_ key: ReadKey, _ wish: ReadWish, _ now: MonotonicTime) -> CachedResponse? {
        guard let answer = cache[key], now < answer.asOf.advanced(seconds: settings.freshSeconds),
            wish.maxAge == .infinity || now.seconds(since: answer.asOf) <= wish.maxAge
        else { return nil }
        return answer
    }

    /// What can stand in for an answer that Luma cannot give now.
    func staleIfError(_ key: ReadKey, now: MonotonicTime) -> CachedResponse? {
        guard let answer = cache[key],
            now < answer.asOf.advanced(seconds: settings.freshSeconds + settings.staleSeconds)
        else { return nil }
        return answer
    }

    private mutating func depart(_ key: ReadKey) -> Lease {
        lastID += 1
        if let earlier = inFlightReads.updateValue(InFlightRead(id: lastID), forKey: key) {
            detachedReads[earlier.id] = earlier
        }
        return Lease(key: key, id: lastID)
    }

    /// Ends a read in flight.
    mutating func finish(_ lease: Lease, _ outcome: Outcome, now: MonotonicTime) -> Calls {
        let isCurrent = inFlightReads[lease.key]?.id == lease.id
        guard var inFlightRead = isCurrent ? inFlightReads[lease.key] : detachedReads[lease.id] else { return .nobody }
        if case .abandoned = outcome, !inFlightRead.followers.isEmpty {
            // The lease keeps its number: what has overtaken the read has overtaken the next attempt as well.
            let next = inFlightRead.followers.removeFirst()
            if isCurrent { inFlightReads[lease.key] = inFlightRead } else { detachedReads[lease.id] = inFlightRead }
            return .next(next.waiter, lease)
        }
        if isCurrent { inFlightReads[lease.key] = nil } else { detachedReads[lease.id] = nil }
        let waiters = inFlightRead.followers.map(\.waiter)
        switch outcome {
        case .abandoned: return .nobody
        case .answer(let answer, let keep):
            if isCurrent, keep { store(answer, lease.key, now) }
            return waiters.isEmpty ? .nobody : .all(waiters, .success(answer))
        case .failure(let error, let isGone):
            if isCurrent, isGone { cache.remove(lease.key) }
            return waiters.isEmpty ? .nobody : .all(waiters, .failure(error))
        }
    }

    private mutating func store(_ answer: CachedResponse, _ key: ReadKey, _ now: MonotonicTime) {
        guard settings.freshSeconds > 0 else { return }
        cache.insert(answer, key, maxBytes: settings.maxBytes)
        let oldest = now.advanced(seconds: -(settings.freshSeconds + settings.staleSeconds))
        cache.removeOlder(than: oldest)
    }

    /// A follower no longer waits.
    mutating func leave(_ key: ReadKey, _ id: UInt64) {
        if inFlightReads[key]?.followers.contains(where: { $0.id == id }) == true {
            inFlightReads[key]?.followers.removeAll { $0.id == id }
            return
        }
        for (inFlightRead, state) in detachedReads where state.followers.contains(where: { $0.id == id }) {
            detachedReads[inFlightRead]?.followers.removeAll { $0.id == id }
        }
    }

    /// A write has ended that may have changed these things.
    mutating func touch(_ touched: Touched) {
        let isTouched: (ReadKey) -> Bool = { touched.makesOld($0.shown) }
        cache.remove(where: isTouched)
        for key in inFlightReads.keys.filter(isTouched) {
            guard let inFlightRead = inFlightReads.removeValue(forKey: key) else { continue }
            detachedReads[inFlightRead.id] = inFlightRead
        }
    }

    /// Reads in flight.
    var inFlight: Int { inFlightReads.count + detachedReads.count }
}

/// What is cached of reads, and for how long.
struct CacheSettings: Sendable, Equatable {
    /// How long an answer is fresh; 0 keeps nothing.
    var freshSeconds: Double
    /// How long it may stand in afterwards while Luma is down.
    var staleSeconds: Double
    /// Octets of all that is kept, what belongs to it included.
    var maxBytes: Int

    /// Every read is a call.
    static let nothing = CacheSettings(freshSeconds: 0, staleSeconds: 0, maxBytes: 0)
}
