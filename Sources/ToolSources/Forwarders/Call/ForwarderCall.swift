public import Core
public import HTTP

/// One call of a forwarded tool: decides what to send, what to repeat and what it comes to, and never waits.
///
/// The one who runs it does each action and tells the machine how it went:
///
/// | action | then |
/// |---|---|
/// | `authorize`, `reauthorize` | ask the token manager; `authorized`, or `refused` |
/// | `send` | `answered`, or `failed`; `refused` when it is not to be sent |
/// | `wait` | `waited` |
/// | `end` | nothing |
///
/// A call makes its steps one after another. Each request is repeated by the service's rule, once more with a new token when
/// the one that it carried is refused (which proves that it was not executed), and the last one for each further page.
public struct ForwarderCall {
    /// What the call wants from whoever plays it.
    public enum Action: Sendable, Equatable {
        /// The call needs a token.
        case authorize
        /// The token of this generation was refused; `isRepeated`: for the second time in this call.
        case reauthorize(refused: UInt64, isRepeated: Bool)
        case send(ForwarderRequest)
        case wait(seconds: Double)
        case end(ForwarderOutcome)
    }

    /// The clocks when something has happened.
    public struct Moment {
        public var now: MonotonicTime
        public var wallClock: Timestamp

        public init(now: MonotonicTime, wallClock: Timestamp) {
            self.now = now
            self.wallClock = wallClock
        }
    }

    private let forwarder: Forwarder
    private let tool: ForwarderTool
    private let requestID: String?
    private let deadline: MonotonicTime
    private var scope: ValueScope
    private var credentials = ForwarderCredentials.none
    /// The step whose request is under way.
    private var index = 0
    /// Where it goes when the service itself has said so: to a further page, or another place.
    private var url: String?
    private var attempts = 0
    private var redirects = 0
    private var wasRefused = false
    private var pages: AnswerPages?

    /// A call of a tool of this service.
    /// - Parameters:
    ///   - arguments: as `ForwarderTool.checked` gives them.
    ///   - requestID: goes with each request.
    ///   - deadline: when the result must be there.
    public init(
        _ tool: ForwarderTool, of forwarder: Forwarder, arguments: JSONObject, requestID: String? = nil,
        deadline: MonotonicTime
    ) {
        self.tool = tool
        self.forwarder = forwarder
        self.requestID = requestID
        self.deadline = deadline
        scope = ValueScope(arguments: arguments)
        pages = tool.pages.map { AnswerPages($0) }
    }

    private var step: StepTemplate { tool.steps[index] }
    private var isLastStep: Bool { index == tool.steps.count - 1 }
    private var reader: AnswerReader { AnswerReader(forwarder: forwarder, tool: tool, mask: mask) }
    private var mask: AnswerMask { AnswerMask(redactors: [forwarder.mask] + (credentials.mask.map { [$0] } ?? [])) }

    // MARK: What has happened

    /// The call begins.
    public mutating func begin() -> Action {
        let missing = forwarder.missing.isEmpty ? (tool.missing.isEmpty ? [] : [tool.missing]) : forwarder.missing
        guard missing.isEmpty else { return end(.notConfigured(missing)) }
        guard let fixed = forwarder.auth.fixedCredentials else { return .authorize }
        return authorized(fixed)
    }

    /// There are credentials.
    public mutating func authorized(_ credentials: ForwarderCredentials) -> Action {
        self.credentials = credentials
        return send()
    }

    /// This side lets it go no further: no credentials are to be had, or nothing is sent to the service for now.
    public mutating func refused(_ failure: ForwarderFailure) -> Action { end(failure) }

    /// A pause is over.
    public mutating func waited() -> Action { send() }

    /// The request under way has been answered.
    public mutating func answered(
        _ answer: OutboundResponse, at moment: Moment, random: inout some RandomNumberGenerator
    ) -> Action {
        do throws(ForwarderFailure) {
            if step.accept.contains(answer.status) { return try accepted(answer, moment) }
            if forwarder.auth.refreshOn.contains(answer.status), !wasRefused {
                wasRefused = true
                // It was not executed: the repetition is not one of the rule's.
                attempts -= 1
                return .reauthorize(refused: credentials.generation, isRepeated: false)
            }
            if let action = try redirected(answer) { return action }
        } catch {
            return end(error)
        }
        if forwarder.auth.refreshOn.contains(answer.status) {
            return .reauthorize(refused: credentials.generation, isRepeated: true)
        }
        let failures = failures(moment)
        let outcome = RetryRule.Outcome.answered(status: answer.status, retryAfter: failures.retryAfter(answer))
        return retry(outcome, failures.failure(answer), moment, &random)
    }

