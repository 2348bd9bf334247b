import Core
import HTTP
import IO
import ToolSources

/// The token of a service: asked for before a request, waited for while another call fetches it, and fetched.
extension ForwarderRunner {
    /// The credentials that a request needs; nil when the call was cancelled while it waited for them.
    func credentials(
        by deadline: MonotonicTime, _ question: @escaping ServiceToken.Question
    ) async -> Result<ForwarderCredentials, ForwarderFailure>? {
        guard let token = service.token else { return .success(.none) }
        var question = question
        while true {
            let (admission, ended) = token.ask(question, now: clock.now)
            switch admission {
            case .go(let credentials): return .success(credentials)
            case .goAndFetch(let credentials, let attempt):
                fetch(attempt, for: token)
                return .success(credentials)
            case .fail(let failure): return .failure(failure)
            case .fetch(let attempt): fetch(attempt, for: token)
            case .wait: break
            }
            switch await settled(token, after: ended, by: deadline) {
            case true?: question = { $0.admit(now: $1) }
            case false?: return .failure(ForwarderFailure(.timeout, "the login timed out"))
            case nil: return nil
            }
        }
    }

    /// Waits until another fetch has ended.
    /// - Returns: false when it is too late for that; nil when the task was cancelled.
    private func settled(_ token: ServiceToken, after ended: UInt64, by deadline: MonotonicTime) async -> Bool? {
        var number: UInt64?
        var timer: TimerQueue.Token?
        defer {
            if let number { token.leave(number) }
            if let timer { reactor.cancel(timer) }
        }
        let executor = reactor.executor
        return try? await reactor.suspend { suspension in
            let bound = LoopBound(suspension, on: executor)
            timer = reactor.schedule(at: deadline) { suspension.resume(returning: false) }
            number = token.wait(after: ended) { executor.execute { bound.value.resume(returning: true) } }
        }
    }

    /// Fetches a token, in a task of its own: others wait for it as well, so that the end of this call does not end it.
    private func fetch(_ attempt: TokenManager.Attempt, for token: ServiceToken) {
        began()
        _ = reactor.start { [self] in
            let outcome = await fetched()
            token.settle(attempt, outcome, now: clock.now)
            tell(outcome)
            ended()
        }
    }

    private func fetched() async -> TokenManager.Outcome {
        let exchange = TokenExchange(service.forwarder)
        let request: ForwarderRequest
        do throws(ForwarderFailure) { request = try exchange.request() } catch { return .refused(error) }
        let outbound = OutboundRequest(request, deadline: clock.now.advanced(seconds: TokenExchange.seconds))
        do throws(TransportError) {
            return exchange.read(try await transport().send(outbound), wallClock: clock.wallClock)
        } catch {
            return exchange.read(error)
        }
    }

    private func tell(_ outcome: TokenManager.Outcome) {
        switch outcome {
        case .token:
            runs.log(HostEvent(.debug, "Login to a service succeeded", ["service": service.name]))
        case .refused(let failure), .failed(let failure):
            runs.log(
                HostEvent(
                    .warning, "Login to a service failed", ["service": service.name, "cause": failure.message]))
        }
    }
}
