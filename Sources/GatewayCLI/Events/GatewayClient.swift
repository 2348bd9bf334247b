package import Core
package import HTTP
import Synchronization

/// Requests to a running gateway. Belongs to one loop.
///
/// A write carries an `Idempotency-Key`, so that it is sent again with the same key when its answer is lost, when the
/// gateway is being restarted or while its first attempt is still looked for: it is done once, whatever happens on the way.
/// A request without a key is sent again only when it surely never left.
package final class GatewayClient {
    /// A request to the gateway.
    package struct Request {
        /// The method.
        package var method: OutboundRequest.Method = .get
        /// Percent-encoded, from its first slash.
        package var path: String
        package var query = QueryString()
        /// Nil for none.
        package var body: JSON?
        package var accept = "application/json"
        /// Called on the loop with each piece of the answer as it comes.
        package var arrived: (@Sendable (UnsafeRawBufferPointer) -> Void)?
        /// The Idempotency-Key; a write without one is not repeated.
        package var key: String?
        /// It only asks what a change would mean, whatever its method is.
        package var isPreview = false

        /// It may be repeated at will, and leaves no doubt when its answer is lost.
        package var isSafe: Bool { method == .get || isPreview }
    }

    /// A response of the gateway.
    package struct Answer {
        /// The status, whatever it is.
        package let status: Int
        package let body: [UInt8]
        private let response: OutboundResponse

        package init(_ response: OutboundResponse) {
            (status, body, self.response) = (response.status, response.body, response)
        }

        /// The value of a field by its name in lower case; one of `answerFields`.
        package subscript(name: String) -> String? { response[name] }
        /// The body as a document; nil when it is none.
        package var json: JSON? {
            try? JSON.parse(body, limits: JSONLimits(maxBytes: GatewayClient.largestAnswer, maxValues: .max))
        }
        /// When it is worth to try again, in seconds.
        package var retryAfter: Double? { self["retry-after"].flatMap(Double.init).map { min(max($0, 0), 86_400) } }
    }

    /// The fields of an answer that are read.
    package static let answerFields = [
        "content-type", "idempotency-replayed", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id",
    ]
    /// All events of a large calendar.
    package static let largestAnswer = 256 << 20
    private static let longestPause = 5.0
    private static let maxAttempts = 5

    /// Which gateway, and with which token.
    package let target: GatewayTarget
    private let transport: any Transport
    private let clock: any TimeSource
    private let mark: WriteMark

    package init(
        _ target: GatewayTarget, transport: any Transport, clock: any TimeSource, mark: WriteMark = WriteMark()
    ) {
        (self.target, self.transport, self.clock, self.mark) = (target, transport, clock, mark)
    }

    /// Sends a request until it is answered or the target's patience is over.
    /// - Parameter option: the option by which a field is said.
    /// - Returns: the answer, if it says that it was done (2xx).
    /// - Throws: every other answer, and the lack of one, as what a command tells its user.
    package func send(
        _ request: Request, option: (String) -> String? = EventFields.option
    ) async throws(CommandFailure) -> Answer {
        let answer = try await answer(request)
        guard (200...299).contains(answer.status) else {
            throw CommandFailure(answer, key: request.key, option: option)
        }
        return answer
    }

    /// Every answer, whatever its status.
    package func answer(_ request: Request) async throws(CommandFailure) -> Answer {
        let deadline = clock.now.advanced(seconds: target.patience)
        // From then on it may have been done.
        var wasSent = false
        var attempt = 0
        while true {
            attempt += 1
            do throws(TransportError) {
                mark.set(request.isSafe ? nil : request.key ?? "")
                let response = try await transport.send(outbound(request, deadline))
                mark.set(nil)
                let answer = Answer(response)
                guard let pause = Self.pause(answer, request), await rest(pause, before: deadline) else {
                    return answer
                }
                wasSent = true
            } catch {
                if !error.neverSent { wasSent = true }
                let mayRepeat =
                    wasSent && (request.isSafe || request.key != nil) && Self.isPassing(error.cause, attempt)
                // One that was never reached is not waited for: it is probably the wrong address.
                guard mayRepeat,
                    await rest(min(0.1 * Double(1 << min(attempt, 6)), Self.longestPause), before: deadline)
                else {
                    mark.set(nil)
                    throw CommandFailure(error, target, wasSent: wasSent, request)
                }
            }
        }
    }

    private func outbound(_ request: Request, _ deadline: MonotonicTime) -> OutboundRequest {
        var fields = [Field("Accept", request.accept)] + target.access
        if request.body != nil { fields.append(Field("Content-Type", "application/json")) }
        if let key = request.key { fields.append(Field("Idempotency-Key", "\"\(key)\"")) }
        let query = request.query.isEmpty ? "" : "?" + request.query.text
        var outbound = OutboundRequest(
            method: request.method, url: target.base + request.path + query, fields: fields,
            body: request.body?.encoded ?? [], deadline: deadline)
        outbound.arrived = request.arrived
        return outbound
    }

    /// How long to wait before it is asked again; nil for an answer that stands.
    private static func pause(_ answer: Answer, _ request: Request) -> Double? {
        guard answer.status == 409, request.key != nil, answer.json?["reason"] == "request_in_progress" else {
            return nil
        }
        return min(max(answer.retryAfter ?? 1, 0.1), longestPause)
    }

    /// Another attempt may do better: a gateway that is being restarted comes back, one that breaks off each time does not.
    private static func isPassing(_ cause: TransportError.Cause, _ attempt: Int) -> Bool {
        switch cause {
        case .connectionRefused, .connectTimeout: true
        case .connectionLost, .malformedResponse: attempt < maxAttempts
        default: false
        }
    }

    /// - Returns: false when there is no time left for it.
    private func rest(_ seconds: Double, before deadline: MonotonicTime) async -> Bool {
        let end = clock.now.advanced(seconds: seconds)
        guard end < deadline else { return false }
        do { try await clock.sleep(until: end) } catch { return false }
        return true
    }
}

/// Whether a write is under way, and with which key, for whoever has to tell the user when the command is interrupted.
package final class WriteMark: Sendable {
    private let key = Mutex<String?>(nil)

    /// Notes the key of the write that is under way; empty for a write without a key, nil when none is.
    package func set(_ value: String?) { key.withLock { $0 = value } }

    /// Nil when none is under way; empty for one without a key.
    package var current: String? { key.withLock { $0 } }
}
