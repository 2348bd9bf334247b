import Core
import IO
import MCP
import ToolSources

/// Whoever makes a request of an upstream, as the upstream's questions see them. On the loop of that request.
final class UpstreamAsker {
    let runs: UpstreamRuns
    let reactor: Reactor
    private let call: Call?
    /// What was asked last.
    private var last: UpstreamQuestion?

    /// - Parameters:
    ///   - call: nil for a request in the course of which nothing is asked.
    ///   - last: what an earlier round of it has asked.
    init(_ call: Call?, after last: UpstreamQuestion? = nil, _ runs: UpstreamRuns, on reactor: Reactor) {
        self.call = call
        self.last = last
        self.runs = runs
        self.reactor = reactor
    }

    /// What the caller's client can do for the server.
    var capabilities: JSONObject { call?.canElicit == true ? ["elicitation": ["form": [:]]] : [:] }

    /// The answer to a question comes with another call.
    var comesBack: Bool { call?.caller.revision.era == .modern }

    /// What the server asks now; nil for what cannot be shown, and after too many.
    func question(_ params: JSONObject, held: String, from source: String) -> UpstreamQuestion? {
        guard call != nil, let question = UpstreamQuestion(asked: params, after: last, held: held, from: source) else {
            return nil
        }
        last = question
        return question
    }

    /// The user's answer to the one form of a question, as the protocol has it.
    func answers(to question: UpstreamQuestion) async throws(CallFailure) -> JSONObject {
        guard let call else { throw .cancelled }
        return try await call.ask(question.requests, state: question.state).first?.objectValue ?? [:]
    }

    /// The same in the course of a call. A client that is asked on the way is told when the answer is not wanted any more: the server
    /// has withdrawn the form, or the call has ended without it.
    /// - Throws: `withdrawn` then; what has come of the call is still to be heard.
    func answers(to question: UpstreamQuestion, of exchange: UpstreamExchange) async throws(CallFailure) -> JSONObject {
        guard let call, !comesBack else { return try await answers(to: question) }
        let own = reactor.executor
        let turn = LoopBound(Turn(call), on: own)
        exchange.whenStirred { own.execute { turn.value.withdraw() } }
        defer {
            exchange.whenStirred(nil)
            turn.value.isOver = true
        }
        // The news may have come with the question: then nobody has to see it.
        guard !turn.value.isWithdrawn else { throw .withdrawn }
        return try await answers(to: question)
    }

    /// One question to a client. What comes late must not take back the next one.
    private final class Turn {
        var isOver = false
        private(set) var isWithdrawn = false
        private let call: Call

        init(_ call: Call) { self.call = call }

        func withdraw() {
            guard !isOver else { return }
            isWithdrawn = true
            call.withdraw()
        }
    }

    /// The same on this loop, from any thread.
    func hop(_ body: @escaping (JSONObject) -> Void) -> @Sendable (JSONObject) -> Void {
        let own = reactor.executor
        let bound = LoopBound(body, on: own)
        return { params in own.execute { bound.value(params) } }
    }

    /// What comes next of a call; nil when this task is cancelled.
    func next(of exchange: UpstreamExchange) async -> UpstreamExchange.News? {
        let own = reactor.executor
        do {
            let news: UpstreamExchange.News = try await reactor.suspend { suspension in
                let bound = LoopBound(suspension, on: own)
                exchange.next { news in own.execute { bound.value.resume(returning: news) } }
            }
            return news
        } catch {
            return nil
        }
    }
}
