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
        for _ in 0..<UpstreamQuestion.maxRounds {
            if let question {
                let requests = question.requests
                let answers = requests.isEmpty ? [] : try await call.ask(requests, state: question.state)
                params["inputResponses"] = .object(question.responses(answers))
                params["requestState"] = question.requestState.map { .string($0) }
            }
            let ending = await ask(
                "tools/call", params, name: tool.name, isRepeatable: tool.isRepeatable,
                capabilities: call.canElicit ? ["elicitation": ["form": [:]]] : [:], runs, on: reactor
            ) { params in
                guard let progress = params["progress"]?.doubleValue else { return }
                let message = params["message"]?.stringValue.map { OutsideText.line($0, most: 500) }
                call.progress(progress, of: params["total"]?.doubleValue, message)
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
            result = UpstreamResult.read(object, from: source, most: entry.limits.resultBytes)
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
    func ask(
        _ method: String, _ params: JSONObject, name: String, isRepeatable: Bool, capabilities: JSONObject = [:],
        _ runs: UpstreamRuns, on reactor: Reactor, progress: @escaping (JSONObject) -> Void = { _ in }
    ) async -> Ending {
        let limits = entry.limits
        let bounds = CallSlots.Bounds(running: limits.concurrency, waiting: limits.queue)
        switch await reactor.slot(of: entry.name, in: runs.slots, bounds, seconds: Double(limits.callSeconds)) {
        case .cancelled: return .cancelled
        case .busy: return .busy
        case .granted: break
        }
        defer { runs.slots.release(entry.name) }
        let call = UpstreamCall(
            number: UpstreamNumbers.next(), method: method, params: params, name: name, isRepeatable: isRepeatable,
            capabilities: capabilities)
        let own = reactor.executor
        let outcome: UpstreamLink.Outcome
        do {
            outcome = try await reactor.suspend { suspension in
                let bound = LoopBound((suspension, progress), on: own)
                self.call(
                    call, progress: { params in own.execute { bound.value.1(params) } },
                    then: { outcome in own.execute { bound.value.0.resume(returning: outcome) } })
            }
        } catch {
            giveUp(call.number)
            return .cancelled
        }
        if case .failure(let failure) = outcome {
            runs.log(
                HostEvent(
                    .debug, "A call of an upstream failed",
                    ["upstream": entry.name, "method": method, "cause": failure.cause]))
        }
        return .answered(outcome)
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
