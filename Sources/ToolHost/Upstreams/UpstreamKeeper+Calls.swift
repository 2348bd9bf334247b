import Core
import IO
import MCP
import ToolSources

/// Calls, and what the keeper tells of itself.
extension UpstreamKeeper {
    /// Makes a call. One that needs the connection tries for it, if it was not tried just before.
    func call(
        _ call: UpstreamCall, progress: @escaping (JSONObject) -> Void, asked: @escaping UpstreamLink.Asked,
        then: @escaping (UpstreamLink.Outcome) -> Void, isRepeated: Bool = false
    ) {
        if link == nil, !isEnded, patience.allowsWish(now: clock.now) { connect() }
        guard let link else { return then(.failure(.fault(notConnected))) }
        var isOver = false
        let giveUp = link.request(
            call.method, call.params, name: call.name, seconds: Double(entry.limits.callSeconds),
            ceiling: clock.now.advanced(seconds: Double(UpstreamEntry.Limits.longestCallSeconds)),
            capabilities: call.capabilities, progress: progress, asked: asked
        ) { [self] outcome in
            isOver = true
            lastHeard = clock.now
            calls[call.number] = nil
            guard case .failure(.fault(let fault)) = outcome else {
                patience.went()
                return then(outcome)
            }
            if fault.kind == .unreachable || fault.kind == .lost { check() }
            // What changes nothing is done again, once.
            if fault.kind == .lost || fault.kind == .sessionLost, call.isRepeatable, !isRepeated, !isEnded {
                return self.call(call, progress: progress, asked: asked, then: then, isRepeated: true)
            }
            then(outcome)
        }
        if !isOver { calls[call.number] = giveUp }
    }

    /// Nobody waits for a call any more.
    func giveUp(_ number: UInt64) {
        calls.removeValue(forKey: number)?(UpstreamFault(.ended, mayHaveRun: true, "the call was cancelled"))
    }

    private var notConnected: UpstreamFault {
        if isEnded {
            return UpstreamFault(.ended, mayHaveRun: false, "it is no longer configured, or the gateway ends")
        }
        if let until = patience.heldUntil {
            let seconds = Int(max(1, until.seconds(since: clock.now)))
            return UpstreamFault(
                .crashLoop, mayHaveRun: false, "its program has ended too often, and is left alone for a while",
                retryAfterSeconds: seconds)
        }
        return UpstreamFault(
            fault?.kind ?? .unreachable, mayHaveRun: false, fault?.text ?? "it cannot be reached",
            status: fault?.status, retryAfterSeconds: 5)
    }

    // MARK: Telling

    var state: UpstreamState {
        let isHTTP = if case .http = entry.way { true } else { false }
        var state = UpstreamState(name: entry.name, phase: .connecting, transport: isHTTP ? "http" : "stdio")
        if let fault {
            state.phase = patience.heldUntil == nil ? .down : .held
            state.reason = fault.text
        } else if offer != nil || listProblem != nil {
            state.phase = .on
            state.reason = listProblem
        }
        if let agreement {
            state.revision = agreement.revision.rawValue
            state.server = OutsideText.line(agreement.serverName + " " + agreement.serverVersion, max: 128)
        }
        state.offered = hosted?.offered ?? UpstreamTools()
        state.isStale = (fault != nil || recalled != nil) && hosted != nil
        state.strays = link?.strays ?? 0
        return state
    }
}
