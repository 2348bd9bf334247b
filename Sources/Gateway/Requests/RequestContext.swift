import Core
import GatewayAPI
import HTTP
import IO
import Keys
import LumaClient
import MCP

/// One request on its way to its answer: what the answer and the log line need of it.
struct RequestContext {
    let id: String
    let method: Method
    let exchange: Exchange
    private let recorder: RequestRecorder
    /// What is known of who asks, when there is anything to know.
    private(set) var admission: Admission?

    init(id: String, method: Method, exchange: Exchange, recorder: RequestRecorder) {
        self.id = id
        self.method = method
        self.exchange = exchange
        self.recorder = recorder
    }

    /// The same, made when it is first asked for.
    var admitted: Admission {
        mutating get {
            if let admission { return admission }
            let new = Admission()
            admission = new
            return new
        }
    }

    /// The same request, whose calls to Luma are counted though their contexts are not its own. Its log line is written by the
    /// context that this gives.
    func counting() -> RequestContext {
        var context = self
        context.admitted.calls = CallTotal()
        return context
    }

    /// Notes where a limit that the request counts against stands, in place of what was noted of it.
    mutating func note(_ status: RateLimitStatus) {
        admitted.limits.removeAll { $0.policy.description == status.policy.description }
        admitted.limits.append(status)
    }

    /// Goes on with the trace that the request names.
    mutating func trace(_ request: RequestView) {
        let isOne = request.fields(named: "traceparent").count == 1
        var random = SystemRandomNumberGenerator()
        admitted.trace = TraceContext(continuing: isOne ? request.value(of: .traceparent) : nil, &random)
    }

    /// Who asks.
    var principal: Principal { admission?.principal ?? recorder.local }

    /// What an answer that is a stream carries besides its own fields.
    var streamFields: [Field] { [Field("X-Request-Id", id)] + (admission?.fields ?? []) }

    /// Answers and logs.
    func finish(
        _ endpoint: Endpoint?, _ response: consuming Response, calls: CallContext? = nil, reason: Reason? = nil
    ) {
        let fields = calls == nil ? admission?.fields ?? [] : spendingFields(endpoint)
        if !fields.isEmpty { response.fields += fields }
        exchange.respond(response, adding: Field("X-Request-Id", id))
        // The answer to HEAD has a length and no body (RFC 9110 §9.3.2).
        let bytes = method == .head ? 0 : response.body.count
        recorder.record(self, endpoint, status: response.status, bytes: bytes, calls: calls, reason: reason)
    }

    /// Logs a stream that has ended.
    func record(
        _ endpoint: Endpoint?, bytes: Int, calls: CallContext? = nil, reason: Reason? = nil
    ) {
        recorder.record(self, endpoint, status: 200, bytes: bytes, calls: calls, reason: reason)
    }

    /// What an answer of a path that may spend Luma's budget carries besides its own fields.
    func spendingFields(_ endpoint: Endpoint?) -> [Field] {
        let status = recorder.spending(isWrite: endpoint?.isWrite == true)
        guard let admission else { return RateLimitStatus.fields([status]) }
        return admission.fields(admission.limits + [status])
    }

    /// Answers with the error in the one shape, and logs. Whoever sends a message of MCP gets it in the shape of that.
    /// - Parameter message: the id of the message that is refused.
    func finish(_ endpoint: Endpoint?, _ error: APIError, calls: CallContext? = nil, message: JSONRPCID? = nil) {
        let isMCP = method == .post && endpoint?.isMCP ?? false
        finish(
            endpoint, isMCP ? error.answer(toMessage: message, requestID: id) : response(endpoint, error),
            calls: calls, reason: error.reason)
    }

    private func response(_ endpoint: Endpoint?, _ error: APIError) -> Response {
        error.response(requestID: id, at: endpoint?.isAPI == true ? recorder.wallClock : nil)
    }

    /// Refuses the request before it was looked at. Where nothing was sent there is no message that could be answered as one.
    /// - Parameter detail: a member of the body besides, for clients that read nothing else.
    func refuse(_ endpoint: Endpoint?, _ error: APIError, _ request: RequestView, detail: String? = nil) {
        guard method == .post, !request.body.isEmpty, endpoint?.isMCP ?? Endpoint.isMCP(path: request.path) else {
            return finish(endpoint, response(endpoint, error), reason: error.reason)
        }
        let message = JSONRPCID(ofRequestIn: request.body)
        var response = error.answer(toMessage: message, requestID: id)
        if let detail, var body = (try? JSON.parse(response.body))?.objectValue {
            body["detail"] = .string(detail)
            response.body = JSON.object(body).encoded
        }
        finish(endpoint, response, reason: error.reason)
    }
}

