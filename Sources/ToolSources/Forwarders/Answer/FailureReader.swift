import Core
import HTTP

/// Turns an answer that is no success, and no answer at all, into a failure with words.
struct FailureReader {
    let errors: ErrorRule
    let mask: AnswerMask
    /// For times of day in an answer.
    let wallClock: Timestamp

    static let longestMessage = 400
    static let longestRetryAfter = 86_400.0

    /// The failure that an answer tells.
    func failure(_ answer: OutboundResponse) -> ForwarderFailure {
        let status = answer.status
        let wait = retryAfter(answer)
        let kind: ForwarderFailure.Kind =
            switch status {
            case 429: .upstreamBusy
            // A limit of requests, told by some services as a refusal.
            case 403 where wait != nil: .upstreamBusy
            case 401, 403: .auth
            default: .upstreamError
            }
        let meaning = errors.meanings.first { $0.statuses.contains(status) }
        let words = meaning?.text.map { $0 + " (the service answered \(status))" } ?? Self.words(status, kind)
        let said = errors.isRevealed ? message(answer) : nil
        return ForwarderFailure(
            kind, said.map { words + ": " + $0 } ?? words, code: meaning?.code, status: status,
            retryAfterSeconds: kind == .upstreamBusy ? wait.map { Int($0.rounded(.up)) } : nil)
    }

    /// The failure that a success tells in its body.
    func failure(in body: JSON, _ status: Int) -> ForwarderFailure {
        let said = errors.isRevealed ? message(in: body) : nil
        let words = "the service reported a failure"
        return ForwarderFailure(.upstreamError, said.map { words + ": " + $0 } ?? words, status: status)
    }

    private static func words(_ status: Int, _ kind: ForwarderFailure.Kind) -> String {
        switch (status, kind) {
        case (_, .upstreamBusy): "the service asks for fewer requests (it answered \(status))"
        case (401, _): "the service does not accept the gateway's credentials (it answered 401)"
        case (403, _): "the gateway's credentials do not allow this at the service (it answered 403)"
        case (404, _): "the service did not find it (it answered 404)"
        case (409, _): "it conflicts with the current state at the service (it answered 409)"
        case (300...399, _): "the service answered with a redirect (\(status)), which is not followed"
        default: "the service answered \(status)"
        }
    }

    // MARK: What the service says

    private func message(_ answer: OutboundResponse) -> String? {
        let type = MediaType(answer["content-type"])
        let limits = JSONLimits(maxDepth: 32, maxBytes: 256 << 10, maxValues: 20_000)
        if let body = try? JSON.parse(answer.body, limits: limits) { return message(in: body) }
        guard type.name == "text/plain" || type.name == nil else { return nil }
        return clean(type.text(Array(answer.body.prefix(4 * Self.longestMessage))))
    }

    private func message(in body: JSON) -> String? {
        for pointer in errors.messages {
            if let text = pointer.value(in: body)?.scalarText, let clean = clean(text) { return clean }
        }
        return nil
    }

    private func clean(_ text: String) -> String? {
        let clean = Neutral.echo(OutsideText.withoutEscapes(mask.redacted(text)), max: Self.longestMessage)
        return clean.isEmpty ? nil : clean
    }

    // MARK: When to ask again

    /// Seconds, by `Retry-After` (RFC 9110 §10.2.3), or by the fields of a limit that is used up.
    func retryAfter(_ answer: OutboundResponse) -> Double? {
        let seconds: Double?
        if let field = answer["retry-after"]?.trimmingBlanks {
            seconds = Double(field) ?? Timestamp(httpDate: field, now: wallClock)?.seconds(since: wallClock)
        } else if answer["x-ratelimit-remaining"]?.trimmingBlanks == "0",
            let reset = answer["x-ratelimit-reset"].flatMap({ Double($0.trimmingBlanks) })
        {
            // A moment since 1970, or a span.
            seconds = reset > 1_000_000_000 ? reset - Double(wallClock.milliseconds) / 1000 : reset
        } else {
            seconds = nil
        }
        guard let seconds, seconds.isFinite else { return nil }
        return min(max(seconds, 0), Self.longestRetryAfter)
    }
}

extension ForwarderFailure {
    /// The failure of a request that got no answer.
    /// - Parameter isUnknown: the request may have taken effect.
    init(_ error: TransportError, isUnknown: Bool) {
        let words = Self.words(error.cause)
        if isUnknown {
            self.init(
                error.cause == .responseTooLarge ? .tooLarge : .outcomeUnknown,
                words + "; the request may have taken effect: check before you repeat it")
            return
        }
        let kind: Kind =
            switch error.cause {
            case .timeout: .timeout
            case .responseTooLarge: .tooLarge
            case .malformedResponse: .invalidUpstream
            case .overloaded: .busy
            case .shuttingDown, .cancelled: .unavailable
            case .invalidRequest, .nameNotResolved, .addressRefused, .connectionRefused, .connectTimeout, .tlsFailed,
                .connectionLost,
                .other:
                .unreachable
            }
        self.init(kind, words)
    }

    /// What has happened to a request without an answer.
    static func words(_ cause: TransportError.Cause) -> String {
        switch cause {
        case .nameNotResolved: "the service's host name cannot be resolved"
        case .addressRefused: "the service's address is not allowed"
        case .connectionRefused: "the service refuses connections"
        case .connectTimeout: "connecting to the service timed out"
        case .tlsFailed: "a TLS connection to the service cannot be established"
        case .timeout: "the service did not answer in time"
        case .connectionLost: "the connection to the service was lost"
        case .responseTooLarge: "the service's answer is too large"
        case .malformedResponse: "the service's answer is not HTTP"
        case .invalidRequest: "the gateway cannot send this request"
        case .cancelled: "the call was cancelled"
        case .shuttingDown: "the gateway is shutting down"
        case .overloaded: "too many requests to the service are waiting"
        case .other: "the service cannot be reached"
        }
    }
}
