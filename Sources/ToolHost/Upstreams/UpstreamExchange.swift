import Core
import IO
import MCP
import Synchronization
import ToolSources

/// What answers one question of an upstream's, from any thread.
struct UpstreamReply: Sendable {
    private let reply: LoopBound<(UpstreamLink.Answer) -> Void>
    private let home: LoopExecutor

    /// On the upstreams' loop.
    init(_ reply: @escaping (UpstreamLink.Answer) -> Void, on home: LoopExecutor) {
        self.reply = LoopBound(reply, on: home)
        self.home = home
    }

    func callAsFunction(_ answer: UpstreamLink.Answer) {
        let reply = reply
        home.execute { reply.value(answer) }
    }
}

/// One call of an upstream, on whichever loops the rounds of its caller come. Safe to use from any thread.
final class UpstreamExchange: Sendable {
    /// What comes of a call.
    enum News: Sendable {
        /// The parameters of a form for the caller's user. There is one at a time.
        case asked(JSONObject, UpstreamReply)
        /// The last form is not to be filled in any more.
        case withdrawn
        /// The last.
        case ended(UpstreamLink.Outcome)
    }

    private typealias Hear = @Sendable (News) -> Void

    private struct State {
        /// What nobody has heard yet: a question, an end.
        var news: [News] = []
        var hear: Hear?
        /// Told once when there is news that nobody hears.
        var stirred: (@Sendable () -> Void)?
        var progress: (@Sendable (JSONObject) -> Void)?
        var ended: (@Sendable () -> Void)?
        var isEnded = false
    }

    let number: UInt64
    let method: String
    private let state = Mutex(State())

    init(of call: UpstreamCall) {
        number = call.number
        method = call.method
    }

    func tell(_ news: News) {
        let (hear, stirred) = state.withLock { state -> (Hear?, (@Sendable () -> Void)?) in
            if let hear = state.hear.take() { return (hear, nil) }
            // Nobody needs to see a form that was withdrawn before.
            if case .withdrawn = news, case .asked? = state.news.last {
                state.news.removeLast()
                return (nil, nil)
            }
            state.news.append(news)
            return (nil, state.stirred.take())
        }
        hear?(news)
        stirred?()
        guard case .ended = news else { return }
        let ended = state.withLock { state -> (@Sendable () -> Void)? in
            state.isEnded = true
            return state.ended.take()
        }
        ended?()
    }

    func tell(progress params: JSONObject) { state.withLock { $0.progress }?(params) }

    /// Tells the next news once, now or later.
    func next(_ hear: @escaping @Sendable (News) -> Void) {
        let news = state.withLock { state -> News? in
            if !state.news.isEmpty { return state.news.removeFirst() }
            state.hear = hear
            return nil
        }
        if let news { hear(news) }
    }

    /// Does something once there is news, which stays to be heard: at once, if there is; nil for nothing.
    func whenStirred(_ body: (@Sendable () -> Void)?) {
        let hasNews = state.withLock { state -> Bool in
            state.stirred = state.news.isEmpty ? body : nil
            return !state.news.isEmpty
        }
        if hasNews { body?() }
    }

    /// Whoever listens to the progress; nil for nobody.
    func reports(to progress: (@Sendable (JSONObject) -> Void)?) { state.withLock { $0.progress = progress } }

    /// Does something when the call has ended: at once, if it has.
    func whenEnded(_ body: @escaping @Sendable () -> Void) {
        let isEnded = state.withLock { state -> Bool in
            if !state.isEnded { state.ended = body }
            return state.isEnded
        }
        if isEnded { body() }
    }

    /// Nothing is done any more when it ends.
    func forgetEnd() { state.withLock { $0.ended = nil } }
}

/// Calls that wait there for an answer which a later call of the same caller brings (2026-07-28). Each keeps its slot, and waits no
/// longer than any call of its upstream may take. Safe to use from any thread.
final class HeldCalls: Sendable {
    /// One call that waits.
    struct Held: Sendable {
        let exchange: UpstreamExchange
        let reply: UpstreamReply
    }

    private struct State {
        var held: [String: (upstream: String, held: Held)] = [:]
    }

    private let state = Mutex(State())

    /// A name for a call that nobody can guess.
    static func name() -> String {
        var random = SystemRandomNumberGenerator()
        return String(random.next(), radix: 36) + String(random.next(), radix: 36)
    }

    /// Keeps a call under a name.
    /// - Parameters:
    ///   - max: calls of this upstream.
    ///   - lost: it has ended before it was taken.
    /// - Returns: whether there was room.
    func hold(
        _ held: Held, as name: String, of upstream: String, max: Int, lost: @escaping @Sendable () -> Void
    ) -> Bool {
        let hasRoom = state.withLock { state -> Bool in
            guard state.held.values.count(where: { $0.upstream == upstream }) < max else { return false }
            state.held[name] = (upstream, held)
            return true
        }
        guard hasRoom else { return false }
        held.exchange.whenEnded { [self] in if remove(name) != nil { lost() } }
        return true
    }

    /// The call of this name, for whoever goes on with it; nil when it has ended, or somebody else has it.
    func take(_ name: String) -> Held? {
        let held = remove(name)
        held?.exchange.forgetEnd()
        return held
    }

    private func remove(_ name: String) -> Held? { state.withLock { $0.held.removeValue(forKey: name)?.held } }
}
