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

    func withGateway(_ body: (String) async throws -> Void) async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        try await body(gateway.address + "/mcp")
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.exitCode() == 0)
    }

    @Test func aLegacySessionFromHandshakeToEnd() async throws {
        try await withGateway { url in
            let session = try await session(url + "/", "2025-06-18")
            let taken = try await post(url, ["jsonrpc": "2.0", "method": "notifications/initialized"], session)
            #expect(taken.status == 202 && taken.body.isEmpty)
            let tools = try await post(
                url, request("tools/list", id: 0), session + ["MCP-Protocol-Version: 2025-06-18"])
            #expect(tools.status == 200 && tools.json?["id"] == 0)
            #expect(tools.field("content-type") == "application/json")
            #expect(tools.json?["result"]?["tools"]?.arrayValue?.count == OfferedTools.all.count)
            let unknown = try await post(url, request("none", id: ""), session)
            #expect(unknown.status == 200 && unknown.json?["id"] == "" && unknown.json?["error"]?["code"] == -32601)

            #expect(try await post(url, request("tools/list")).status == 400)
            #expect(try await post(url, request("tools/list"), ["Mcp-Session-Id: x"]).status == 404)
            #expect(try await post(url, [request("ping")], session).status == 400)
            let header = session.flatMap { ["-H", $0] }
            #expect(try await curl(["-X", "DELETE", url] + header).status == 204)
            #expect(try await curl(["-X", "DELETE", url] + header).status == 404)
            #expect(try await post(url, request("tools/list"), session).status == 404)
        }
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

    @Test func batchesWhereTheyExist() async throws {
        try await withGateway { url in
            let session = try await session(url, "2025-03-26")
            let both = try await post(
                url, [request("ping", id: 1), ["jsonrpc": "2.0", "method": "x"], request("none", id: 2)], session)
            #expect(both.status == 200)
            #expect(both.json?.arrayValue?.map { $0["id"] } == [1, 2])
            #expect(try await post(url, [["jsonrpc": "2.0", "method": "x"]], session).status == 202)
            #expect(try await post(url, [], session).json?["error"]?["code"] == -32600)
        }
    }

    /// One id twice: the answers could not be told apart.
    @Test func aBatchThatCannotBeginIsAnsweredWhole() async throws {
        let batch: JSON = [request("ping", id: 1), 7, ["jsonrpc": "2.0", "method": "x"], request("ping", id: 1)]
        func check(_ answers: JSON?) {
            #expect(answers?.arrayValue?.map { $0["id"] } == [1, .null, 1])
            #expect(answers?.arrayValue?.allSatisfy { $0["error"]?["code"] == -32600 } == true)
        }
        try await withGateway { url in check(try await post(url, batch, session(url, "2025-03-26")).json) }
        let answers = try await standardIO([
            request("initialize", ["protocolVersion": "2025-03-26", "capabilities": [:], "clientInfo": [:]], id: 0),
            batch,
        ])
        #expect(answers.count == 2)
        check(answers.last)
    }

    private func create(_ name: String, id: JSON) -> JSON {
        let event: JSON = ["name": .string(name), "start_at": "2027-05-01T18:00:00Z", "timezone": "UTC"]
        return request("tools/call", ["name": "create_event", "arguments": event], id: id)
    }

    /// What is cancelled of a batch takes nothing else along, and what has not begun then does not begin.
    @Test func oneRequestOfABatchIsCancelledAlone() async throws {
        let gateway = try await RunningGateway.start(
            .standAlone, sandboxArguments: ["--fault", "latency=4000,on=events/create"])
        let url = gateway.address + "/mcp"
        let faults = try #require(gateway.sandboxAddress) + "/_sandbox/faults"
        /// So many creates have reached the sandbox. The session itself is not asked: its answer could take an id of the batch.
        func areUnderWay(_ count: Int) async throws -> Bool {
            try await curl(faults).json?["rules"]?.arrayValue?.first?["hits"]?.intValue == count
        }
        func names() async throws -> Set<String> {
            let list = try await curl(gateway.address + "/events/?limit=100")
            return Set((list.json?["entries"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
        }

        let session = try await session(url, "2025-03-26")
        async let both = post(
            url,
            [create("Alone A", id: "first"), create("Alone B", id: 2), request("ping", id: 3), request("ping", id: 4)],
            session)
        try await eventually("the batch is under way") { try await areUnderWay(1) }
        for id in [2, 3] as [JSON] {
            let cancelled: JSON = [
                "jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": id],
            ]
            #expect(try await post(url, cancelled, session).status == 202)
        }
        let answers = try await both
        #expect(answers.json?.arrayValue?.map { $0["id"] } == ["first", 4])
        #expect(answers.json?.arrayValue?.first?["result"]?["isError"] != true)

        let other = try await self.session(url, "2025-03-26")
        async let none = post(url, [create("Alone C", id: "first"), create("Alone D", id: 2)], other)
        try await eventually("the batch is under way") { try await areUnderWay(2) }
        #expect(try await curl(["-X", "DELETE", url] + other.flatMap { ["-H", $0] }).status == 204)
        #expect(try await none.json == nil)
        try await eventually("what had begun comes to its end") { try await names().contains("Alone C") }
        let made = try await names().filter { $0.hasPrefix("Alone") }
        #expect(made == ["Alone A", "Alone C"])
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.exitCode() == 0)
    }

    @Test func aModernRequestNeedsNoSession() async throws {
        try await withGateway { url in
            func ask(_ method: String, _ params: JSON, _ more: [String] = []) async throws -> CurlAnswer {
                let headers = ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: " + method]
                return try await post(url, request(method, params, id: "m"), headers + more)
            }
            let discovery = try await ask("server/discover", modern())
            #expect(discovery.status == 200 && discovery.json?["result"]?["resultType"] == "complete")
            #expect(discovery.field("mcp-session-id") == nil)
            let call = try await ask(
                "tools/call", modern(["name": "list_templates"]), ["Mcp-Name: list_templates", "Mcp-Session-Id: old"])
            #expect(call.json?["result"]?["structuredContent"]?["templates"]?.arrayValue?.count == 5)
            for (method, status) in [("initialize", 404), ("ping", 404), ("logging/setLevel", 404)] {
                #expect(try await ask(method, modern()).status == status)
            }
            #expect(try await ask("tools/call", modern(["name": "list_templates"])).status == 400)
            #expect(try await ask("tools/list", [:]).json?["error"]?["code"] == -32602)
            #expect(try await ask("tools/list", modern(["cursor": "x"])).status == 400)
        }
    }

    @Test func pathsMethodsAndOrigins() async throws {
        try await withGateway { url in
            let bare = try await curl("-X", "GET", url)
            #expect(bare.status == 405 && bare.field("allow")?.contains("POST") == true)
            #expect(try await curl("-X", "GET", "-H", "MCP-Protocol-Version: 2026-07-28", url).status == 405)
            #expect(try await curl("-X", "DELETE", "-H", "MCP-Protocol-Version: 2026-07-28", url).status == 405)
            let root = url.replacingOccurrences(of: "/mcp", with: "")
            for (path, allowed) in [
                ("/mcp", "GET, POST, DELETE, OPTIONS"), ("/sse", "GET, OPTIONS"), ("/messages/", "POST, OPTIONS"),
            ] {
                for method in [["-I"], ["-X", "PUT"]] {
                    let refused = try await curl(method + [root + path])
                    #expect(refused.status == 405 && refused.field("allow") == allowed, "\(method) \(path)")
                }
            }
            #expect(try await post(url, request("ping"), ["Origin: https://evil.example"]).status == 403)
            #expect(try await post(url, request("ping"), ["Origin: http://localhost:3000"]).status == 200)
            #expect(try await post(url, request("ping"), ["Host: evil.example"]).status == 421)
            let form = try await curl("-X", "POST", "-d", "a=b", url)
            #expect(form.status == 415)
            let broken = try await curl(["-X", "POST", "-H", "Content-Type: application/json", "-d", "{", url])
            #expect(broken.status == 400 && broken.json?["error"]?["code"] == -32700)
            #expect(try await curl("-X", "POST", root + "/sse").status == 405)
            #expect(try await post(root + "/messages/", request("ping")).status == 400)
            #expect(try await post(root + "/messages/?session_id=x", request("ping")).status == 404)
            #expect(try await curl("-H", "Origin: https://evil.example", root + "/sse").status == 403)
        }
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
