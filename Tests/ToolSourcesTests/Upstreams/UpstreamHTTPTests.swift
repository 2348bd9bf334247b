import Core
import HTTP
import MCP
import Testing

@testable import ToolSources

@Suite struct UpstreamHTTPTests {
    private static func http(_ auth: AuthRule = .none, url: String = "https://a.example/mcp") -> UpstreamHTTP {
        UpstreamHTTP(UpstreamEntry.Endpoint(url: url, allow: ServiceBase.Allowance(), auth: auth))
    }

    private static func request(
        _ method: String = "tools/call", name: String? = "t", _ revision: Revision = .november2025,
        isFirst: Bool = false
    ) -> UpstreamMessage { .request(7, method, [:], name: name, revision: revision, isFirst: isFirst) }

    private static let hello = request("initialize", name: nil, isFirst: true)

    private static func lines(_ fields: [Field]) -> Set<String> { Set(fields.map { "\($0.name): \($0.value)" }) }
    private static let both: Set<String> = [
        "content-type: application/json", "accept: application/json, text/event-stream",
    ]

    /// What an arrival is, in a word each.
    private static func words(_ arrivals: [UpstreamArrival]) -> [String] {
        arrivals.map { arrival in
            switch arrival {
            case .message(_, let request): "message \(request ?? 0)"
            case .failed(let request, let fault):
                "\(fault.kind.rawValue) \(request)\(fault.mayHaveRun ? " maybe" : "")"
            default: "\(arrival)"
            }
        }
    }

    // MARK: What goes

