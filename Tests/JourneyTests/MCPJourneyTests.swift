import Core
import Foundation
import Store
import Testing

/// MCP over the wire, by `curl` and over standard input.
@Suite struct MCPJourneyTests {
    private static let accept = ["-H", "Accept: application/json, text/event-stream"]

    func post(_ url: String, _ body: JSON, _ headers: [String] = []) async throws -> CurlAnswer {
        let arguments = [
            "-X", "POST", "-H", "Content-Type: application/json", "--data-binary",
            String(decoding: body.encoded, as: UTF8.self), url,
        ]
        return try await curl(arguments + Self.accept + headers.flatMap { ["-H", $0] })
    }

    func request(_ method: String, _ params: JSON = [:], id: JSON = 1) -> JSON {
        ["jsonrpc": "2.0", "id": id, "method": .string(method), "params": params]
    }

    func modern(_ params: JSONObject = [:], capabilities: JSON = [:]) -> JSON {
        var params = params
        params["_meta"] = [
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": capabilities,
        ]
        return .object(params)
    }

    /// A session and the header that names it.
    func session(_ url: String, _ version: String) async throws -> [String] {
        let answer = try await post(
            url,
            request(
                "initialize", ["protocolVersion": .string(version), "capabilities": [:], "clientInfo": ["name": "t"]]))
        #expect(answer.status == 200)
        return ["Mcp-Session-Id: " + (try #require(answer.field("mcp-session-id")))]
    }

    @Test func anEndedSessionStaysEndedAfterARestart() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mcp-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        var ids: [[String]] = []
        for isFirst in [true, false] {
            let gateway = try await RunningGateway.start(.inProcess, environment: ["LUMA_DATA_DIR": folder.path])
            let url = gateway.address + "/mcp"
            if isFirst {
                for _ in 0..<3 { ids.append(try await session(url, "2025-11-25")) }
                for id in ids.dropFirst() {
                    #expect(try await curl("-X", "DELETE", url, "-H", id[0]).status == 204)
                }
            }
            #expect(try await post(url, request("ping"), ids[0]).status == 200)
            for id in ids.dropFirst() { #expect(try await post(url, request("ping"), id).status == 404) }
            gateway.program.signal(SIGTERM)
            #expect(try await gateway.program.exitCode() == 0)
        }
    }

    /// A DELETE is answered when it is kept; while that cannot be, in good time and without a promise.
    @Test func whatADeletePromisesOutlivesAKill() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mcp-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let environment = ["LUMA_DATA_DIR": folder.path]
        let first = try await RunningGateway.start(.inProcess, environment: environment)
        let url = first.address + "/mcp"
        let ids = [try await session(url, "2025-11-25"), try await session(url, "2025-06-18")]
        #expect(try await curl("-X", "DELETE", url, "-H", ids[0][0]).status == 204)
        let other = try SQLiteConnection(.file(folder.path + "/luma.db"))
        try other.execute("BEGIN IMMEDIATE")
        #expect(try await curl("-X", "DELETE", url, "-H", ids[1][0]).status == 202)
        #expect(try await post(url, request("ping"), ids[1]).status == 404)
        first.program.signal(SIGKILL)
        _ = try await first.program.exitCode()
        try other.execute("ROLLBACK")
        let second = try await RunningGateway.start(.inProcess, environment: environment)
        #expect(try await post(second.address + "/mcp", request("ping"), ids[0]).status == 404)
        #expect(try await post(second.address + "/mcp", request("ping"), ids[1]).status == 200)
    }

    /// Who knows only the id of a session cannot tell whether it was ended, until the database can be read.
    @Test func noIDBringsASessionBackBeforeItIsKnownWhatHasEnded() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mcp-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let environment = ["LUMA_DATA_DIR": folder.path]
        let first = try await RunningGateway.start(.inProcess, environment: environment)
        let ids = [
            try await session(first.address + "/mcp", "2025-11-25"),
            try await session(first.address + "/mcp", "2025-11-25"),
        ]
        #expect(try await curl("-X", "DELETE", first.address + "/mcp", "-H", ids[0][0]).status == 204)
        first.program.signal(SIGTERM)
        #expect(try await first.program.exitCode() == 0)
        let other = try SQLiteConnection(.file(folder.path + "/luma.db"))
        // Nobody else can so much as read.
        try other.execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE held (x); COMMIT")
        let second = try await RunningGateway.start(.inProcess, environment: environment)
        let url = second.address + "/mcp"
        for id in ids {
            let refused = try await post(url, request("ping"), id)
            #expect(refused.status == 503)
            #expect(refused.field("retry-after") == "1")
            #expect(try await curl("-X", "DELETE", url, "-H", id[0]).status == 503)
        }
        let fresh = try await session(url, "2025-11-25")
        #expect(try await post(url, request("ping"), fresh).status == 200)
        try other.execute("PRAGMA locking_mode = NORMAL; DROP TABLE held")
        try await eventually("the database can be read") { try await post(url, request("ping"), ids[1]).status == 200 }
        #expect(try await post(url, request("ping"), ids[0]).status == 404)
    }

    /// One id twice: the answers could not be told apart.
    @Test func aBatchThatCannotBeginIsAnsweredWhole() async throws {
        let answers = try await standardIO([
            request("initialize", ["protocolVersion": "2025-03-26", "capabilities": [:], "clientInfo": [:]], id: 0),
            [request("ping", id: 1), 7, ["jsonrpc": "2.0", "method": "x"], request("ping", id: 1)],
        ])
        #expect(answers.count == 2)
        #expect(answers.last?.arrayValue?.map { $0["id"] } == [1, .null, 1])
        #expect(answers.last?.arrayValue?.allSatisfy { $0["error"]?["code"] == -32600 } == true)
    }

    @Test func standardInputAndOutput() async throws {
        let lines: [JSON] = [
            request("server/discover", id: "probe"),
            request("initialize", ["protocolVersion": "2025-11-25", "capabilities": [:], "clientInfo": [:]], id: 0),
            "no message", request("tools/call", ["name": "list_templates"], id: 1),
            request("tools/call", modern(["name": "list_templates"]), id: 2),
            request("tools/call", ["name": "list_events", "arguments": ["limit": "1"]], id: 3),
        ]
        let answers = try await standardIO(lines)
        #expect(answers.count == 6)
        func answer(_ id: JSON) -> JSON? { answers.first { $0["id"] == id } }
        #expect(answer("probe")?["error"]?["code"] == -32601)
        #expect(answer(0)?["result"]?["protocolVersion"] == "2025-11-25")
        #expect(answer(nil)?["error"]?["code"] == -32600)
        #expect(answer(1)?["result"]?["resultType"] == nil && answer(1)?["result"]?["isError"] == false)
        #expect(answer(2)?["result"]?["resultType"] == "complete")
        #expect(answer(3)?["result"]?["structuredContent"]?["events"]?.arrayValue?.count == 1)
    }

    /// What the program answers to these lines over standard input and output.
    private func standardIO(_ lines: [JSON]) async throws -> [JSON] {
        let input = lines.map { String(decoding: $0.encoded, as: UTF8.self) }.joined(separator: "\n")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("stdio-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(input.utf8).write(to: folder.appendingPathComponent("in"))
        let result = try await run("sh", ["-c", "\"\(Program.path)\" mcp --sandbox < in"], folder: folder)
        #expect(result.code == 0)
        return try result.out.split(separator: "\n").map { try JSON.parse(String($0)) }
    }
}
