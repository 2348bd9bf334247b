public import Core
public import HTTP
import LumaAPI

/// Calls Luma's API: builds requests, waits for the budget, sends, retries what may be repeated, and says what went wrong.
///
/// Not `Sendable`: each loop has its own, with its own transport, and its methods stay on that loop. What loops share is in
/// the `LumaAccount`. Every method has a deadline, on the clock of the loop, that it does not outlive by more than a step
/// of the program.
public final class LumaClient {
    /// Where Luma is, with which key, and how long to wait for it.
    public struct Settings: Sendable {
        /// Scheme, host and an optional path, such as `https://public-api.luma.com`.
        public var baseURL: String
        /// The key, sent as `x-luma-api-key`.
        public var apiKey: Secret
        /// Sent with calendar-scoped operations; needed with an organization's key.
        public var calendarID: String?
        /// Seconds for one attempt.
        public var requestTimeout: Double
        /// The longest wait for the budget, and for a Retry-After, in seconds.
        public var maxWait: Double
        public var userAgent: String
        /// What is sent again after a failure.
        public var retry: RetryPolicy
        /// Seconds of the deadline that a write leaves unused, so that there is time to look when its outcome is unknown.
        public var settleReserve = 5.0
        /// Seconds between two searches for the effect of a write.
        public var settleDelay = 2.0
        /// Seconds by which Luma's clock may differ from what its answers tell.
        public var clockAllowance = 10.0
        /// A write is not begun with fewer seconds left than this.
        public var leastTime = 0.5

        public init(
            baseURL: String, apiKey: Secret, calendarID: String? = nil, requestTimeout: Double = 30,
            maxWait: Double = 20, userAgent: String = "luma-mcp", retry: RetryPolicy = RetryPolicy()
        ) {
            self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
            self.apiKey = apiKey
            self.calendarID = calendarID
            self.requestTimeout = requestTimeout
            self.maxWait = maxWait
            self.userAgent = userAgent
            self.retry = retry
        }
    }

    public let settings: Settings
    public let account: LumaAccount
    let time: any TimeSource
    /// Told of every call, on the loop.
    public var observer: (any CallObserver)?
    private let transport: any Transport
    /// Every text of Luma's that this client gives besides the body of a 2xx has gone through it.
    let redactor: Redactor
    /// The fields of requests, by kind: prepared once, so that the transport knows them again.
    private let fieldSets: [[Field]]
    var random: any RandomNumberGenerator
    /// The last Date field and what it says.
    var lastDate: (text: String, instant: Timestamp)?
    /// Where URLs are put together.
    private var urlBytes: [UInt8] = []

    public init(
        settings: Settings, account: LumaAccount, transport: any Transport, time: any TimeSource,
        random: any RandomNumberGenerator = SystemRandomNumberGenerator()
    ) {
        self.settings = settings
        fieldSets = Self.fieldSets(settings)
        redactor = Redactor([settings.apiKey])
        self.account = account
        self.transport = transport
        self.time = time
        self.random = random
    }

