import IO
import MCP
import Synchronization

/// Carries the tools of sources that come and go to the registries of all loops. Clients hear of it once every loop has
/// them: their next request may come to any. Safe to use from any thread.
final class ToolSourceFeed: Sendable {
    /// Makes the tools of a source for one loop, on that loop: handlers belong to it.
    typealias Maker = @Sendable (Reactor) -> [Tool]
    /// The same of its prompts and resources.
    typealias OthersMaker = @Sendable (Reactor) -> SourceOthers

    /// What a source offers.
    private struct Offer: Sendable {
        let version: UInt64
        let make: Maker
        let others: OthersMaker?
    }

    /// One loop that takes part.
    struct Token: Hashable, Sendable { fileprivate let number: UInt64 }

    private struct Member {
        let executor: LoopExecutor
        let share: LoopBound<Share>
    }

    private struct State {
        /// Counts members and publications alike.
        var last: UInt64 = 0
        var lastPublication: UInt64 = 0
        var members: [UInt64: Member] = [:]
        var current: [String: Offer] = [:]
        /// Members that have not taken a publication yet.
        var waiting: [UInt64: Set<UInt64>] = [:]
        var conflicts: [Registry.NameConflict] = []
        var isExpected = false

        /// Notes that a member has taken a publication.
        /// - Returns: whether all have now, by this one.
        mutating func isTaken(_ version: UInt64, by number: UInt64) -> Bool {
            guard waiting[version]?.remove(number) != nil, waiting[version]?.isEmpty == true else { return false }
            waiting[version] = nil
            return true
        }
    }

    private let state = Mutex(State())
    private let onConflicts: @Sendable ([Registry.NameConflict]) -> Void

    /// - Parameter onConflicts: told when the names that several want are others than before.
    init(onConflicts: @escaping @Sendable ([Registry.NameConflict]) -> Void) { self.onConflicts = onConflicts }

    /// There will be tools of sources: clients are told from the start that the list may change.
    func expect() { state.withLock { $0.isExpected = true } }

    /// Whether there are sources, or will be.
    var isExpected: Bool { state.withLock { $0.isExpected } }

    /// The names that sources want and do not get.
    var conflicts: [Registry.NameConflict] { state.withLock { $0.conflicts } }

    /// Offers these tools of a source from now on, and no others of it.
    /// - Parameters:
    ///   - make: kept, and called on each loop, those that join later included.
    ///   - others: the same of what it has besides tools; nil for nothing.
    func replace(source: String, with make: @escaping Maker, others: OthersMaker? = nil) {
        let (offer, members) = state.withLock { state in
            state.last += 1
            state.lastPublication = state.last
            state.isExpected = true
            let offer = Offer(version: state.last, make: make, others: others)
            state.current[source] = offer
            if !state.members.isEmpty { state.waiting[state.last] = Set(state.members.keys) }
            return (offer, state.members)
        }
        for (number, member) in members {
            member.executor.execute { [self] in
                let conflicts = member.share.value.take(source, offer)
                taken(offer.version, by: number, conflicts)
            }
        }
    }

    /// Takes all tools of a source away.
    func remove(source: String) { replace(source: source) { _ in [] } }

    /// Has a loop's dispatcher offer what there is, and what will be. On that loop.
    func join(_ dispatcher: Dispatcher, _ news: ListNews, on reactor: Reactor) -> Token {
        let share = Share(dispatcher, news, reactor)
        let member = Member(executor: reactor.executor, share: LoopBound(share, on: reactor.executor))
        let (number, current, publication) = state.withLock { state in
            state.last += 1
            state.members[state.last] = member
            return (state.last, state.current, state.lastPublication)
        }
        share.take(current)
        // What was published before the first loop was there is told by nobody else.
        found(dispatcher.registry.conflicts, after: publication)
        return Token(number: number)
    }

    /// Notes the names that several want, unless there was a newer publication.
    private func found(_ conflicts: [Registry.NameConflict], after publication: UInt64) {
        let isNews = state.withLock { state in
            let isNews = publication == state.lastPublication && conflicts != state.conflicts
            if isNews { state.conflicts = conflicts }
            return isNews
        }
        if isNews { onConflicts(conflicts) }
    }

    /// The loop is about to end.
    func leave(_ token: Token) {
        let looks = state.withLock { state in
            state.members[token.number] = nil
            var isOver = false
            for version in Array(state.waiting.keys) where state.isTaken(version, by: token.number) { isOver = true }
            return isOver ? state.members : [:]
        }
        Self.look(looks)
    }

    private func taken(_ version: UInt64, by number: UInt64, _ conflicts: [Registry.NameConflict]) {
        found(conflicts, after: version)
        Self.look(state.withLock { state in state.isTaken(version, by: number) ? state.members : [:] })
    }

    private static func look(_ members: [UInt64: Member]) {
        for member in members.values { member.executor.execute { member.share.value.news.look() } }
    }

    /// What one loop has of it. On that loop.
    private final class Share {
        let news: ListNews
        private let dispatcher: Dispatcher
        private let reactor: Reactor
        private var versions: [String: UInt64] = [:]

        init(_ dispatcher: Dispatcher, _ news: ListNews, _ reactor: Reactor) {
            self.dispatcher = dispatcher
            self.news = news
            self.reactor = reactor
        }

        /// - Returns: the names that several want now.
        func take(_ source: String, _ offer: Offer) -> [Registry.NameConflict] {
            take([source: offer])
            return dispatcher.registry.conflicts
        }

        /// Two publications may arrive in another order than they were made in: the newer one stays.
        func take(_ offers: [String: Offer]) {
            let new = offers.filter { $0.value.version > versions[$0.key, default: 0] }
            if new.isEmpty { return }
            for (source, offer) in new { versions[source] = offer.version }
            dispatcher.registry.replace(new.mapValues { $0.make(reactor) })
            for (source, offer) in new {
                dispatcher.registry.replaceOthers(source: source, with: offer.others?(reactor))
            }
        }
    }
}
