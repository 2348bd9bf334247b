public import Core
public import MCP

/// What the server asks on its own: a ping, and a form for the user of whoever makes a call (`elicitation/create` of the revisions with
/// a handshake). Everything else is refused, as it was told that nothing else can be asked for.
extension UpstreamClient {
    private static let elicitation = "elicitation/create"

    mutating func asked(
        _ method: String, id: JSON, _ params: JSONObject, of request: Int?, now: MonotonicTime
    ) -> [Action] {
        guard let agreement, let id = JSONRPCID(id) else { return [] }
        guard method == Self.elicitation, agreement.revision.era == .legacy else {
            let answer: JSONRPCMessage =
                method == "ping" ? .response(id: id, result: [:]) : .failure(id: id, error: .methodNotFound())
            return say(answer, to: method, now: now)
        }
        do throws(JSONRPCError) {
            let call = try call(asking: params, on: request, now: now)
            pending[call]?.question = id
            pending[call]?.questions += 1
            return [.asked(call, question: id, params)]
        } catch {
            return say(.failure(id: id, error: error), to: method, now: now)
        }
    }

    /// The call to whose caller a question belongs. On the way of its answer it is that one; on a channel that all share it must be the
    /// only one that can be under way: what one caller is asked is not shown to another.
    private func call(
        asking params: JSONObject, on request: Int?, now: MonotonicTime
    ) throws(JSONRPCError) -> Int {
        let calls = pending.filter { $0.value.isCall && $0.value.isSent }
        let id: Int
        if let request {
            guard calls[request] != nil else { throw .invalidRequest("It belongs to no call that is under way") }
            id = request
        } else {
            guard let only = calls.keys.first, calls.count == 1, now >= callsLeftUntil else {
                throw .invalidRequest(
                    calls.isEmpty ? "It belongs to no call that is under way" : "It may belong to several calls")
            }
            id = only
        }
        guard let call = calls[id], call.capabilities["elicitation"] != nil else {
            throw .invalidRequest("The caller's client cannot show a form")
        }
        guard call.question == nil else { throw .invalidRequest("Another question of this call has no answer yet") }
        guard call.questions < UpstreamQuestion.maxRounds else {
            throw .invalidRequest("A call may ask \(UpstreamQuestion.maxRounds) times")
        }
        return id
    }

    /// Answers what was asked in the course of a request; nothing when that has ended.
    public mutating func answer(
        _ question: JSONRPCID, of request: Int, _ answer: Result<JSONObject, JSONRPCError>, now: MonotonicTime
    ) -> [Action] {
        guard pending[request]?.question == question else { return [] }
        pending[request]?.question = nil
        let message: JSONRPCMessage =
            switch answer {
            case .success(let result): .response(id: question, result: .object(result))
            case .failure(let error): .failure(id: question, error: error)
            }
        return say(message, to: Self.elicitation, now: now)
    }

    /// The server takes back what it has asked: an answer that comes all the same is not sent. On the way of an answer it speaks of what it
    /// has asked there.
    mutating func withdrawn(_ params: JSONObject, on request: Int?) -> [Action] {
        guard let question = params["requestId"].flatMap(JSONRPCID.init) else { return [] }
        let calls = pending.filter { $0.value.question == question && (request == nil || request == $0.key) }
        guard let call = calls.keys.first, calls.count == 1 else { return [] }
        pending[call]?.question = nil
        return [.withdrawn(call)]
    }

    private func say(_ answer: JSONRPCMessage, to method: String, now: MonotonicTime) -> [Action] {
        guard let agreement else { return [] }
        let message = UpstreamMessage.answer(answer, to: method, revision: agreement.revision)
        return [.send(message, deadline: now.advanced(seconds: connectSeconds))]
    }
}

extension UpstreamClient.Pending {
    /// It is made for a caller, so that the server may have something to ask in the course of it.
    var isCall: Bool { method == "tools/call" || method == "prompts/get" || method == "resources/read" }
}