    @Test func eachEraHasItsFields() {
        var http = Self.http()
        #expect(Self.lines(http.fields(of: Self.hello)) == Self.both)
        #expect(
            Self.lines(http.fields(of: Self.request())) == Self.both.union(["mcp-protocol-version: 2025-11-25"]))
        #expect(Self.lines(http.fields(of: Self.request(.march2025))) == Self.both, "it did not know the field yet")
        #expect(
            Self.lines(http.fields(of: Self.request(.july2026)))
                == Self.both.union([
                    "mcp-protocol-version: 2026-07-28", "mcp-method: tools/call", "mcp-name: t",
                ]))
    }

    private static func request(_ revision: Revision) -> UpstreamMessage { request("tools/call", name: "t", revision) }

    @Test(arguments: [
        ("t", "t"), ("a b", "a b"), (" a", "=?base64?IGE=?="), ("é", "=?base64?w6k=?="), ("a\nb", "=?base64?YQpi?="),
        ("", "=?base64??="), ("=?base64?x?=", "=?base64?PT9iYXNlNjQ/eD89?="),
    ])
    func aNameIsOneLine(_ name: String, _ value: String) { #expect(UpstreamHTTP.value(name) == value) }

    @Test(arguments: [
        (AuthRule.field(name: "x-key", prefix: "K ", Secret("s")), "x-key: K s", "https://a.example/mcp"),
        (.basic(user: Secret("u"), password: Secret("p")), "authorization: Basic dTpw", "https://a.example/mcp"),
        (.query(name: "k&", Secret("s/")), "", "https://a.example/mcp?k%26=s%2F"),
    ])
    func theGatewayIsKnownByWhatTheEntrySays(_ rule: AuthRule, _ line: String, _ url: String) {
        var http = Self.http(rule)
        #expect(http.url == url)
        for message in [Self.hello, Self.request(.july2026)] {
            #expect(Self.lines(http.fields(of: message)).contains(line) == !line.isEmpty)
        }
    }

    @Test func aSessionLastsUntilTheNextHandshake() {
        var http = Self.http()
        let begun = OutboundResponse(
            status: 200, fields: [Field("mcp-session-id", "s1"), Field("content-type", "application/json")],
            body: Array("{}".utf8))
        _ = http.read(begun, of: Self.hello, hadSession: false)
        #expect(http.session == "s1")
        #expect(Self.lines(http.fields(of: Self.request())).contains("mcp-session-id: s1"))
        #expect(
            Self.lines(http.fields(accept: nil, revision: "2025-11-25", lastID: "e")) == [
                "mcp-protocol-version: 2025-11-25", "mcp-session-id: s1", "last-event-id: e",
            ])
        #expect(!Self.lines(http.fields(of: Self.hello)).contains("mcp-session-id: s1") && http.session == nil)
        // One that no field can hold is none, and only a handshake gives one.
        for value in ["", "a b", "é", String(repeating: "x", count: 1025)] {
            _ = http.isStream(200, [Field("mcp-session-id", value)], of: Self.hello)
            #expect(http.session == nil, "\(value)")
        }
        _ = http.isStream(200, [Field("mcp-session-id", "s2")], of: Self.request())
        #expect(http.session == nil)
    }

    // MARK: What comes

    @Test(
        arguments: [
            (200, #"{"jsonrpc":"2.0","id":7,"result":{}}"#, false, ["message 7", "lost 7 maybe"]),
            (200, "", false, ["malformed 7 maybe"]), (202, "", true, ["malformed 7 maybe"]),
            (200, "{", false, ["malformed 7 maybe"]),
            (404, "", true, ["session_lost 7"]), (404, "", false, ["refused 7"]),
            (
                404, #"{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"no"}}"#, true,
                ["message 7", "refused 7"]
            ),
            (
                400, #"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Bad Session"}}"#, true,
                ["session_lost 7"]
            ),
            (
                400, #"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Bad Session"}}"#, false,
                ["message 7", "refused 7"]
            ),
            (400, #"{"error":"no"}"#, true, ["refused 7"]),
            (401, #"{"jsonrpc":"2.0","id":7,"error":{"code":-32001,"message":"no"}}"#, true, ["auth 7"]),
            (403, "", true, ["auth 7"]), (307, "", true, ["refused 7"]), (429, "", true, ["busy 7"]),
            (503, "", true, ["busy 7"]), (500, "", true, ["failed 7 maybe"]),
            (502, "<html>", false, ["failed 7 maybe"]), (418, "", false, ["refused 7"]),
        ] as [(Int, String, Bool, [String])])
    func whatAnAnswerMeans(_ status: Int, _ body: String, hadSession: Bool, _ wanted: [String]) {
        var http = Self.http()
        let response = OutboundResponse(
            status: status, fields: [Field("content-type", "application/json")], body: Array(body.utf8))
        #expect(Self.words(http.read(response, of: Self.request(), hadSession: hadSession)) == wanted)
        let note = UpstreamMessage.notification("notifications/initialized", [:], revision: .november2025)
        #expect(http.read(response, of: note, hadSession: hadSession).isEmpty, "nobody waits for it")
    }

    /// One that cannot be read fails the request that it answers: the stream may stay open.
    @Test(
        arguments: [
            (#"{"jsonrpc":"2.0","id":7,"result":{}}"#, 7, ["message 7"]),
            (#"{"jsonrpc":"2.0","id":7,"result":{"a":NaN}}"#, 7, ["malformed 7 maybe"]),
            (#"{"jsonrpc":"2.0","id":7,"result":{"a":NaN}}"#, nil, ["malformed 7 maybe"]),
            (#"{"jsonrpc":"2.0","id":8,"result":{"a":NaN}}"#, 7, ["garbage"]),
            (#"{"jsonrpc":"2.0","method":"notifications/progress","params":NaN}"#, 7, ["garbage"]),
            ("words", 7, ["garbage"]),
            ("", 7, []),
        ] as [(String, Int?, [String])])
    func whatAnEventMeans(_ data: String, request: Int?, _ wanted: [String]) {
        let event = EventStreamReader.Event(name: "message", data: Array(data.utf8))
        let arrival = Self.http().read(event, request: request)
        #expect(Self.words([arrival].compactMap(\.self)) == wanted)
    }

    @Test func onlyOneTypeIsAStream() {
        for (type, isStream) in [
            ("text/event-stream", true), ("Text/Event-Stream ; charset=utf-8", true), ("application/json", false),
            ("", false),
        ] { #expect(UpstreamHTTP.isEventStream(200, [Field("Content-Type", type)]) == isStream, "\(type)") }
        #expect(!UpstreamHTTP.isEventStream(404, [Field("content-type", "text/event-stream")]))
    }

    @Test(arguments: [
        (TransportError.Cause.connectionRefused, true, UpstreamFault.Kind.unreachable, false),
        (.nameNotResolved, true, .unreachable, false), (.addressRefused, true, .unreachable, false),
        (.timeout, false, .timeout, true), (.timeout, true, .timeout, false), (.connectionLost, false, .lost, true),
        (.connectionLost, true, .unreachable, false), (.responseTooLarge, false, .tooLarge, true),
        (.malformedResponse, false, .malformed, true), (.cancelled, false, .ended, true),
        (.overloaded, true, .busy, false),
    ])
    func whyThereIsNoAnswer(
        cause: TransportError.Cause, neverSent: Bool, kind: UpstreamFault.Kind, mayHaveRun: Bool
    ) {
        let fault = UpstreamHTTP.fault(TransportError(cause, neverSent: neverSent))
        #expect(fault.kind == kind && fault.mayHaveRun == mayHaveRun)
    }
}
