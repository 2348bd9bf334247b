/// A read that nothing kept answers, after its one look at the table.
///
/// Whoever holds it goes on with it once, in a task. A lease that nobody takes up, because the task never came to be, is given
/// back when this goes: a flight without an end would keep everybody waiting who follows it.
final class OpenRead {
    /// What the look has come to.
    enum Verdict {
        /// The call is its own to make, and the lease to bring to its end.
        case lead(SharedReads.Table.Lease)
        /// Somebody else's call is under way.
        case follow
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
        if case .lead(let lease)? = verdict { shared.abandon(lease) }
    }
}
