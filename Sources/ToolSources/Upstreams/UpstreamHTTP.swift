import Core
public import HTTP
import MCP

/// Streamable HTTP from the client's side: what goes with each message, and what the answers of HTTP mean. Keeps the session.
public struct UpstreamHTTP: Sendable {
    /// The fields of an answer that are read.
    public static let answerFields = ["content-type", "mcp-session-id", "retry-after"]

    private static let longestSession = 1024
    private static let limits = JSONLimits(maxDepth: 128, maxBytes: 32 << 20, maxValues: 500_000)

    public let url: String
    private let auth: [Field]
    /// A server may repeat what it was sent.
    private let mask: Redactor
    /// The session that the server has given; nil for none.
    public private(set) var session: String?

    /// A server at this address, before anything was said.
    public init(_ endpoint: UpstreamEntry.Endpoint) {
        var url = endpoint.url
        var fields: [Field] = []
        switch endpoint.auth {
        case .field(let name, let prefix, let secret): fields = [Field(name, prefix + secret.reveal())]
        case .query(let name, let secret):
            url += (url.contains("?") ? "&" : "?") + PercentCoding.encode(name) + "="
            url += PercentCoding.encode(secret.reveal())
        case .basic(let user, let password):
            let pair = Base64.encode(Array((user.reveal() + ":" + password.reveal()).utf8))
            fields = [Field("authorization", "Basic " + pair)]
        // An entry has no other: each would have to fetch something first.
        case .none, .clientCredentials, .login: break
        }
        self.url = url
        auth = fields
        mask = Redactor(endpoint.auth.secrets)
    }

    // MARK: What goes

    /// The fields of the request that carries a message. What begins a conversation begins it without the last one's session.
    public mutating func fields(of message: UpstreamMessage) -> [Field] {
        if message.isFirst { session = nil }
        var fields = [
            Field("content-type", "application/json"), Field("accept", "application/json, text/event-stream"),
        ]
        if message.revision.era == .modern {
            fields.append(Field("mcp-protocol-version", message.revision.rawValue))
            fields.append(Field("mcp-method", message.method))
            if case .request(_, let name?) = message.kind { fields.append(Field("mcp-name", Self.value(name))) }
        } else {
            if !message.isFirst, message.revision >= .june2025 {
                fields.append(Field("mcp-protocol-version", message.revision.rawValue))
            }
            if let session { fields.append(Field("mcp-session-id", session)) }
        }
        return fields + auth
    }

    /// The fields of a request without a message: for the channel on which the server speaks unasked, and for the end of the session.
    public func fields(accept: String?, revision: String?, lastID: String = "") -> [Field] {
        var fields: [Field] = []
        if let accept { fields.append(Field("accept", accept)) }
        if let revision { fields.append(Field("mcp-protocol-version", revision)) }
        if let session { fields.append(Field("mcp-session-id", session)) }
        if !lastID.isEmpty { fields.append(Field("last-event-id", lastID)) }
        return fields + auth
    }

    /// A name as the value of a field (2026-07-28): as it is, or in base 64 where a field cannot hold it.
    static func value(_ name: String) -> String {
        let octets = Array(name.utf8)
        let isPlain = octets.allSatisfy { (0x20...0x7e).contains($0) } && octets.first != 0x20 && octets.last != 0x20
        return isPlain && !name.isEmpty && !name.hasPrefix("=?base64?")
            ? name : "=?base64?" + Base64.encode(octets) + "?="
    }

    // MARK: What comes

    /// Whether the body of an answer with this head is a stream of events. Notes the session that comes with it.
    public mutating func isStream(_ status: Int, _ fields: [Field], of message: UpstreamMessage) -> Bool {
        note(fields, status, message)
        return Self.isEventStream(status, fields)
    }

    /// Whether an answer with this head is a stream of events.
    public static func isEventStream(_ status: Int, _ fields: [Field]) -> Bool {
        (200..<300).contains(status) && mediaType(fields) == "text/event-stream"
    }

    /// What the whole answer to a message means, one that was no stream.
    /// - Parameter hadSession: the request went with a session.
    public mutating func read(
        _ response: OutboundResponse, of message: UpstreamMessage, hadSession: Bool
    ) -> [UpstreamArrival] {
        note(response.fields, response.status, message)
        guard let id = message.id else { return [] }
        let json = (try? JSON.parse(response.body, limits: Self.limits)).map { mask.redacted($0) }
        if hadSession, Self.saysSessionIsLost(response.status, json) {
            return [
                .failed(request: id, UpstreamFault(.sessionLost, mayHaveRun: false, "it no longer knows the session"))
            ]
        }
        if (200..<300).contains(response.status) {
            guard let json, Self.mediaType(response.fields) != "text/html" else {
                return [.failed(request: id, Self.empty(response))]
            }
            // What is no answer to this request among what has come leaves it without one.
            return [.message(json, request: id), .failed(request: id, Self.unanswered)]
        }
        // Of who asks, and how often, the status says more than any message.
        let isAboutCaller = [401, 403, 429, 503].contains(response.status)
        if !isAboutCaller, let json, json["error"]?["code"]?.intValue != nil, json["jsonrpc"]?.stringValue == "2.0" {
            return [.message(json, request: id), .failed(request: id, Self.fault(response))]
        }
        return [.failed(request: id, Self.fault(response))]
    }

