import Core

/// A bucket of tokens of which each comes back one window after the request that it paid for was answered.
///
/// A bucket that refills at a steady rate lets almost twice its size through in one window: all of it at once, then
/// the refill. Here no span of one window ever holds more than `capacity` requests, wherever Luma's windows begin, and a
/// steady load still gets all of it. Luma counts a request between its start and its answer, so the time of the answer
/// is the safe one.
///
/// With capacity 2 and a window of 10 s:
///
/// | at | event | free |
/// |---|---|---|
/// | 0 | two start | 0 |
/// | 1, 2 | they are answered | 0 |
/// | 11 | the first token is back | 1 |
/// | 12 | the second token is back | 2 |
///
/// Up to `exact` batches of returns are kept to the instant. Beyond, what comes within a 1024th of the window shares a
/// batch and returns with the last of it: the memory is bounded, however large the capacity.
struct TokenLog {
    /// Tokens that return together.
    private struct Batch {
        let first: MonotonicTime
        var due: MonotonicTime
        var count = 1
    }

    /// At least 1; may change at any time.
    var capacity: Int
    let window: Double
    private(set) var inFlight = 0
    /// When spent tokens return, oldest first; no more than were spent in one window.
    private var returns: [Batch] = []
    private var head = 0
    private var away = 0
    private static let exact = 1024

    init(capacity: Int, window: Double) {
        self.capacity = capacity
        self.window = window
    }

    /// Tokens that are in the bucket.
    var free: Int { capacity - inFlight - away }

    /// Batches that are kept; at most `exact`, and as many as differ by a 1024th of the window.
    var batches: Int { returns.count - head }

    /// Takes back the tokens whose time has come.
    mutating func advance(to now: MonotonicTime) {
        while head < returns.count, returns[head].due <= now {
            away -= returns[head].count
            head += 1
        }
        if head == returns.count {
            returns.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 64, head > returns.count / 2 {
            returns.removeFirst(head)
            head = 0
        }
    }

    mutating func take() { inFlight += 1 }

    /// Puts a token back that paid for nothing.
    mutating func putBack() { inFlight -= 1 }

    /// Spends a token that was taken. Instants from several loops may arrive slightly out of order.
    mutating func spend(_ now: MonotonicTime) {
        inFlight -= 1
        away += 1
        let due = max(now.advanced(seconds: window), returns.last?.due ?? now)
        if batches >= Self.exact, let last = returns.last, due.seconds(since: last.first) <= window / 1024 {
            returns[returns.count - 1].due = due
            returns[returns.count - 1].count += 1
        } else {
            returns.append(Batch(first: due, due: due))
        }
    }

    /// When the last of the tokens that are away returns.
    var lastReturn: MonotonicTime? { returns.last?.due }

    /// Takes tokens away that a predecessor has spent.
    mutating func restore(_ count: Int, until due: MonotonicTime) {
        guard count > 0 else { return }
        away += count
        let due = max(due, returns.last?.due ?? due)
        returns.append(Batch(first: due, due: due, count: count))
    }

    /// When a caller with `ahead` others before it gets a token, at the earliest.
    func expected(ahead: Int, _ now: MonotonicTime) -> MonotonicTime {
        guard ahead >= free else { return now }
        let missing = ahead - max(free, 0)
        let (cycles, index) = missing.quotientAndRemainder(dividingBy: capacity)
        let base = due(index) ?? now.advanced(seconds: window)
        return cycles == 0 ? base : base.advanced(seconds: Double(cycles) * window)
    }

    /// When the token of this index among those that are away returns.
    private func due(_ index: Int) -> MonotonicTime? {
        var before = 0
        for batch in returns[head...] {
            before += batch.count
            if index < before { return batch.due }
        }
        return nil
    }
}
