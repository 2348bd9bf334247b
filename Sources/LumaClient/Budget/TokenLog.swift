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
struct TokenLog {
    /// At least 1; may change at any time.
    var capacity: Int
    let window: Double
    private(set) var inFlight = 0
    /// Tokens that return together.
    private struct Batch {
        var at: MonotonicTime
        var tokens: Int
    }
    /// When spent tokens return, earliest first, from `head` on; in all `away` tokens.
    private var returns: [Batch] = []
    private var head = 0
    private var away = 0
    /// The instant of the first token of the last batch.
    private var lastBegan = MonotonicTime(nanoseconds: 0)
    /// Up to this many batches each token has its own; beyond it those of one 4096th of the window return with the last
    /// of them: too late by no more than that, and the log of a huge budget stays small.
    private static let exactBatches = 1024

    init(capacity: Int, window: Double) {
        self.capacity = capacity
        self.window = window
    }

    /// Tokens that are in the bucket.
    var free: Int { capacity - inFlight - away }

    /// Takes back the tokens whose time has come.
    mutating func advance(to now: MonotonicTime) {
        while head < returns.count, returns[head].at <= now {
            away -= returns[head].tokens
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
        var back = now.advanced(seconds: window)
        if let last = returns.last {
            back = max(back, last.at)
            let isFine = returns.count - head <= Self.exactBatches
            if back == last.at || (!isFine && back.seconds(since: lastBegan) < window / 4096) {
                returns[returns.count - 1] = Batch(at: back, tokens: last.tokens + 1)
                return
            }
        }
        lastBegan = back
        returns.append(Batch(at: back, tokens: 1))
    }

    /// When a caller with `ahead` others before it gets a token, at the earliest.
    func expected(ahead: Int, _ now: MonotonicTime) -> MonotonicTime {
        guard ahead >= free else { return now }
        let missing = ahead - max(free, 0)
        let (cycles, index) = missing.quotientAndRemainder(dividingBy: capacity)
        let base = index < away ? instant(ofToken: index) : now.advanced(seconds: window)
        return cycles == 0 ? base : base.advanced(seconds: Double(cycles) * window)
    }

    /// When the token of this number, from the earliest on, returns.
    private func instant(ofToken number: Int) -> MonotonicTime {
        var before = 0
        for batch in returns[head...] {
            before += batch.tokens
            if number < before { return batch.at }
        }
        preconditionFailure("fewer tokens are away than were counted")
    }
}
