import Core
import Foundation
import Testing

/// Tokens and scopes as assistants meet them, over each transport.
@Suite struct MCPAccessJourneyTests {
    private static let reader = AccessJourneyTests.bearer(AccessJourneyTests.reader)
    private static let writer = AccessJourneyTests.bearer(AccessJourneyTests.writer)
    private static let handshake: JSON = [
        "protocolVersion": "2025-11-25", "capabilities": [:], "clientInfo": ["name": "t", "version": "1"],
    ]

    private func request(_ method: String, _ params: JSON = [:], id: JSON = 1) -> JSON {
        ["jsonrpc": "2.0", "id": id, "method": .string(method), "params": params]
    }

    private func post(_ url: String, _ body: JSON, _ arguments: [String]) async throws -> CurlAnswer {
        let text = String(decoding: body.encoded, as: UTF8.self)
        return try await curl(
            [
                "-H", "Content-Type: application/json", "-H", "Accept: application/json, text/event-stream",
                "--data-binary", text, url,
            ] + arguments)
    }

    /// Asks in the newest revision, which has no session.
    private func ask(
        _ root: String, _ method: String, _ params: JSONObject, _ arguments: [String]
    ) async throws -> JSON {
        var params = params
        params["_meta"] = [
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": [:],
        ]
        var headers = ["-H", "MCP-Protocol-Version: 2026-07-28", "-H", "Mcp-Method: \(method)"]
        if let name = params["name"]?.stringValue { headers += ["-H", "Mcp-Name: \(name)"] }
        let answer = try await post(root + "/mcp", request(method, .object(params)), headers + arguments)
        return try #require(answer.json, "\(answer.body)")
    }

