import Core
import GatewayAPI
import HTTP
import IO
import Keys
import LumaClient

/// Counts and logs the requests of one loop, and tells what is left of Luma's budget. On its loop.
final class RequestRecorder {
    private let clock: LoopClock
    private let log: LoopLog
    private let account: LumaAccount
    let metrics = LoopMetrics()
    /// Who asks where no token is asked for.
    let local: Principal

    init(log: LoopLog, account: LumaAccount, local: Principal, clock: LoopClock) {
        self.log = log
        self.account = account
        self.local = local
        self.clock = clock
    }

    var wallClock: Timestamp { clock.wallClock }

    /// Where Luma's budget for reads or writes stands now.
    func spending(isWrite: Bool) -> RateLimitStatus {
        let now = clock.now
        return RateLimitStatus(luma: account.budget.snapshot(now: now), isWrite: isWrite, now: now)
    }

    /// Writes the request's line, when its answer is complete.
    func record(
        _ context: RequestContext, _ endpoint: Endpoint?, status: Int, bytes: Int, calls: CallContext?, reason: Reason?
    ) {
        let now = clock.now
        let duration = now.nanoseconds - context.exchange.arrival.nanoseconds
        metrics.answered(endpoint, status: status, nanoseconds: duration)
        let admission = context.admission
        // Only a request whose calls are not its own has a total.
        let total = calls == nil ? admission?.calls : nil
        let record = RequestRecord(
            time: clock.wallClock(at: now), requestID: context.id, method: context.method,
            route: endpoint?.pattern ?? "-",
            status: status, durationNanoseconds: duration, bytes: bytes,
            upstreamCalls: calls?.upstreamCalls ?? total?.upstreamCalls ?? 0,
            retries: calls?.retries ?? total?.retries ?? 0, reason: reason,
            label: admission?.principal?.label ?? admission?.key?.principal.label,
            traceID: admission?.trace?.traceID, address: Self.address(context, reason))
        log.log(record)
        admission?.place?.giveBack()
        if endpoint?.isRoutine != true { metrics.keep(record) }
    }

    /// Where a request came from whose credential is wrong or missing: else nobody could see who guesses, or who has an old key.
    private static func address(_ context: RequestContext, _ reason: Reason?) -> String? {
        switch reason {
        case .unauthenticated, .invalidToken, .malformedKey, .keyExpired, .keyRevoked, .keyDisabled, .keyReplaced,
            .addressNotAllowed:
            context.clientAddress
        case .rateLimited where context.admission?.principal == nil: context.clientAddress
        default: nil
        }
    }

    /// Writes the line of bytes that were no request.
    func refused(id: String, _ answer: Response, _ reason: Reason) {
        metrics.refused(status: answer.status)
        let record = RequestRecord(
            time: clock.wallClock, requestID: id, method: .other, route: "-", status: answer.status,
            durationNanoseconds: 0, bytes: answer.body.count, reason: reason)
        log.log(record)
        metrics.keep(record)
    }

    /// Writes a line about a fault of this program.
    func fault(_ message: String, _ error: ResponseError) {
        let cause =
            switch error {
            case .invalidField(let name): "invalid field \(name)"
            case .reservedField(let name): "reserved field \(name)"
            case .invalidStatus(let status): "invalid status \(status)"
            }
        log.log(LogEvent(time: clock.wallClock, .error, message, ["cause": .text(cause)]))
    }

    /// Says when Luma or the key begins to fail, and when it works again.
    func reachability(_ outcome: Reachability.Outcome) {
        switch outcome {
        case .reachable: log.log(LogEvent(time: clock.wallClock, .info, "Luma answers"))
        case .failing(let cause):
            log.log(LogEvent(time: clock.wallClock, .warning, "Luma is unavailable", ["cause": .text(cause)]))
        }
    }

    /// Writes a line about what is no request.
    func event(_ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, LogEvent.Value>) {
        log.log(LogEvent(time: clock.wallClock, level, message, fields))
    }

    /// Hands what is gathered to the log, before the end.
    func flush() { log.flush() }
}

extension RequestRecorder: CallObserver {
    /// Counts one call to Luma and writes its line, at debug level. What the gateway asks by itself is of no request.
    func called(_ attempt: CallContext.Attempt) {
        metrics.called(attempt)
        guard log.isEnabled(.debug) else { return }
        var event = LogEvent(
            time: clock.wallClock, .debug, "Call to Luma",
            [
                "operation": .text(attempt.operation), "attempt": .integer(attempt.number),
                "outcome": .text(attempt.outcome), "duration_us": .integer(Int(attempt.seconds * 1e6)),
            ])
        if let requestID = attempt.requestID {
            event.fields.insert((name: "request_id", value: .text(requestID)), at: 0)
        }
        log.log(event)
    }

    func waited(seconds: Double) { metrics.waited(seconds: seconds) }
}
