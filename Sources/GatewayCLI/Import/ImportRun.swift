package import Core
import GatewayAPI
import Glibc
package import HTTP
import IO

/// Sends the rows of a plan, a few at a time, and writes down what becomes of each. Belongs to one loop.
///
/// A row is sent with its own key until the gateway says what became of it, so neither a lost answer nor a restart of the
/// gateway makes an event twice. What cannot be brought to an end has no line in the report, and the next run goes on
/// with it.
package final class ImportRun {
    /// Why it ended before all rows were done.
    package enum End: Sendable, Equatable {
        /// The user wants no more.
        case interrupted
        /// No row can be imported like this.
        case useless(String, isAccess: Bool)
        /// The gateway, or Luma behind it, could not be used for too long.
        case unavailable(String, isLuma: Bool)
        case reportFailed(String)
    }

    /// How long it goes on trying, in seconds.
    package struct Patience: Sendable {
        /// For a gateway that has never answered: nobody wants to wait for a wrong address.
        package var start = 3.0
        /// For one that is being restarted.
        package var restart = 60.0
        /// For one that answers that Luma cannot be used.
        package var trouble = 300.0
        /// For a row whose first attempt is looked for.
        package var settling = 900.0
        /// For one answer.
        package var answer = 120.0
    }

    /// Attempts for a row of which the gateway cannot tell what it did.
    private static let maxDoubts = 5

    private let rows: [ImportPlan.Row]
    private let report: ImportReport
    private let send: (OutboundRequest) async throws(TransportError) -> OutboundResponse
    private let clock: any TimeSource
    private let target: GatewayTarget
    private let patience: Patience
    private(set) var progress: ImportProgress
    private(set) var end: End?
    /// Texts for the user that belong to no row's outcome.
    private(set) var warnings: [String] = []
    private var next = 0
    private var hasAnswered = false
    /// When the gateway could be used last.
    private var lastUse: MonotonicTime

    package init(
        _ rows: [ImportPlan.Row], _ progress: ImportProgress, report: ImportReport, target: GatewayTarget,
        patience: Patience = Patience(), clock: any TimeSource,
        send: @escaping (OutboundRequest) async throws(TransportError) -> OutboundResponse
    ) {
        self.rows = rows
        self.progress = progress
        self.report = report
        self.target = target
        self.patience = patience
        self.clock = clock
        self.send = send
        lastUse = clock.now
    }

    /// Begins nothing new; what is under way is brought to its end.
    package func stop(_ end: End = .interrupted) {
        if self.end == nil { self.end = end }
    }

    /// Notes how far it is, for the rate that is shown.
    package func sample() { progress.sample(clock.now) }

    /// Sends one row after the other until there are no more. Several of these run at a time.
    package func work() async {
        while end == nil, next < rows.count {
            let row = rows[next]
            next += 1
            await deliver(row)
        }
    }

    private func deliver(_ row: ImportPlan.Row) async {
        var attempts = 0
        var doubts = 0
        // From then on the event may be there because of this run.
        var mayBeOurs = false
        // From then on nobody can say that it was not sent.
        var mayHaveArrived = false
        var firstSettling: MonotonicTime?
        while true {
            await pause()
            guard end == nil else {
                if attempts > 0, !mayHaveArrived { note(row, .unsent) }
                return
            }
            // What is killed from here on must not be forgotten when the gateway has forgotten its key.
            if attempts == 0, !note(row, .sending) { return }
            attempts += 1
            let request = target.request(row, deadline: clock.now.advanced(seconds: patience.answer))
            let response: OutboundResponse
            do throws(TransportError) {
                response = try await send(request)
            } catch {
                if !error.neverSent { (mayBeOurs, mayHaveArrived) = (true, true) }
                await trouble(
                    "the gateway at \(target.base) does not answer: \(error.cause.rawValue)", attempts, isAnswer: false)
                continue
            }
            if response.status != 429 { mayHaveArrived = true }
            progress.budget =
                ImportProgress.Budget(policy: response["ratelimit-policy"], status: response["ratelimit"])
                ?? progress.budget
            let requestID = response["x-request-id"]
            let isReplayed = response["idempotency-replayed"] != nil
            let answer = ImportAnswer(
                status: response.status, retryAfter: response["retry-after"], isReplayed: isReplayed,
                body: response.body)
            if answer.isTheGateways { hasAnswered = true }
            switch answer {
            case .created(let id, let isReplayed, let texts):
                lastUse = clock.now
                let isOld = isReplayed && !mayBeOurs
                let problem = texts.isEmpty ? nil : texts.joined(separator: "; ")
                return finish(row, isOld ? .exists : .created, id, requestID, problem)
            case .refused(let problem):
                lastUse = clock.now
                return finish(row, .failed, nil, requestID, problem)
            case .reused(let problem):
                lastUse = clock.now
                return finishReused(row, requestID, problem)
            case .useless(let problem, let isAccess):
                if isAccess, !mayBeOurs { note(row, .unsent) }
                return stop(.useless(problem, isAccess: isAccess))
            case .again(.budget, let seconds):
                lastUse = clock.now
                progress.pause(until: clock.now.advanced(seconds: seconds ?? 1), now: clock.now)
            case .again(.settling, let seconds):
                lastUse = clock.now
                let first = firstSettling ?? clock.now
                firstSettling = first
                if clock.now.seconds(since: first) > patience.settling {
                    return finish(row, .unknown, nil, requestID, "its first attempt has not been settled")
                }
                await rest(max(seconds ?? 1, 0.1))
            case .again(.doubt(let problem), let seconds):
                mayBeOurs = true
                doubts += 1
                if doubts >= Self.maxDoubts { return finish(row, .unknown, nil, requestID, problem) }
                await rest(max(seconds ?? 1, 0.1))
            case .again(.absent(let problem), let seconds):
                // It may have been handed on before the gateway was gone.
                mayBeOurs = true
                await trouble(
                    "the gateway at \(target.base) does not answer: \(problem)", attempts, seconds, isAnswer: false)
            case .again(.trouble(let problem), let seconds):
                await trouble(problem, attempts, seconds, isAnswer: true)
            }
        }
    }

    /// Writes a line that tells no outcome yet.
    @discardableResult
    private func note(_ row: ImportPlan.Row, _ outcome: ImportReport.Outcome) -> Bool {
        write(ImportReport.Entry(row, outcome, at: outcome == .sending ? clock.wallClock : nil))
    }

    /// - Returns: whether the entry is in the report; without one nothing more is sent.
    private func write(_ entry: ImportReport.Entry) -> Bool {
        do throws(SystemError) {
            try report.append(entry)
            return true
        } catch {
            stop(.reportFailed("\(error)"))
            return false
        }
    }

    private func finish(
        _ row: ImportPlan.Row, _ outcome: ImportReport.Outcome, _ id: String?, _ requestID: String?, _ problem: String?
    ) {
        guard write(ImportReport.Entry(row, outcome, eventID: id, requestID: requestID, problem: problem)) else {
            return
        }
        count(row, outcome, problem)
    }

    /// Another row was sent with the key: what became of that one stays the last word on it.
    private func finishReused(_ row: ImportPlan.Row, _ requestID: String?, _ text: String) {
        let problem = row.identity == nil ? text : Self.reused
        let entry = ImportReport.Entry(
            row: row.number, line: row.line, name: row.name, .failed, requestID: requestID, problem: problem,
            sheetRow: row.place.row)
        guard note(row, .unsent), write(entry) else { return }
        count(row, .failed, problem)
    }

    private static let reused =
        "was sent through this gateway before with another time or other words, by an import whose report is not here; look for "
        + "its event and change that: luma-mcp events update"

    private func count(_ row: ImportPlan.Row, _ outcome: ImportReport.Outcome, _ problem: String?) {
        switch outcome {
        case .created: progress.counts.created += 1
        case .exists: progress.counts.existing += 1
        case .failed: progress.counts.failed += 1
        case .unknown: progress.counts.unknown += 1
        // Not sent, or not at an end.
        case .duplicate, .invalid, .sending, .unsent: break
        }
        if let problem { warn("\(row.place.text), \(Neutral.line(APIError.shortened(row.name, to: 80))): \(problem)") }
    }

    /// Only so many are kept for the screen; the report has all.
    private func warn(_ text: String) {
        if warnings.count < 20 { warnings.append(Neutral.line(APIError.shortened(text, to: 1000))) }
    }

    // MARK: Waiting

    /// Waits while nobody may send.
    private func pause() async {
        while end == nil, let until = progress.pausedUntil, until > clock.now { await sleep(until: until) }
    }

    private func rest(_ seconds: Double) async { await sleep(until: clock.now.advanced(seconds: seconds)) }

    /// Waits before the next attempt; ends the import when nothing has worked for too long.
    private func trouble(_ problem: String, _ attempts: Int, _ seconds: Double? = nil, isAnswer: Bool) async {
        let limit = !hasAnswered ? patience.start : isAnswer ? patience.trouble : patience.restart
        if clock.now.seconds(since: lastUse) > limit { return stop(.unavailable(problem, isLuma: isAnswer)) }
        let backoff = min(0.1 * Double(1 << min(attempts, 6)), 5)
        await rest(max(min(seconds ?? backoff, 60), 0.1))
    }

    /// In short naps, so that it ends soon when the user wants no more.
    private func sleep(until time: MonotonicTime) async {
        while end == nil, clock.now < time {
            try? await clock.sleep(until: min(time, clock.now.advanced(seconds: 0.1)))
        }
    }
}

extension GatewayTarget {
    /// Nothing is asked back, which spares a call to Luma; and as nobody waits for one row alone, people come first.
    package func request(_ row: ImportPlan.Row, deadline: MonotonicTime) -> OutboundRequest {
        let fields = [
            Field("Content-Type", "application/json"), Field("Idempotency-Key", "\"\(row.key)\""),
            Field("Prefer", "return=minimal"), Field("Priority", "u=7"),
        ]
        return OutboundRequest(
            method: .post, url: base + row.path, fields: fields + access, body: row.body, deadline: deadline)
    }
}
