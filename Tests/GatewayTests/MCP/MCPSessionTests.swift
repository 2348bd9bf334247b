import Core
import GatewayAPI
import HTTP
import Settings
import TestKit
import Testing

@testable import Gateway

/// The era of handshakes over HTTP: sessions, batches, and what is cancelled.
@Suite struct MCPSessionTests {
    private static func request(_ method: String, _ params: JSON = [:], _ id: JSON = 1) -> JSON {
        MCPClient.request(method, params, id: id)
    }

    @Test(arguments: ["2025-03-26", "2025-06-18", "2025-11-25"])
    func aSessionFromHandshakeToEnd(revision: String) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let begun = try await client.post(MCPClient.hello(revision), path: "/mcp/")
            #expect(begun.json?["result"]?["protocolVersion"]?.stringValue == revision && begun.json?["id"] == "hello")
            let session = "Mcp-Session-Id: " + (try #require(begun.field("mcp-session-id")))
            let taken = try await client.post(MCPClient.notification("notifications/initialized"), [session])
            #expect(taken.status == 202 && taken.text.isEmpty)
            let tools = try await client.post(
                Self.request("tools/list", [:], 0), [session, "MCP-Protocol-Version: \(revision)"])
            #expect(tools.status == 200 && tools.json?["id"] == 0)
            #expect(tools.field("content-type") == "application/json")
            let names = Set((tools.json?["result"]?["tools"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
            #expect(names == OfferedTools.all)
            let unknown = try await client.post(Self.request("none", [:], ""), [session])
            #expect(unknown.status == 200 && unknown.json?["id"] == "" && unknown.json?["error"]?["code"] == -32601)

            #expect(try await client.post(Self.request("tools/list", [:], 1)).status == 400)
            #expect(try await client.post(Self.request("tools/list", [:], 1), ["Mcp-Session-Id: x"]).status == 404)
            let batch = try await client.post([Self.request("ping", [:], 1)], [session])
            #expect(batch.status == (revision == "2025-03-26" ? 200 : 400))
            #expect(try await gateway.ask("DELETE /mcp").status == 400)
            #expect(try await client.endSession(session) == 204)
            #expect(try await client.endSession(session) == 404)
            #expect(try await client.post(Self.request("tools/list", [:], 1), [session]).status == 404)
        }
    }

    @Test func batchesWhereTheyExist() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let session = try await client.session("2025-03-26")
            let both = try await client.post(
                [Self.request("ping", [:], 1), MCPClient.notification("x"), Self.request("none", [:], 2)], [session])
            #expect(both.status == 200 && both.json?.arrayValue?.map { $0["id"] } == [1, 2])
            #expect(try await client.post([MCPClient.notification("x")], [session]).status == 202)
            #expect(try await client.post([], [session]).json?["error"]?["code"] == -32600)
            // One id twice: the answers could not be told apart.
            let twice: JSON = [
                Self.request("ping", [:], 1), 7, MCPClient.notification("x"), Self.request("ping", [:], 1),
            ]
            let refused = try await client.post(twice, [session]).json
            #expect(refused?.arrayValue?.map { $0["id"] } == [1, .null, 1])
            #expect(refused?.arrayValue?.allSatisfy { $0["error"]?["code"] == -32600 } == true)
        }
    }

    /// 50 calls in one array are 50 calls.
    @Test func aBatchCountsItsRequests() async throws {
        try await InProcess.serve([.authTokens: Tokens.setting, .tokenRateLimit: "6"]) {
            (gateway: InProcess) async throws in
            let client = MCPClient(gateway, Tokens.bearer(Tokens.reader))
            let session = try await client.session("2025-03-26")
            let calls = JSON.array(
                (1...3).map { Self.request("tools/call", ["name": "list_templates"], .number(JSONNumber($0))) })
            let three = try await client.post(calls, [session])
            #expect(three.status == 200 && three.json?.arrayValue?.count == 3)
            #expect(three.field("ratelimit")?.hasPrefix(#""token";r=2;t="#) == true, "\(three.fields)")
            let many = try await client.post(calls, [session])
            #expect(many.status == 429 && many.json?["error"]?["data"]?["reason"] == "rate_limited")
        }
    }

