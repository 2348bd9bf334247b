import Core
import IO
import MCP
import Synchronization
import ToolSources

extension HostedUpstream {
    /// Whose results and failures these are, for whoever reads them.
    var source: String { "the MCP server \(entry.name)" }

    /// The tools of the upstream, for one loop; on that loop.
    func tools(_ runs: UpstreamRuns, on reactor: Reactor) -> [Tool] {
        offered.tools.compactMap { tool in
            let definition = tool.definition
            // Whoever has cleaned the definition keeps narrower bounds than these.
            return try? Tool(
                outside: definition.name, title: definition.title, description: definition.description,
                input: definition.input, output: definition.output, hints: definition.hints, scope: definition.scope,
                handler: { call, arguments throws(CallFailure) in
                    try await self.run(tool, arguments, for: call, runs, on: reactor)
                })
        }
    }

    private func run(
        _ tool: UpstreamTool, _ arguments: JSONObject, for call: Call, _ runs: UpstreamRuns, on reactor: Reactor
    ) async throws(CallFailure) -> ToolResult {
        var params: JSONObject = ["name": .string(tool.name), "arguments": .object(arguments)]
        var question = UpstreamQuestion(state: call.state)
        var outcome = UpstreamLink.Outcome.success([:])
        let progress: (JSONObject) -> Void = { params in
            guard let progress = params["progress"]?.doubleValue else { return }
            let message = params["message"]?.stringValue.map { OutsideText.line($0, max: 500) }
            call.progress(progress, of: params["total"]?.doubleValue, message)
        }
        let asker = UpstreamAsker(call, after: question, runs, on: reactor)
        for _ in 0..<UpstreamQuestion.maxRounds {
            let ending: Ending
            if let asked = question, asked.held != nil {
                ending = try await goOn(asked, asker, progress)
            } else {
                if let question {
                    let requests = question.requests
                    let answers = requests.isEmpty ? [] : try await call.ask(requests, state: question.state)
                    params["inputResponses"] = .object(question.responses(answers))
                    params["requestState"] = question.requestState.map { .string($0) }
                }
                ending = try await ask(
                    "tools/call", params, name: tool.name, isRepeatable: tool.isRepeatable, asker, progress: progress)
            }
            switch ending {
            case .cancelled: throw .cancelled
            case .busy: return UpstreamResult.busy(source)
            case .answered(let answer): outcome = answer
            }
            guard call.canElicit, case .success(let object) = outcome,
                let next = UpstreamQuestion(object, after: question, from: source)
            else { break }
            question = next
        }
        let result: ToolResult
        switch outcome {
        case .success(let object):
            result = UpstreamResult.read(object, from: source, max: entry.limits.resultBytes)
        case .failure(let failure):
            result = UpstreamResult.failure(failure, from: source, isRepeatable: tool.isRepeatable)
        }
        runs.slots.ended(entry.name, failed: result.isError)
        return result
    }

    /// How a request for a caller has ended.
    enum Ending {
        case answered(UpstreamLink.Outcome)
        case busy, cancelled
    }

    /// Makes one request to its end, from the loop of its caller. Cancelling the task gives it up, there too.
    /// - Throws: what the caller is asked, and why nobody can be.
    func ask(
        _ method: String, _ params: JSONObject, name: String, isRepeatable: Bool, _ asker: UpstreamAsker,
        progress: @escaping (JSONObject) -> Void = { _ in }
    ) async throws(CallFailure) -> Ending {
        let (limits, runs) = (entry.limits, asker.runs)
        let bounds = CallSlots.Bounds(running: limits.concurrency, waiting: limits.queue)
        switch await asker.reactor.slot(of: entry.name, in: runs.slots, bounds, seconds: Double(limits.callSeconds)) {
        case .cancelled: return .cancelled
        case .busy: return .busy
        case .granted: break
        }
        let call = UpstreamCall(
            number: UpstreamNumbers.next(), method: method, params: params, name: name, isRepeatable: isRepeatable,
            capabilities: asker.capabilities)
        let exchange = UpstreamExchange(of: call)
        exchange.reports(to: asker.hop(progress))
        self.call(call, exchange)
        return try await follow(exchange, asker)
    }

    /// Goes on with a call that waits for the answer to a question.
    private func goOn(
        _ question: UpstreamQuestion, _ asker: UpstreamAsker, _ progress: @escaping (JSONObject) -> Void
    ) async throws(CallFailure) -> Ending {
        let answers = try await asker.answers(to: question)
        guard let name = question.held, let held = asker.runs.held.take(name) else {
            return .answered(Self.goneOn)
        }
        held.exchange.reports(to: asker.hop(progress))
        held.reply(.success(answers))
        return try await follow(held.exchange, asker)
    }

    private static let goneOn = UpstreamLink.Outcome.failure(
        .fault(UpstreamFault(.timeout, mayHaveRun: true, "it did not wait for the answer to its question")))

    /// Hears a call to its end, and asks the caller's user what the server asks on the way. The slot of the call is given back here,
    /// or when it ends with nobody following it.
    private func follow(_ exchange: UpstreamExchange, _ asker: UpstreamAsker) async throws(CallFailure) -> Ending {
        let (runs, upstream) = (asker.runs, entry.name)
        while true {
            switch await asker.next(of: exchange) {
            case nil:
                giveUp(exchange.number)
                runs.slots.release(upstream)
                return .cancelled
            case .ended(let outcome)?:
                runs.slots.release(upstream)
                if case .failure(let failure) = outcome {
                    runs.log(
                        HostEvent(
                            .debug, "A call of an upstream failed",
                            ["upstream": upstream, "method": exchange.method, "cause": failure.cause]))
                }
                return .answered(outcome)
            // Whoever comes back with an answer hears what has come of the call instead.
            case .withdrawn?: continue
            case .asked(let params, let reply)?:
                let name = HeldCalls.name()
                guard let question = asker.question(params, held: name, from: source) else {
                    reply(.failure(.invalidParams("Its form cannot be shown here")))
                    continue
                }
                if asker.comesBack {
                    exchange.reports(to: nil)
                    let most = max(1, entry.limits.concurrency / 2)
                    let isHeld = runs.held.hold(
                        HeldCalls.Held(exchange: exchange, reply: reply), as: name, of: upstream, max: most
                    ) { runs.slots.release(upstream) }
                    guard isHeld else {
                        reply(.failure(.invalidRequest("Too many questions have no answer yet")))
                        continue
                    }
                }
                do throws(CallFailure) {
                    let answer = try await asker.answers(to: question, of: exchange)
                    if asker.comesBack, runs.held.take(name) == nil { return .answered(Self.goneOn) }
                    reply(.success(answer))
                } catch {
                    if case .inputRequired = error { throw error }
                    if case .withdrawn = error { continue }
                    if asker.comesBack, runs.held.take(name) == nil { throw error }
                    if case .missingCapability = error {
                        reply(.failure(.invalidRequest("The caller's client cannot show a form")))
                        continue
                    }
                    giveUp(exchange.number)
                    runs.slots.release(upstream)
                    throw error
                }
            }
        }
    }
}

/// Numbers for calls, none of which is given twice.
private enum UpstreamNumbers {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}

extension UpstreamClient.Failure {
    /// For the log: nothing that comes from outside.
    var cause: String {
        switch self {
        case .fault(let fault): fault.text
        case .error(let error): "it answers with the error \(error.code)"
        }
    }
}