    /// What one event of a stream means.
    public func read(_ event: EventStreamReader.Event, request: Int?) -> UpstreamArrival? {
        guard event.name == "message", !event.data.isEmpty else { return nil }
        guard let json = try? JSON.parse(event.data, limits: Self.limits) else {
            // The stream may stay open, and its request would wait for another answer in vain.
            guard let id = UnreadAnswer.request(event.data), request == nil || request == id else { return .garbage }
            return .failed(request: id, .noMessage)
        }
        return .message(mask.redacted(json), request: request)
    }

    /// A stream, or a document, that has ended and had no answer in it.
    public static let unanswered = UpstreamFault(
        .lost, mayHaveRun: true, "its answer ended without a result for the request")

    /// A stream, or an event of it, that is larger than a result may be.
    public static let tooLarge = UpstreamFault(.tooLarge, mayHaveRun: true, "its answer is larger than it may be")

    private mutating func note(_ fields: [Field], _ status: Int, _ message: UpstreamMessage) {
        guard message.isFirst, message.revision.era == .legacy, (200..<300).contains(status),
            let given = fields.first(where: { $0.name.lowercased() == "mcp-session-id" })?.value,
            (1...Self.longestSession).contains(given.utf8.count), given.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else { return }
        session = given
    }

    private static func mediaType(_ fields: [Field]) -> String {
        let value = fields.first { $0.name.lowercased() == "content-type" }?.value ?? ""
        return value.prefix { $0 != ";" }.trimmingSpaces.lowercased()
    }

    /// 404 by the protocol; others say it in words.
    private static func saysSessionIsLost(_ status: Int, _ json: JSON?) -> Bool {
        if status == 404 { return json?["error"]?["code"]?.intValue != JSONRPCError.methodNotFound().code }
        guard status == 400 || (200..<300).contains(status), let error = json?["error"] else { return false }
        let code = error["code"]?.intValue
        return (code == -32600 || code == -32001 || code == -32000)
            && error["message"]?.stringValue?.lowercased().contains("session") ?? false
    }

    private static func empty(_ response: OutboundResponse) -> UpstreamFault {
        UpstreamFault(
            .malformed, mayHaveRun: true,
            response.body.isEmpty
                ? "its answer (status \(response.status)) has no content" : "its answer is not an MCP message",
            status: response.status)
    }

    /// What a status other than a success means.
    private static func fault(_ response: OutboundResponse) -> UpstreamFault {
        let status = response.status
        let retry = response["retry-after"].flatMap { Int($0) }.map { min(max($0, 1), 3600) }
        switch status {
        case 300..<400:
            return UpstreamFault(
                .refused, mayHaveRun: false,
                "it answers \(status), which leads elsewhere and is not followed: put the final address into url",
                status: status)
        case 401, 403:
            return UpstreamFault(
                .auth, mayHaveRun: false, "it refuses the gateway's credentials (status \(status))", status: status)
        case 404, 405:
            return UpstreamFault(
                .refused, mayHaveRun: false, "there is no MCP server at its address (status \(status))", status: status)
        case 429, 503:
            return UpstreamFault(
                .busy, mayHaveRun: false, "it has too much to do (status \(status))", status: status,
                retryAfterSeconds: retry)
        case 500...:
            return UpstreamFault(.failed, mayHaveRun: true, "it fails with status \(status)", status: status)
        default: return UpstreamFault(.refused, mayHaveRun: false, "it answers with status \(status)", status: status)
        }
    }

    /// Why there is no answer of HTTP.
    public static func fault(_ error: TransportError) -> UpstreamFault {
        switch error.cause {
        case .timeout: UpstreamFault(.timeout, mayHaveRun: !error.neverSent, "it has not answered in time")
        case .responseTooLarge: tooLarge
        case .malformedResponse: UpstreamFault(.malformed, mayHaveRun: !error.neverSent, "its answer is no HTTP")
        case .connectionLost where !error.neverSent:
            UpstreamFault(.lost, mayHaveRun: true, "the connection ended before its answer was whole")
        case .cancelled, .shuttingDown: UpstreamFault(.ended, mayHaveRun: !error.neverSent, "the request was given up")
        case .overloaded: UpstreamFault(.busy, mayHaveRun: false, "too many requests to it wait already")
        case .addressRefused:
            UpstreamFault(
                .unreachable, mayHaveRun: false,
                "its name leads to an address that is not allowed; see \"allow\" in its entry")
        default:
            UpstreamFault(
                .unreachable, mayHaveRun: !error.neverSent, "it cannot be reached (\(error.cause.rawValue))")
        }
    }
}

extension AuthRule {
    /// What a server is sent that no caller may see.
    fileprivate var secrets: [Secret] {
        switch self {
        case .field(_, _, let secret), .query(_, let secret): [secret]
        case .basic(let user, let password): [user, password]
        case .none, .clientCredentials, .login: []
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