    private func session(_ url: String, _ arguments: [String]) async throws -> [String] {
        let answer = try await post(url, request("initialize", Self.handshake), arguments)
        return ["-H", "Mcp-Session-Id: " + (try #require(answer.field("mcp-session-id"), "\(answer.body)"))]
    }

    private func names(_ answer: JSON?, _ list: String) -> Set<String> {
        Set((answer?["result"]?[list]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
    }

    @Test func aTokenSeesAndUsesWhatItMay() async throws {
        let gateway = try await AccessJourneyTests.gateway()
        let root = gateway.address
        let session = try await session(root + "/mcp", Self.reader)
        let modern = try await ask(root, "tools/list", [:], Self.reader)
        let legacy = try await post(root + "/mcp", request("tools/list"), Self.reader + session).json
        for list in [modern, legacy] {
            #expect(names(list, "tools") == OfferedTools.reading)
        }
        #expect(names(try await ask(root, "prompts/list", [:], Self.reader), "prompts") == ["weekly_overview"])
        let all = names(try await ask(root, "tools/list", [:], Self.writer), "tools")
        #expect(all == OfferedTools.all)
        let tea: JSON = ["name": "Secret tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]
        for name in OfferedTools.writing {
            let params: JSONObject = ["name": .string(name), "arguments": tea]
            let refused = try await ask(root, "tools/call", params, Self.reader)
            #expect(refused["error"]?["code"] == -32602, "\(refused)")
            let again = try await post(
                root + "/mcp", request("tools/call", .object(params)), Self.reader + session)
            #expect(again.json?["error"]?["code"] == -32602)
        }
        let prompt = try await ask(root, "prompts/get", ["name": "plan_an_event"], Self.reader)
        #expect(prompt["error"]?["code"] == -32602)
        let made = try await ask(root, "tools/call", ["name": "create_event", "arguments": tea], Self.writer)
        #expect(made["result"]?["isError"] == false)
        #expect(try await curl(Self.reader + [root + "/events/"]).json?["entries"]?.arrayValue?.isEmpty == false)

        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.exitCode() == 0)
        let log = gateway.program.standardError
        let calls = log.split(separator: "\n").compactMap { try? JSON.parse(String($0)) }
            .filter { $0["message"] == "Tool call" }
        #expect(calls.count == 9)
        let created = try #require(calls.first { $0["outcome"] == "ok" })
        #expect(created["label"] == "bot" && created["tool"] == "create_event")
        #expect((created["duration_us"]?.intValue ?? 0) > 0 && (created["arguments"]?.stringValue?.count ?? 0) > 8)
        #expect(calls.filter { $0["label"] == "ann" && $0["outcome"] == "refused" }.count == 8)
        #expect(!log.contains("Secret tea"))
    }

    @Test func aSessionIsForWhoMadeIt() async throws {
        let gateway = try await AccessJourneyTests.gateway()
        let url = gateway.address + "/mcp"
        let session = try await session(url, Self.reader)
        #expect(try await post(url, request("tools/list"), Self.reader + session).status == 200)
        #expect(try await post(url, request("tools/list"), Self.writer + session).status == 404)
        #expect(try await post(url, request("tools/list"), session).status == 401)
        let stream = ["-H", "Accept: text/event-stream", "--max-time", "5"]
        #expect(try await curl(Self.writer + session + stream + [url]).status == 404)
        #expect(try await curl(["-X", "DELETE"] + Self.writer + session + [url]).status == 404)
        #expect(try await curl(["-X", "DELETE"] + session + [url]).status == 401)
        #expect(try await curl(["-X", "DELETE"] + Self.reader + session + [url]).status == 204)
    }

    @Test func aConfirmationIsForWhoSawThePreview() async throws {
        let gateway = try await AccessJourneyTests.gateway()
        let root = gateway.address
        let admin = AccessJourneyTests.bearer("admin-admin-admin-admin-3")
        func call(_ tool: String, _ arguments: JSON, _ token: [String]) async throws -> JSON {
            let answer = try await ask(
                root, "tools/call", ["name": .string(tool), "arguments": arguments], token)
            return try #require(answer["result"], "\(answer)")
        }
        let tea: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]
        let made = try await call("create_event", tea, Self.writer)
        let id = try #require(made["structuredContent"]?["event"]?["id"])
        let preview = try await call("cancel_event", ["event_id": id], Self.writer)
        let confirm = try #require(preview["structuredContent"]?["confirm"])
        #expect(try await call("cancel_event", ["event_id": id, "confirm": confirm], admin)["isError"] == true)
        let done = try await call("cancel_event", ["event_id": id, "confirm": confirm], Self.writer)
        #expect(done["structuredContent"]?["status"] == "canceled")
    }

    @Test func theOldTransportAsksOnBothOfItsWays() async throws {
        let gateway = try await AccessJourneyTests.gateway()
        let stream = try await OpenStream(Self.reader + [gateway.address + "/sse"])
        try await stream.hears("event: endpoint\ndata: /")
        try await stream.hears("\n\n")
        let path = stream.text.components(separatedBy: "data: ")[1].prefix { $0 != "\n" }
        let url = gateway.address + String(path)
        let ping = request("ping", id: 7)
        #expect(try await post(url, ping, []).status == 401)
        #expect(try await post(url, ping, Self.writer).status == 404)
        #expect(!stream.text.contains(#""id":7"#))
        #expect(try await post(url, ping, Self.reader).status == 202)
        try await stream.hears(#""id":7,"result":{}"#)
    }

    @Test func aGatewayThatChangesNothingOffersNoToolThatDoes() async throws {
        let gateway = try await RunningGateway.start(.inProcess, environment: ["LUMA_READ_ONLY": "true"])
        let listed = names(try await ask(gateway.address, "tools/list", [:], []), "tools")
        #expect(listed == OfferedTools.reading)
        let refused = try await ask(gateway.address, "tools/call", ["name": "cancel_event"], [])
        #expect(refused["error"]?["code"] == -32602)
    }

    @Test func overStandardInputToo() async throws {
        let lines: [JSON] = [
            request("initialize", Self.handshake, id: 0), request("tools/list", id: 1),
            request("tools/call", ["name": "create_event", "arguments": [:]], id: 2),
            request("tools/call", ["name": "list_templates"], id: 3),
        ]
        let input = lines.map { String(decoding: $0.encoded, as: UTF8.self) }.joined(separator: "\n")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("stdio-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(input.utf8).write(to: folder.appendingPathComponent("in"))
        // Whoever starts the program needs no token to speak with it.
        let command = "\"\(Program.path)\" mcp --sandbox --read-only --auth-tokens '\(AccessJourneyTests.tokens)' < in"
        let result = try await run("sh", ["-c", command], folder: folder)
        #expect(result.code == 0)
        let answers = try result.out.split(separator: "\n").map { try JSON.parse(String($0)) }
        let listed = names(answers.first { $0["id"] == 1 }, "tools")
        #expect(listed == OfferedTools.reading)
        #expect(answers.first { $0["id"] == 2 }?["error"]?["code"] == -32602)
        #expect(answers.first { $0["id"] == 3 }?["result"]?["isError"] == false)
        #expect(result.err.contains("label=local") || result.err.contains(#""label":"local""#), "\(result.err)")
    }
}
