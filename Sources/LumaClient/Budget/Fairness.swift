import Core

/// Decides whose turn it is among those who wait: self-clocked fair queueing (Golestani, 1994) with a memory.
///
/// Each request gets a tag: what its sender has had so far, plus the cost of one request; the smallest tag is served
/// first. Who has had little comes before who has had much, whoever came first and however many wait. A background
/// request costs eight times as much as an interactive one, so it is served after nearly all of them, and still served.
///
/// A sender that was quiet starts at the virtual time, so that nobody saves up turns. The virtual time follows the tags
/// that are served, and stays `memory` behind them: within that, what a sender had before there was a queue counts. And it
/// goes on by one with every grant, so that no number of newcomers keeps a tag waiting for ever.
///
/// | sender | has had | tags of its next requests |
/// |---|---|---|
/// | a script | 100 requests | 808, 816, 824 |
/// | a person, quiet so far, virtual time 400 | 0 | 408, 416 |
/// | the same person's list of all pages | 0 | 464, 528 |
struct Fairness: Sendable {
    /// What a sender has had.
    private struct Account {
        var finish: UInt64
        /// Requests granted in `period`.
        var used = 0
        var period: UInt64 = 0
    }

    static let interactiveCost: UInt64 = 8
    static let backgroundCost: UInt64 = 64
    private static let leastAccounts = 512

    /// How far back in cost the past counts.
    var memory: UInt64
    private(set) var virtual: UInt64 = 0
    private var accounts: [Sender: Account] = [:]
    private var maxAccounts = Fairness.leastAccounts
    /// Callers that somebody waits for, and what they were granted: in the period that was served last, and the number
    /// in the one before it.
    private var period: UInt64 = 0
    private var callers = 0
    private var callersBefore = 0
    private var usedByAll = 0

    /// - Parameter requests: how many requests of the past count.
    init(requests: Int) { memory = Self.interactiveCost * UInt64(max(0, requests)) }

    /// Senders that are remembered.
    var count: Int { accounts.count }

    static func cost(_ sender: Sender) -> UInt64 {
        sender.priority == .interactive ? interactiveCost : backgroundCost
    }

    /// The tag of the sender's next request.
    func tag(_ sender: Sender) -> UInt64 { max(virtual, accounts[sender]?.finish ?? 0) + Self.cost(sender) }

    /// A request waits, or is granted at once, with this tag.
    mutating func book(_ sender: Sender, _ tag: UInt64) {
        accounts[sender, default: Account(finish: 0)].finish = tag
        if accounts.count > maxAccounts {
            accounts = accounts.filter { $0.value.finish > virtual }
            maxAccounts = max(Self.leastAccounts, 2 * accounts.count)
        }
    }

    /// A request that was booked will not be served.
    mutating func refund(_ sender: Sender) {
        guard let finish = accounts[sender]?.finish else { return }
        let cost = Self.cost(sender)
        accounts[sender]?.finish = finish > cost ? finish - cost : 0
    }

    /// A request with this tag is granted.
    mutating func serve(_ sender: Sender, _ tag: UInt64, period: UInt64) {
        virtual = max(virtual + 1, tag > memory ? tag - memory : 0)
        if period != self.period { begin(period) }
        guard var account = accounts[sender] else { return }
        let isFirst = account.period != period || account.used == 0
        account.used = isFirst ? 1 : account.used + 1
        account.period = period
        accounts[sender] = account
        guard sender.priority == .interactive, sender.caller != .none else { return }
        usedByAll += 1
        if isFirst { callers += 1 }
    }

    private mutating func begin(_ period: UInt64) {
        callersBefore = callers
        (callers, usedByAll) = (0, 0)
        self.period = period
    }

    /// What this sender has to leave to others when `limit` is to be shared in this period, all its time still ahead.
    ///
    /// Callers of this period, or of the one before if they were more, have equal shares; who has had its own leaves the
    /// others what they have not had of theirs, and who has had more than half leaves a tenth to whoever may come.
    /// Background work leaves a quarter.
    func leaves(_ sender: Sender, limit: Int, period: UInt64) -> Int {
        if sender.priority == .background { return limit / 4 }
        guard let account = accounts[sender], account.period == period, period == self.period else { return 0 }
        let share = limit / max(callers, callersBefore, 1)
        guard account.used >= share || 2 * account.used > limit else { return 0 }
        let owed = limit - share - (usedByAll - account.used)
        return max(owed, 2 * account.used > limit ? limit / 10 : 0, 0)
    }
}

/// Those who wait for one class of requests, the smallest tag first; of equal ones the earlier.
struct FairQueue: Sendable {
    struct Place: Sendable, Hashable, Comparable {
        let tag: UInt64
        let id: UInt64

        static func < (a: Place, b: Place) -> Bool { a.tag != b.tag ? a.tag < b.tag : a.id < b.id }
    }

    struct Waiter: Sendable {
        let place: Place
        let sender: Sender
        /// When waiting becomes pointless.
        let latest: MonotonicTime
    }

    private var waiters: [Waiter] = []

    var count: Int { waiters.count }
    var last: Waiter? { waiters.last }

    /// The number of waiters before this place.
    func before(_ place: Place) -> Int {
        var low = 0
        var high = waiters.count
        while low < high {
            let middle = (low + high) / 2
            if waiters[middle].place < place { low = middle + 1 } else { high = middle }
        }
        return low
    }

    subscript(place: Place) -> Waiter? {
        let index = before(place)
        return index < waiters.count && waiters[index].place == place ? waiters[index] : nil
    }

    mutating func insert(_ waiter: Waiter) { waiters.insert(waiter, at: before(waiter.place)) }

    /// Removes a waiter; nil when it has no place any more.
    mutating func remove(_ place: Place) -> Waiter? { self[place] == nil ? nil : waiters.remove(at: before(place)) }
}
