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
    /// When spent tokens return, oldest first; no more than were spent in one window.
    private var returns: [MonotonicTime] = []
    private var head = 0

    init(capacity: Int, window: Double) {
        self.capacity = capacity
        self.window = window
    }

    private var away: Int { returns.count - head }

    /// Tokens that are in the bucket.
    var free: Int { capacity - inFlight - away }

    /// Takes back the tokens whose time has come.
    mutating func advance(to now: MonotonicTime) {
        while head < returns.count, returns[head] <= now { head += 1 }
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
        let back = now.advanced(seconds: window)
        returns.append(max(back, returns.last ?? back))
    }

    /// When a caller with `ahead` others before it gets a token, at the earliest.
    func expected(ahead: Int, _ now: MonotonicTime) -> MonotonicTime {
        guard ahead >= free else { return now }
        let missing = ahead - max(free, 0)
        let (cycles, index) = missing.quotientAndRemainder(dividingBy: capacity)
        let base = index < away ? returns[head + index] : now.advanced(seconds: window)
        return cycles == 0 ? base : base.advanced(seconds: Double(cycles) * window)
    }
}