    // MARK: Cancelling

    private static func create(_ name: String, id: JSON) -> JSON {
        let event: JSON = ["name": .string(name), "start_at": "2030-05-01T18:00:00Z", "timezone": "UTC"]
        return request("tools/call", ["name": "create_event", "arguments": event], id)
    }

    private static func cancelled(_ id: JSON) -> JSON {
        MCPClient.notification("notifications/cancelled", ["requestId": id])
    }

    /// What is cancelled of a batch takes nothing else along, and what has not begun then does not begin.
    @Test func oneRequestOfABatchIsCancelledAlone() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            func names() async throws -> Set<String> {
                let list = try await gateway.ask("GET /events/?limit=100")
                return Set((list.json?["entries"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
            }
            gateway.luma.hold("events/create")
            let session = try await client.session("2025-03-26")
            let both = try await client.open(
                [
                    Self.create("Alone A", id: "first"), Self.create("Alone B", id: 2), Self.request("ping", [:], 3),
                    Self.request("ping", [:], 4),
                ], [session])
            #expect(await soon { gateway.luma.count("events/create") == 1 })
            for id in [2, 3] as [JSON] { #expect(try await client.post(Self.cancelled(id), [session]).status == 202) }
            gateway.luma.release("events/create")
            let answers = try await both.answer()
            #expect(answers.json?.arrayValue?.map { $0["id"] } == ["first", 4])
            #expect(answers.json?.arrayValue?.first?["result"]?["isError"] != true)

            gateway.luma.hold("events/create")
            let other = try await client.session("2025-03-26")
            let none = try await client.open(
                [Self.create("Alone C", id: "first"), Self.create("Alone D", id: 2)], [other])
            #expect(await soon { gateway.luma.count("events/create") == 2 })
            #expect(try await client.endSession(other) == 204)
            gateway.luma.release("events/create")
            #expect(try await none.answer().json == nil)
            #expect(await soon { (try? await names().contains("Alone C")) == true })
            let made = try await names().filter { $0.hasPrefix("Alone") }
            #expect(made == ["Alone A", "Alone C"])
        }
    }

    /// It is not answered: by an empty stream, or by nothing for who takes none.
    @Test(
        arguments: [
            ("Accept: application/json, text/event-stream", 200, "text/event-stream"),
            ("Accept: application/json", 202, nil),
        ] as [(String, Int, String?)])
    func aReadThatIsCancelledHasNoAnswer(accept: String, status: Int, type: String?) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let session = try await client.session("2025-06-18")
            gateway.luma.hold("events/get")
            let call = Self.request("tools/call", ["name": "get_event", "arguments": ["event_id": "evt-1"]], "slow")
            let request = try await client.open(call, [session, accept])
            #expect(await soon { gateway.luma.count("events/get") == 1 })
            // Another one's id cancels nothing.
            #expect(try await client.post(Self.cancelled("other"), [session]).status == 202)
            #expect(await request.ending() == nil)
            #expect(try await client.post(Self.cancelled("slow"), [session]).status == 202)
            let answer = try await request.answer()
            #expect(answer.status == status && answer.field("content-type") == type && answer.text.isEmpty)
            #expect(await soon { gateway.luma.cancelled == ["events/get"] })
        }
    }

    @Test func theIdOfARequestThatRunsIsTaken() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let session = try await client.session()
            gateway.luma.hold("events/get")
            let call = Self.request("tools/call", ["name": "get_event", "arguments": ["event_id": "evt-1"]], 5)
            let first = try await client.open(call, [session])
            #expect(await soon { gateway.luma.count("events/get") == 1 })
            let second = try await client.post(call, [session])
            #expect(second.json?["id"] == 5 && second.json?["error"]?["code"] == -32600, "\(second.text)")
            // What is known beforehand takes no id.
            #expect(try await client.post(Self.request("ping", [:], 6), [session]).json?["result"] == [:])
            gateway.luma.release("events/get")
            #expect(try await first.answer().json?["id"] == 5)
            #expect(try await client.post(call, [session]).json?["result"] != nil)
        }
    }
}
