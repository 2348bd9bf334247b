import GatewayAPI
import HTTP
import IO
import LumaClient

// The reads of events in JSON: most of what there is to serve. What is asked for is checked once and looked for once, and
// only what nothing kept answers becomes a task.

extension Worker {
    /// Serves `GET /events/{event_id}`.
    func serveEvent(_ input: RequestInput, _ request: RequestView, _ turn: Turn) throws(APIError) {
        let id = try input.loneEventID()
        switch reads.ask(.event(id.text), input.wish, words: Self.words(of: request)) {
        case .answer(let answer): turn.finish(.getEvent, try answer.response(input.conditions))
        case .open(let open):
            let (conditions, timeout) = (input.conditions, input.timeout)
            turn.exchange.perform { [self] in await answerEvent(id, open, conditions, timeout, turn) }
        }
    }

    /// Serves `GET /events/`.
    func serveList(_ input: RequestInput, _ request: RequestView, _ turn: Turn) throws(APIError) {
        let query = try EventListQuery(input.query)
        switch reads.ask(ReadKey(query), input.wish, words: Self.words(of: request)) {
        case .answer(let answer): turn.finish(.listEvents, try answer.response(input.conditions))
        case .open(let open):
            let (conditions, timeout) = (input.conditions, input.timeout)
            turn.exchange.perform { [self] in await answerList(query, open, conditions, timeout, turn) }
        }
    }

    private static func words(of request: RequestView) -> RequestWords {
        RequestWords(path: request.path, query: request.query)
    }

    /// A function of its own for each keeps its task small.
    private func answerEvent(
        _ id: EventID, _ open: OpenRead, _ conditions: Preconditions, _ timeout: Double?, _ turn: Turn
    ) async {
        let call = upstreamCall(timeout, .interactive, turn)
        do throws(APIError) {
            let answer = try await operations.events.get(id, open, call)
            turn.finish(.getEvent, try answer.response(conditions), calls: call.context)
        } catch {
            let error = await operations.explained(error)
            turn.finish(.getEvent, error.told(after: call.context), calls: call.context)
        }
    }

    private func answerList(
        _ query: EventListQuery, _ open: OpenRead, _ conditions: Preconditions, _ timeout: Double?, _ turn: Turn
    ) async {
        let call = upstreamCall(timeout, .interactive, turn)
        do throws(APIError) {
            let answer = try await operations.events.list(query, open, call)
            turn.finish(.listEvents, try answer.response(conditions), calls: call.context)
        } catch {
            let error = await operations.explained(error)
            turn.finish(.listEvents, error.told(after: call.context), calls: call.context)
        }
    }
}
