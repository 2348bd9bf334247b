import Core
import GatewayAPI
import MCP
import Testing

@testable import Gateway

@Suite struct MCPAdmissionTests {
    private let session = Session(revision: .june2025, capabilities: ClientCapabilities(), principal: .local)
    private static let meta: JSON = [
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": [:],
    ]

    private func headers(
        version: [String] = [], session: String? = nil, method: [String] = [], name: [String] = []
    ) -> MCPHeaders {
        var headers = MCPHeaders()
        headers.versions = version
        headers.session = session
        headers.methods = method
        headers.names = name
        return headers
    }

    /// What becomes of a request, in short.
    private func admit(_ headers: MCPHeaders, _ json: JSON) -> String {
        let admission = MCPAdmission(headers, JSONRPCPayload(json), .local) { $0 == "good" ? session : nil }
        switch admission {
        case .modern(_, _, let caller): return "modern \(caller.revision.rawValue)"
        case .handshake: return "handshake"
        case .legacy(_, let caller): return "legacy \(caller.revision.rawValue)"
        case .batch(let parts, let caller): return "batch \(parts.count) \(caller.revision.rawValue)"
        case .taken: return "taken"
        case .refused(let refusal): return "\(refusal.status) \(refusal.error.code)"
        }
    }

    private func request(_ method: String, _ params: JSONObject? = nil) -> JSON {
        JSONRPCMessage.request(id: JSONRPCID(1), method: method, params: params).json
    }

    // MARK: Modern

    @Test func aWholeModernRequestIsServed() {
        let good = headers(version: ["2026-07-28"], method: ["tools/list"])
        #expect(admit(good, request("tools/list", ["_meta": Self.meta])) == "modern 2026-07-28")
    }

    @Test(arguments: [
        ([], [], "400 -32020"), (["tools/list"], [], "400 -32020"), (["tools/call"], [], "400 -32020"),
        (["Tools/Call"], ["x"], "400 -32020"), (["tools/call"], ["y"], "400 -32020"),
        (["tools/call"], ["X"], "400 -32020"), (["tools/call", "tools/call"], ["x"], "400 -32020"),
        (["tools/call"], ["x", "x"], "400 -32020"), (["tools/call"], ["=?base64?eA==?="], "modern 2026-07-28"),
        (["tools/call"], ["=?base64?eA?="], "400 -32020"), (["tools/call"], ["x"], "modern 2026-07-28"),
    ])
    func theRoutingHeadersSayWhatTheBodySays(method: [String], name: [String], outcome: String) {
        let headers = headers(version: ["2026-07-28"], method: method, name: name)
        #expect(admit(headers, request("tools/call", ["_meta": Self.meta, "name": "x"])) == outcome)
    }

    @Test func theEnvelopeComesFirst() {
        let modern = headers(version: ["2026-07-28"])
        for params in [
            nil, [:], ["_meta": 1], ["_meta": [:]],
            ["_meta": ["io.modelcontextprotocol/protocolVersion": "2026-07-28"]],
            ["_meta": ["io.modelcontextprotocol/clientCapabilities": [:]]],
            [
                "_meta": [
                    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                    "io.modelcontextprotocol/clientCapabilities": [:], "io.modelcontextprotocol/logLevel": "loud",
                ]
            ],
        ] as [JSONObject?] {
            #expect(admit(modern, request("tools/list", params)) == "400 -32602")
        }
        let other = headers(version: ["2027-01-01"], method: ["tools/list"])
        #expect(admit(other, request("tools/list", ["_meta": Self.meta])) == "400 -32020")
        let future: JSON = [
            "io.modelcontextprotocol/protocolVersion": "2027-01-01", "io.modelcontextprotocol/clientCapabilities": [:],
        ]
        #expect(admit(other, request("tools/list", ["_meta": future])) == "400 -32022")
        #expect(admit(headers(), request("tools/list", ["_meta": Self.meta])) == "400 -32020")
    }

