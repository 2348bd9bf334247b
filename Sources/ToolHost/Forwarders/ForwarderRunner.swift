import Core
import HTTP
import IO
import ToolSources

/// Makes the calls of one service on one loop: a slot, a token, and each request that the call wants.
final class ForwarderRunner {
    /// Seconds that a request waits for its place in a minute.
    private static let longestWait = 10.0
    /// Seconds between two words on how much of an answer is there.
    private static let beat = 0.25

    let service: HostedService
    let reactor: Reactor
    let clock: LoopClock
    let runs: ForwarderRuns
    /// Made with the first request.
    private var open: CurlTransport?
    /// Calls and fetches of tokens that are under way.
    private var underWay = 0
    private var isRetired = false
    private var isShutDown = false

    init(_ service: HostedService, _ runs: ForwarderRuns, on reactor: Reactor) {
        self.service = service
        self.runs = runs
        self.reactor = reactor
        clock = LoopClock(reactor)
    }

    private var forwarder: Forwarder { service.forwarder }

    // MARK: Its life

    /// No further call is made with it: its connections are closed when the last one has ended.
    func retire() {
        isRetired = true
        closeIfIdle()
    }

    /// Ends what is under way, and closes all connections.
    func shutdown() {
        (isRetired, isShutDown) = (true, true)
        open?.shutdown()
        open = nil
    }

    var isIdle: Bool { underWay == 0 }

    func began() { underWay += 1 }

    func ended() {
        underWay -= 1
        closeIfIdle()
    }

    private func closeIfIdle() {
        guard isRetired, isIdle else { return }
        open?.shutdown()
        open = nil
    }

    func transport() throws(TransportError) -> CurlTransport {
        if let open { return open }
        if isShutDown { throw TransportError(.shuttingDown, neverSent: true) }
        let made = try CurlTransport(reactor: reactor, settings: CurlTransport.Settings(forwarder))
        open = made
        return made
    }

    // MARK: A call

    /// Makes one call to its end. Cancelling the task ends it: then there is nothing to be told.
    /// - Parameter progress: told of the octets that have come of an answer in pieces, on the loop.
    /// - Returns: nil when it was cancelled.
    func run(
        _ tool: ForwarderTool, _ arguments: JSONObject, progress: @escaping (Double) -> Void
    ) async -> ForwarderOutcome? {
        let checked: JSONObject
        switch tool.checked(arguments) {
        case .success(let arguments): checked = arguments
        case .failure(let invalid): return invalid.outcome
        }
        began()
        defer { ended() }
        let seconds = Double(forwarder.seconds(for: tool))
        let deadline = clock.now.advanced(seconds: seconds)
        let id = String(UInt64.random(in: .min ... .max), radix: 36)
        var call = ForwarderCall(tool, of: forwarder, arguments: checked, requestID: id, deadline: deadline)
        let bounds = CallSlots.Bounds(running: forwarder.limits.concurrency, waiting: forwarder.limits.queue)
        var action: ForwarderCall.Action
        switch await reactor.slot(of: service.name, in: runs.slots, bounds, seconds: seconds) {
        case .cancelled: return nil
        case .busy:
            action = call.refused(ForwarderFailure(.busy, "too many calls to this service are waiting"))
            return outcome(action, tool, id)
        case .granted: break
        }
        defer { runs.slots.release(service.name) }
        let meter = tool.stream.map { _ in Meter(reactor, every: Self.beat, progress) }
        action = call.begin()
        while true {
            if case .end = action { return outcome(action, tool, id) }
            guard let next = await step(action, &call, meter, deadline) else { return nil }
            action = next
        }
    }

    /// Does what the call wants.
    /// - Returns: what it wants next; nil when it was cancelled.
    private func step(
        _ action: ForwarderCall.Action, _ call: inout ForwarderCall, _ meter: Meter?, _ deadline: MonotonicTime
    ) async -> ForwarderCall.Action? {
        if Task.isCancelled { return nil }
        switch action {
        case .authorize:
            return await authorized(&call, deadline) { $0.admit(now: $1) }
        case .reauthorize(let generation, let isRepeated):
            return await authorized(&call, deadline) { $0.refused(generation, isRepeated: isRepeated, now: $1) }
        case .wait(let seconds):
            do { try await clock.sleep(until: clock.now.advanced(seconds: seconds)) } catch { return nil }
            return call.waited()
        case .send(let request):
            if let failure = await self.failure(before: deadline) { return call.refused(failure) }
            if Task.isCancelled { return nil }
            return await send(request, &call, meter, deadline)
        case .end: return action
        }
    }