extension RequestContext {
    /// Who spends Luma's budget for this request: whose token it came with, else where it comes from.
    func sender(_ priority: Priority) -> Sender {
        let caller =
            admission?.principal.map { CallerKey(label: $0.label) }
            ?? CallerKey(address: admission?.client?.network ?? exchange.peerNetwork)
        return Sender(caller, priority)
    }

    /// Where it comes from, as keys that are bound to addresses ask for it: nil and a text for what cannot be read.
    var origin: (parsed: NetworkAddress?, text: String) {
        guard let client = admission?.client else {
            return (NetworkAddress(exchange.peerAddress), exchange.peerAddress)
        }
        return (client.address, clientAddress)
    }

    /// Where it comes from: the peer, or whom a trusted proxy has forwarded it for.
    var clientAddress: String { admission?.client?.text ?? exchange.peerAddress }
}

/// What the gateway knows of who makes a request, beyond what it knows of everybody. Requests of which there is
/// nothing to know have none, and cost nothing.
final class Admission {
    /// Whose token it came with; nil when there was none, or when it is not asked for.
    var principal: Principal?
    /// The key that it came with, also one that opens nothing any more.
    var key: KnownKey?
    /// Its place among the requests of its key that are in progress.
    var place: KeyPlace?
    /// Whom a trusted proxy has forwarded it for; nil when it comes from its peer.
    var client: ForwardedClient?
    /// The limits that the request counts against.
    var limits: [RateLimitStatus] = []
    /// The origin of the page in a browser that made it, when that is one of another server.
    var origin: String?

    /// Where it stands in its caller's trace, when it says so.
    var trace: TraceContext?
    /// What the calls of its tools have cost; nil when it has none.
    var calls: CallTotal?

    /// What every answer to the request carries.
    var fields: [Field] { fields(limits) }

    /// The same for these limits.
    func fields(_ limits: [RateLimitStatus]) -> [Field] {
        let crossing = origin.map { CrossOrigin.fields(for: $0) } ?? []
        return crossing + RateLimitStatus.fields(limits)
    }
}

/// Whom a trusted proxy has forwarded a request for.
struct ForwardedClient {
    /// Nil when what the proxy says cannot be read.
    let address: NetworkAddress?
    let text: String?
    /// A number for where it is, as of a peer: its IPv4 address, or the network (/64) of its IPv6 address.
    let network: UInt64?

    init(_ address: NetworkAddress?) {
        self.address = address
        text = address?.text
        network = text.flatMap { text in
            if let octets = HostName.ipv4(text) { return octets.reduce(0) { $0 << 8 | UInt64($1) } }
            return HostName.ipv6(text)?.prefix(4).reduce(0) { $0 << 16 | UInt64($1) }
        }
    }
}

/// What a browser asks of an answer before a page of another origin may see it (Fetch Standard §3.2).
///
/// Credentials are never allowed in that sense: a token is sent by the page itself, so a browser has nothing to add.
enum CrossOrigin {
    /// How long a browser may go by a preflight, in seconds.
    private static let maxAge = "600"
    private static let requestFields = [
        "Accept", "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID",
        "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Session-Id", "Prefer", "X-API-Key", "X-MCP-Toolsets",
        "X-Request-Id", "X-Request-Timeout", "traceparent", "tracestate",
    ].joined(separator: ", ")
    private static let answerFields = [
        "Age", "Allow", "ETag", "Idempotency-Replayed", "Location", "MCP-Protocol-Version", "Mcp-Session-Id",
        "RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate", "X-Cache", "X-Request-Id",
    ].joined(separator: ", ")

    /// The fields of an answer to a page of an allowed origin.
    static func fields(for origin: String) -> [Field] {
        [
            Field("Access-Control-Allow-Origin", origin), Field("Access-Control-Expose-Headers", answerFields),
            Field("Vary", "Origin"),
        ]
    }

    /// What the answer to a preflight has besides.
    static func preflightFields(allow: String) -> [Field] {
        [
            Field("Access-Control-Allow-Methods", allow), Field("Access-Control-Allow-Headers", requestFields),
            Field("Access-Control-Max-Age", maxAge),
        ]
    }
}