    /// The request under way got no answer.
    public mutating func failed(
        _ error: TransportError, at moment: Moment, random: inout some RandomNumberGenerator
    ) -> Action {
        retry(.failed(error), ForwarderFailure(error, isUnknown: false), moment, &random)
    }

    // MARK: Decisions

    private mutating func retry(
        _ outcome: RetryRule.Outcome, _ failure: ForwarderFailure, _ moment: Moment,
        _ random: inout some RandomNumberGenerator
    ) -> Action {
        let decision = forwarder.retry.decision(
            attempt: attempts, outcome: outcome, isRepeatable: tool.isRepeatable || step.request.method == .get,
            now: moment.now, deadline: deadline, random: &random)
        switch decision {
        case .retry(let seconds): return .wait(seconds: seconds)
        case .giveUp: return end(failure)
        case .unknownOutcome:
            guard case .failed(let error) = outcome else { return end(failure) }
            return end(ForwarderFailure(error, isUnknown: true))
        }
    }

    private mutating func send() -> Action {
        var maker = RequestMaker(forwarder: forwarder, credentials: credentials, requestID: requestID)
        if isLastStep { maker.accept = tool.accept }
        do throws(ForwarderFailure) {
            let request: ForwarderRequest
            if let url {
                request = try maker.request(step.request, url: url, scope)
            } else {
                request = try maker.request(step.request, scope)
            }
            attempts += 1
            return .send(request)
        } catch {
            return end(error)
        }
    }

    private mutating func accepted(
        _ answer: OutboundResponse, _ moment: Moment
    ) throws(ForwarderFailure) -> Action {
        guard isLastStep else {
            scope.steps[step.id] = try reader.step(answer)
            index += 1
            (attempts, url, redirects) = (0, nil, 0)
            return send()
        }
        var body = try reader.body(answer)
        if case .json(let page) = body, var pages {
            let next = try pages.add(page, answer, from: try place(), forwarder, scope)
            self.pages = pages
            if let next {
                (attempts, url, redirects) = (0, next, 0)
                return send()
            }
            body = .json(pages.body ?? page)
        }
        return .end(try reader.outcome(body, answer, scope, failures(moment)))
    }

    /// The URL of the request under way, without what credentials add to it.
    private func place() throws(ForwarderFailure) -> String {
        if let url { return url }
        let maker = RequestMaker(forwarder: forwarder, credentials: .none, requestID: nil)
        return try maker.request(step.request, scope).url
    }

    /// Follows a redirect where the document says so; a credential never goes to another origin.
    private mutating func redirected(_ answer: OutboundResponse) throws(ForwarderFailure) -> Action? {
        guard [301, 302, 303, 307, 308].contains(answer.status), step.request.method == .get,
            redirects < tool.response.redirects, let location = answer["location"]
        else { return nil }
        let current = try place()
        do throws(ServiceBase.Departure) {
            url = try forwarder.base.follow(location, from: current)
        } catch {
            throw ForwarderFailure(
                .upstreamError, "the service redirects to \(error.rawValue), which is not followed",
                status: answer.status)
        }
        redirects += 1
        return send()
    }

    private func failures(_ moment: Moment) -> FailureReader {
        FailureReader(errors: tool.errors, mask: mask, wallClock: moment.wallClock)
    }

    private func end(_ failure: ForwarderFailure) -> Action {
        var failure = failure
        if index > 0 {
            let done = tool.steps[..<index].map(\.id).joined(separator: ", ")
            failure.message += "; done before it: \(done), not done: \(step.id)"
        }
        return .end(tool.outcome(of: failure, scope.arguments))
    }
}

extension ForwarderTool {
    /// What kind of answer is asked for, for the field `Accept`.
    var accept: String {
        switch (stream, response.form) {
        case (.sse?, _): "text/event-stream, application/json;q=0.8"
        case (.ndjson?, _): "application/x-ndjson, application/json;q=0.8"
        case (_, .json): "application/json"
        case (_, .bytes): response.mimeType ?? "*/*"
        case (_, .text): "text/*, */*;q=0.5"
        case (_, .auto): "application/json, text/*;q=0.8, */*;q=0.5"
        }
    }
}
