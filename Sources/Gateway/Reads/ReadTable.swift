import Core
import GatewayAPI
import HTTP
import LumaAPI

/// Decides for each read whether what is kept answers it, whether it waits for a call that is under way, or makes one.
///
/// Theory of operation. A read that nothing answers *leads*: it holds the lease of a flight and makes the call. Reads of
/// the same key that come meanwhile *follow* and get what the leader gets. A leader that goes away, or whose own time
/// or turn ran out, hands the lease to the first follower; any other failure is everybody's.
///
/// A write of ours *touches* keys: those that show things of the kinds that its row names, and of the same owner. What is kept
/// of them is dropped, and their flights are set adrift: they bring those who wait their answer, which was asked for before
/// the write had ended, but fill nothing, and nobody new joins them. So whatever is read after a write was asked of Luma
/// after it.
///
/// What is kept is fresh for a while, and then stale for a while: good enough when Luma is down. It leaves in the order in
/// which it came, when it is too old or when there is more of it than `maxBytes`.
///
/// Pure: instants come in, waiters are opaque. Share it with `SharedReads`.
struct ReadTable<Waiter: Sendable>: Sendable {
    /// The duty to bring a flight to its end, exactly once.
    struct Lease: Sendable, Equatable {
        let key: ReadKey
        let id: UInt64
    }

    enum Verdict: Sendable {
        case hit(CachedResponse)
        /// Make the call, then `finish`.
        case lead(Lease)
        /// The waiter will be told; the number is for `leave`.
        case follow(UInt64)
        /// A call is under way: ask again with a waiter.
        case busy
        /// The caller wants nothing asked, and nothing that is kept will do.
        case absent
    }

    /// The end of a leader's call.
    enum Landing: Sendable {
        case answer(CachedResponse, keep: Bool)
        /// `isGone`: what is kept of it is wrong, too.
        case failure(APIError, isGone: Bool)
        /// It says nothing about the key: the next one may have more luck.
        case abandoned
    }

    /// Who is to be told at a landing: everybody the end, or one that the lease is its own now.
    enum Calls: Sendable {
        case nobody
        case all([Waiter], Result<CachedResponse, APIError>)
        case next(Waiter, Lease)
    }

    private struct Flight {
        let id: UInt64
        var followers: [(id: UInt64, waiter: Waiter)] = []
    }

    /// Requests whose words are longer take the longer way.
    static var maxWords: Int { 256 }

    let settings: KeepSettings
    var kept = ResponseCache()
    /// Flights that can be joined, and those that a write or a later read has overtaken.
    private var flights: [ReadKey: Flight] = [:]
    private var adrift: [UInt64: Flight] = [:]
    private var lastID: UInt64 = 0

    init(_ settings: KeepSettings) { self.settings = settings }

    /// Asks for `key`.
    ///
    /// - Parameter waiter: who waits if there is a call to wait for; nil to be told of that first.
    mutating func ask(_ key: ReadKey, _ wish: ReadWish, now: MonotonicTime, waiter: Waiter? = nil) -> Verdict {
        if wish.mayUse, let answer = fresh(key, wish, now) { return .hit(answer) }
        if wish.onlyIfCached { return .absent }
        // A flight may show an older state than the request, which is what no-cache is about.
        if wish.mayUse, flights[key] != nil {
            guard let waiter else { return .busy }
            lastID += 1
            flights[key]?.followers.append((lastID, waiter))
            return .follow(lastID)
        }
        return .lead(depart(key))
    }

    /// What is kept of `key` and still fresh enough.
    private func fresh(_ key: ReadKey, _ wish: ReadWish, _ now: MonotonicTime) -> CachedResponse? {
        guard let answer = kept[key], now < answer.asOf.advanced(seconds: settings.freshSeconds),
            wish.maxAge == .infinity || now.seconds(since: answer.asOf) <= wish.maxAge
        else { return nil }
        return answer
    }

    /// What can stand in for an answer that Luma cannot give now.
    func standIn(_ key: ReadKey, now: MonotonicTime) -> CachedResponse? {
        guard let answer = kept[key],
            now < answer.asOf.advanced(seconds: settings.freshSeconds + settings.staleSeconds)
        else { return nil }
        return answer
    }

    private mutating func depart(_ key: ReadKey) -> Lease {
        lastID += 1
        if let earlier = flights.updateValue(Flight(id: lastID), forKey: key) { adrift[earlier.id] = earlier }
        return Lease(key: key, id: lastID)
    }

    /// Ends a flight.
    mutating func finish(_ lease: Lease, _ landing: Landing, now: MonotonicTime) -> Calls {
        let isCurrent = flights[lease.key]?.id == lease.id
        guard var flight = isCurrent ? flights[lease.key] : adrift[lease.id] else { return .nobody }
        if case .abandoned = landing, !flight.followers.isEmpty {
            // The lease keeps its number: what has overtaken the flight has overtaken the next attempt as well.
            let next = flight.followers.removeFirst()
            if isCurrent { flights[lease.key] = flight } else { adrift[lease.id] = flight }
            return .next(next.waiter, lease)
        }
        if isCurrent { flights[lease.key] = nil } else { adrift[lease.id] = nil }
        let waiters = flight.followers.map(\.waiter)
        switch landing {
        case .abandoned: return .nobody
        case .answer(let answer, let keep):
            if isCurrent, keep { store(answer, lease.key, now) }
            return waiters.isEmpty ? .nobody : .all(waiters, .success(answer))
        case .failure(let error, let isGone):
            if isCurrent, isGone { kept.remove(lease.key) }
            return waiters.isEmpty ? .nobody : .all(waiters, .failure(error))
        }
    }

    private mutating func store(_ answer: CachedResponse, _ key: ReadKey, _ now: MonotonicTime) {
        guard settings.freshSeconds > 0 else { return }
        kept.insert(answer, key, maxBytes: settings.maxBytes)
        let oldest = now.advanced(seconds: -(settings.freshSeconds + settings.staleSeconds))
        kept.removeOlder(than: oldest)
    }

    /// A follower no longer waits.
    mutating func leave(_ key: ReadKey, _ id: UInt64) {
        if flights[key]?.followers.contains(where: { $0.id == id }) == true {
            flights[key]?.followers.removeAll { $0.id == id }
            return
        }
        for (flight, state) in adrift where state.followers.contains(where: { $0.id == id }) {
            adrift[flight]?.followers.removeAll { $0.id == id }
        }
    }

    /// A write has ended that may have changed these things.
    mutating func touch(_ touched: Touched) {
        let isTouched: (ReadKey) -> Bool = { touched.makesOld($0.shown) }
        kept.remove(where: isTouched)
        for key in flights.keys.filter(isTouched) {
            guard let flight = flights.removeValue(forKey: key) else { continue }
            adrift[flight.id] = flight
        }
    }

    /// Flights that have not landed.
    var inFlight: Int { flights.count + adrift.count }
}

/// What is kept of reads, and for how long.
struct KeepSettings: Sendable, Equatable {
    /// How long an answer is fresh; 0 keeps nothing.
    var freshSeconds: Double
    /// How long it may stand in afterwards while Luma is down.
    var staleSeconds: Double
    /// Octets of all that is kept, what belongs to it included.
    var maxBytes: Int

    /// Every read is a call.
    static let nothing = KeepSettings(freshSeconds: 0, staleSeconds: 0, maxBytes: 0)
}