    @Test func otherShapesHaveTheirOwnAnswers() {
        let modern = headers(version: ["2026-07-28"], method: ["x"])
        #expect(admit(modern, ["jsonrpc": "2.0", "method": "notifications/initialized"]) == "taken")
        #expect(admit(modern, ["jsonrpc": "2.0", "id": 1, "result": [:]]) == "400 -32600")
        #expect(admit(modern, [request("ping")]) == "400 -32600")
        #expect(admit(modern, ["id": 1]) == "400 -32600")
        let initialize = headers(version: ["2026-07-28"], method: ["initialize"])
        #expect(admit(initialize, request("initialize", ["_meta": Self.meta])) == "modern 2026-07-28")
        #expect(admit(initialize, request("initialize", ["protocolVersion": "2025-06-18"])) == "400 -32602")
    }

    // MARK: Legacy

    @Test(arguments: [
        ([], "good", "legacy 2025-06-18"), (["2025-11-25"], "good", "legacy 2025-06-18"),
        (["2026-07-28"], "good", "legacy 2025-06-18"), (["2025-06-18"], "bad", "404 -32600"),
        (["2025-06-18"], nil, "400 -32600"), ([], nil, "400 -32600"), (["1999-01-01"], nil, "400 -32602"),
        (["1999-01-01"], "good", "400 -32602"),
        (["2025-06-18", "2025-11-25"], "good", "400 -32020"),
    ])
    func theSessionDecidesTheVersion(version: [String], id: String?, outcome: String) {
        #expect(admit(headers(version: version, session: id), request("tools/list")) == outcome)
    }

    @Test func aHandshakeNeedsNoSessionAndMayCarryAnOldOne() {
        let initialize = request("initialize", ["protocolVersion": "2025-06-18"])
        for headers in [headers(), headers(session: "bad"), headers(version: ["2025-11-25"])] {
            #expect(admit(headers, initialize) == "handshake")
        }
    }

    @Test func twoErasInOneRequestAreRefused() {
        let mixed = request("tools/list", ["_meta": Self.meta])
        #expect(admit(headers(version: ["2025-11-25"]), mixed) == "400 -32020")
        #expect(admit(headers(version: ["2025-11-25"], session: "good"), mixed) == "legacy 2025-06-18")
    }

    @Test func aNotificationIsTakenWithoutASession() {
        #expect(admit(headers(), ["jsonrpc": "2.0", "method": "notifications/initialized"]) == "legacy 2025-03-26")
        #expect(admit(headers(), request("ping")) == "legacy 2025-03-26")
        #expect(admit(headers(), ["jsonrpc": "2.0", "id": 1]) == "400 -32600")
    }

    @Test(arguments: [["result": [:]], ["error": ["code": 1, "message": "no"]]] as [JSON])
    func anAnswerNeedsTheSessionOfItsQuestion(_ answer: JSON) {
        let members = [(name: "jsonrpc", value: JSON("2.0")), (name: "id", value: JSON("srv-1"))]
        let whole = JSON.object(JSONObject(members + (answer.objectValue?.members ?? [])))
        #expect(admit(headers(), whole) == "400 -32600")
        #expect(admit(headers(version: ["2025-11-25"]), whole) == "400 -32600")
        #expect(admit(headers(session: "bad"), whole) == "404 -32600")
        #expect(admit(headers(session: "good"), whole) == "legacy 2025-06-18")
    }

    @Test func onlyOneRevisionHasBatches() {
        let batch: JSON = [request("ping"), request("tools/list")]
        #expect(admit(headers(session: "good"), batch) == "400 -32600")
        #expect(admit(headers(session: "good"), []) == "400 -32600")
        let march = Session(revision: .march2025, capabilities: ClientCapabilities(), principal: .local)
        let admission = MCPAdmission(headers(session: "m"), JSONRPCPayload(batch), .local) { _ in march }
        guard case .batch(let parts, _) = admission else {
            Issue.record("refused")
            return
        }
        #expect(parts.count == 2)
    }

    @Test func aRefusalWithoutAnIDHasNoneInTheModernEra() throws {
        let payload = JSONRPCPayload(parsing: Array("{".utf8))
        let modern = MCPRefusal(400, .parseError(), payload, isModern: true)
        #expect(try JSON.parse(modern.body)["id"] == nil)
        let legacy = MCPRefusal(400, .parseError(), payload)
        #expect(try JSON.parse(legacy.body)["id"] == .null)
    }
}