    private func authorized(
        _ call: inout ForwarderCall, _ deadline: MonotonicTime, _ question: @escaping ServiceToken.Question
    ) async -> ForwarderCall.Action? {
        switch await credentials(by: deadline, question) {
        case .success(let credentials): call.authorized(credentials)
        case .failure(let failure): call.refused(failure)
        case nil: nil
        }
    }

    /// Why nothing is to be sent now; waits for its place in the minute, when that comes soon.
    private func failure(before deadline: MonotonicTime) async -> ForwarderFailure? {
        let longest = min(Self.longestWait, deadline.seconds(since: clock.now))
        switch service.place(now: clock.now, longest: longest) {
        case .go(let seconds) where seconds > 0:
            // Who is cancelled meanwhile is noticed after this.
            try? await clock.sleep(until: clock.now.advanced(seconds: seconds))
        case .go: break
        case .busy(let seconds):
            return ForwarderFailure(
                .busy, "the limit of calls per minute is reached",
                retryAfterSeconds: Int(seconds.rounded(.up)))
        }
        return service.admit(now: clock.now).map { seconds in
            ForwarderFailure(
                .unavailable,
                "calls to the service are paused, because it has failed several times in a row",
                retryAfterSeconds: max(1, Int(seconds.rounded(.up))))
        }
    }

    private func send(
        _ request: ForwarderRequest, _ call: inout ForwarderCall, _ meter: Meter?, _ deadline: MonotonicTime
    ) async -> ForwarderCall.Action? {
        var outbound = OutboundRequest(request, deadline: deadline)
        outbound.idleSeconds = Double(forwarder.limits.idleSeconds)
        outbound.arrived = meter?.hearing
        var random = SystemRandomNumberGenerator()
        do throws(TransportError) {
            let answer = try await transport().send(outbound)
            service.note(.answered(status: answer.status, retryAfter: nil), now: clock.now)
            return call.answered(answer, at: moment, random: &random)
        } catch {
            service.note(.failed(error), now: clock.now)
            if error.cause == .cancelled { return nil }
            return call.failed(error, at: moment, random: &random)
        }
    }

    private var moment: ForwarderCall.Moment {
        ForwarderCall.Moment(now: clock.now, wallClock: clock.wallClock)
    }

    /// Counts the end of a call, and says of a failure what its operator needs: nothing of its arguments or of the answer.
    private func outcome(_ action: ForwarderCall.Action, _ tool: ForwarderTool, _ id: String) -> ForwarderOutcome? {
        guard case .end(let outcome) = action else { return nil }
        runs.slots.ended(service.name, failed: outcome.failure != nil)
        if let failure = outcome.failure {
            runs.log(
                HostEvent(
                    .debug, "A call of a service failed",
                    [
                        "service": service.name, "tool": tool.definition.name, "call": id,
                        "code": failure.kind.rawValue, "status": failure.status.map { String($0) } ?? "-",
                    ]))
        }
        return outcome
    }
}

/// Tells how much of an answer is there, now and then. On one loop.
private final class Meter {
    private let reactor: Reactor
    private let seconds: Double
    private let report: (Double) -> Void
    private var octets = 0
    private var last: MonotonicTime?

    init(_ reactor: Reactor, every seconds: Double, _ report: @escaping (Double) -> Void) {
        self.reactor = reactor
        self.seconds = seconds
        self.report = report
    }

    var hearing: @Sendable (UnsafeRawBufferPointer) -> Void {
        let bound = LoopBound(self, on: reactor.executor)
        return { bound.value.hear($0.count) }
    }

    private func hear(_ count: Int) {
        octets += count
        guard last.map({ reactor.now.seconds(since: $0) >= seconds }) ?? true else { return }
        last = reactor.now
        report(Double(octets))
    }
}