    /// Sends what changes nothing, and gives Luma's answer as it is.
    ///
    /// - Parameters:
    ///   - query: pairs in order; a repeated name is an array.
    ///   - secrets: what of it nobody may hear of, from Luma's words neither.
    func call(
        _ operation: Operation, query: QueryString = QueryString(), body: [UInt8]? = nil, secrets: [Secret] = [],
        deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> LumaAnswer {
        switch try await perform(operation, query: query, body: body, secrets: secrets, deadline: deadline, context) {
        case .answer(let answer): return answer
        case .unknown(let cause, _):
            throw .unknownOutcome(UnknownOutcome(operation: operation.name, cause: cause, finding: .notSettled))
        }
    }

    /// The end of a call that did not surely fail.
    enum Performed {
        case answer(LumaAnswer)
        /// It may have taken effect.
        case unknown(cause: String, sent: SendInstant)
    }

    /// - Parameter write: what the journal keeps before the first attempt; every write has one, and no read.
    func perform(
        _ operation: Operation, query: QueryString = QueryString(), body: [UInt8]?, secrets: [Secret],
        deadline: MonotonicTime, _ context: CallContext, journaled write: JournaledWrite? = nil
    ) async throws(LumaError) -> Performed {
        assert(operation.isWrite == (write != nil), "\(operation.name) is a write without a record, or a read with one")
        var request = OutboundRequest(
            method: operation.method == .get ? .get : .post, url: url(operation, query),
            fields: fields(operation, context), body: body ?? [], deadline: deadline)
        var attempt = 0
        var refusedByLuma = false
        if let error = circuitError() { throw error }
        while true {
            let grant: Grant
            do throws(LumaError) {
                let start = time.now
                let reservation = try reserve(operation, deadline, start, context.sender)
                if case .proceed(let free) = reservation {
                    grant = free
                } else {
                    grant = try await acquire(reservation, since: start, context)
                }
            } catch .budgetExhausted(let seconds) where refusedByLuma {
                throw .rateLimited(retryAfterSeconds: seconds)
            }
            if attempt == 0, let write { try await record(write, grant, context) }
            let isOver = Task.isCancelled || context.isAbandoned
            guard let sendBy = sendDeadline(operation, deadline), !isOver else {
                account.budget.settle(grant, .neverSent, now: time.now)
                throw isOver ? .cancelled : .timedOut
            }
            guard case .go(let pass) = account.breaker.admit(now: time.now) else {
                account.budget.settle(grant, .neverSent, now: time.now)
                throw circuitError() ?? .circuitOpen(retryAfterSeconds: 1, cause: "unknown")
            }
            if operation.repetition == .onlyIfUnseen { context.hasSentWrite = true }
            request.deadline = sendBy
            context.countCall()
            let begun = time.now
            // Only what may not be repeated can end without anybody knowing how.
            let sent = operation.repetition == .onlyIfUnseen ? sendInstant() : nil
            context.lastSentAt = begun
            let outcome: RetryPolicy.Outcome
            let failure: LumaError
            do throws(TransportError) {
                let response = try await transport.send(request)
                note(operation, attempt, String(response.status), begun, context)
                let wall = time.wallClock
                let limits = learn(from: response, grant, time.now, wall)
                if (200..<300).contains(response.status) {
                    let answer = LumaAnswer(status: response.status, body: response.body)
                    // What only asks by a POST is judged by whoever reads its answer.
                    let isJudged = sent != nil || operation.method == .get
                    if !isJudged || answer.isObject {
                        if isJudged { learnClock(response, begun, wall) }
                        account.breaker.settle(pass, .success, now: begun)
                        account.note(.reachable, at: wall)
                        return .answer(answer)
                    }
                    outcome = .failed(TransportError(.malformedResponse, neverSent: false))
                    failure = .malformedAnswer
                } else {
                    let words = LumaMessage(body: response.body, redactor.adding(secrets))
                    outcome = .answered(
                        status: response.status, retryAfter: limits.retryAfter, isLumas: words.isLumas)
                    failure = LumaError(
                        response, words, to: operation, retryAfterSeconds: secondsUntilOpen(limits))
                }
            } catch {
                note(operation, attempt, error.cause.rawValue, begun, context)
                account.budget.settle(grant, error.neverSent ? .neverSent : .unanswered, now: time.now)
                outcome = .failed(error)
                failure = LumaError(error)
            }
            let isFair = isFair(begun, sendBy)
            // A page with a 4xx may be about what this one request holds, and then says nothing of Luma.
            let isParticular = failure.isPage && (body != nil || !query.isEmpty)
            let verdict =
                isParticular ? .unknown : CircuitBreaker.Verdict(failure, inFairTime: isFair)
            account.breaker.settle(pass, verdict, now: time.now, cause: failure.label)
            if failure != .timedOut || isFair, !isParticular, let reachability = Reachability.outcome(of: failure) {
                account.note(reachability, at: time.wallClock)
            }
            if case .rateLimited = failure { refusedByLuma = true } else { refusedByLuma = false }
            switch decide(attempt, outcome, operation, deadline) {
            case .giveUp: throw failure
            case .unknownOutcome:
                // `sent` is nil only for operations that may be repeated. Should that change, the current attempt's time is
                // used, so that a write that may have been executed is never reported as failed.
                return .unknown(cause: failure.label, sent: sent ?? sendInstant())
            case .retry(let seconds):
                // Nobody waits for what will not be sent.
                if account.breaker.secondsToProbe(time.now) > seconds { throw failure }
                try await pause(seconds)
                attempt += 1
                context.countRetry()
            }
        }
    }

    /// Has the journal keep the write before its first attempt.
    private func record(
        _ write: JournaledWrite, _ grant: Grant, _ context: CallContext
    ) async throws(LumaError) {
        guard let journal = context.journal else { return }
        var write = write
        let sent = sendInstant()
        (write.sentAt, write.sentTick) = (sent.earliest, sent.tick)
        do throws(JournalRefusal) {
            try await journal.willSend(write)
        } catch {
            account.budget.settle(grant, .neverSent, now: time.now)
            throw .notRecorded(error)
        }
    }

    private func note(
        _ operation: Operation, _ number: Int, _ outcome: @autoclosure () -> String, _ begun: MonotonicTime,
        _ context: CallContext
    ) {
        guard let observer else { return }
        observer.called(
            CallContext.Attempt(
                operation: operation.name, number: number, outcome: outcome(), seconds: time.now.seconds(since: begun),
                requestID: context.requestID))
    }

    /// Sleeps on the loop; the caller's task being cancelled ends it.
    func pause(_ seconds: Double) async throws(LumaError) {
        do { try await time.sleep(until: time.now.advanced(seconds: seconds)) } catch { throw .cancelled }
    }

    private func url(_ operation: Operation, _ query: QueryString) -> String {
        guard !query.isEmpty else { return settings.baseURL + operation.path }
        urlBytes.removeAll(keepingCapacity: true)
        urlBytes.append(contentsOf: settings.baseURL.utf8)
        urlBytes.append(contentsOf: operation.path.utf8)
        urlBytes.append(UInt8(ascii: "?"))
        query.append(to: &urlBytes)
        return String(decoding: urlBytes, as: UTF8.self)
    }

    /// The fields of a request, the same array for each one of a kind that belongs to no trace.
    private func fields(_ operation: Operation, _ context: CallContext) -> [Field] {
        let fields = fieldSets[(operation.method == .get ? 0 : 1) + (operation.keyKind == .calendar ? 2 : 0)]
        guard let trace = context.traceparent else { return fields }
        return fields + [Field("traceparent", trace)]
    }

    private static func fieldSets(_ settings: Settings) -> [[Field]] {
        [(false, false), (true, false), (false, true), (true, true)].map { (isPost, isCalendar) in
            var fields = [
                Field("x-luma-api-key", settings.apiKey.reveal()), Field("accept", "application/json"),
                Field("user-agent", settings.userAgent),
            ]
            if isCalendar, let calendar = settings.calendarID { fields.append(Field("x-luma-calendar-id", calendar)) }
            if isPost { fields.append(Field("content-type", "application/json")) }
            return fields
        }
    }
}
