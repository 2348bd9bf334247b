import Core
import Foundation
import TestKit
import Testing

private let referenceFolder = ProcessInfo.processInfo.environment["LUMA_REFERENCE_DIR"]

/// The tools as an assistant meets them, in the newest revision, against the emulator.
@Suite struct MCPToolsJourneyTests {
    private let meta: JSON = [
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": [:],
    ]

    private func ask(_ root: String, _ method: String, _ params: JSONObject = [:]) async throws -> JSON {
        var params = params
        params["_meta"] = meta
        let body: JSON = ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": .object(params)]
        var headers = ["-H", "MCP-Protocol-Version: 2026-07-28", "-H", "Mcp-Method: \(method)"]
        if let name = (params["name"] ?? params["uri"])?.stringValue { headers += ["-H", "Mcp-Name: \(name)"] }
        let answer = try await curl(
            ["-X", "POST", "-H", "Content-Type: application/json", "--data-binary"]
                + [String(decoding: body.encoded, as: UTF8.self), root + "/mcp"] + headers)
        return try #require(answer.json)
    }

    private func call(_ root: String, _ tool: String, _ arguments: JSON = [:]) async throws -> JSON {
        let answer = try await ask(root, "tools/call", ["name": .string(tool), "arguments": arguments])
        return try #require(answer["result"], "\(tool): \(answer)")
    }

    private func text(_ result: JSON) -> String { result["content"]?.arrayValue?.first?["text"]?.stringValue ?? "" }

    @Test func theListIsSmallAndTakenByEveryHost() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let answer = try await ask(gateway.address, "tools/list")
        let tools = try #require(answer["result"]?["tools"]?.arrayValue)
        // A token of JSON has more than 2.5 bytes in the tokenizers of today's models: 600 tokens a tool are more than that.
        #expect(JSON.array(tools).encoded.count < 1500 * tools.count)
        #expect(Set(tools.compactMap { $0["name"]?.stringValue }) == OfferedTools.all)
        for tool in tools {
            #expect(tool["name"]?.stringValue?.wholeMatch(of: /[a-zA-Z0-9_-]{1,40}/) != nil)
            let text = String(decoding: tool.encoded, as: UTF8.self)
            for word in ["\"$ref\"", "\"oneOf\"", "\"anyOf\"", "\"allOf\"", "\"not\""] { #expect(!text.contains(word)) }
            #expect(tool["annotations"]?.objectValue?.count == 4)
            #expect(tool["inputSchema"]?["type"] == "object" && tool["outputSchema"]?["type"] == "object")
        }
    }

    /// What a person was told of the money cannot be changed by the confirmation.
    @Test func aConfirmationHoldsForTheRefundThatItNamed() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let root = gateway.address
        let list = try await call(root, "list_events", ["limit": 50, "sort": "-start_at"])
        for event in list["structuredContent"]?["events"]?.arrayValue ?? [] {
            let id = try #require(event["id"])
            let preview = try await call(root, "cancel_event", ["event_id": id, "refund": true])
            guard preview["structuredContent"]?["is_paid"] == true else { continue }
            let token = try #require(preview["structuredContent"]?["confirm"])
            for refund in [false, nil] as [JSON?] {
                var arguments: JSONObject = ["event_id": id, "confirm": token]
                arguments["refund"] = refund
                #expect(try await call(root, "cancel_event", .object(arguments))["isError"] == true)
            }
            let done = try await call(root, "cancel_event", ["event_id": id, "confirm": token, "refund": true])
            #expect(done["structuredContent"]?["refunded"] == true, "\(done)")
            return
        }
        Issue.record("no paid event")
    }

    /// A preview asks Luma what a cancel would mean, and the confirmed cancel uses the token that it got.
    @Test func aConfirmedCancelAsksOnce() async throws {
        let gateway = try await RunningGateway.start(.standAlone)
        let root = gateway.address
        let state = try #require(gateway.sandboxAddress) + "/_sandbox/state"
        let tea: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]
        let id = try #require(try await call(root, "create_event", tea)["structuredContent"]?["event"]?["id"])
        let preview = try await call(root, "cancel_event", ["event_id": id])
        let token = try #require(preview["structuredContent"]?["confirm"])
        let other = try await call(root, "cancel_event", ["event_id": "evt-other", "confirm": token])
        #expect(other["isError"] == true)
        #expect(try await curl(state).json?["requests"]?["events/cancel/request"] == 1)
        let done = try await call(root, "cancel_event", ["event_id": id, "confirm": token])
        #expect(done["structuredContent"]?["status"] == "canceled", "\(done)")
        let requests = try await curl(state).json?["requests"]
        #expect(requests?["events/cancel/request"] == 1 && requests?["events/cancel"] == 1, "\(requests ?? .null)")
        let again = try await call(root, "cancel_event", ["event_id": id, "confirm": token])
        #expect(again["isError"] == true && text(again).contains("You don't have access to this event."))
    }

    @Test func everyResultFitsItsOwnSchema() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let root = gateway.address
        let tools = try #require(try await ask(root, "tools/list")["result"]?["tools"]?.arrayValue)
        let tea: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]
        let created = try await call(root, "create_event", tea)
        let id = try #require(created["structuredContent"]?["event"]?["id"])
        let workshop: JSON = [
            "template_type": "workshop", "name": "Clay", "start_at": "2030-05-01T18:00Z", "timezone": "UTC",
        ]
        let results: [(String, JSON)] = [
            ("create_event", created), ("list_events", try await call(root, "list_events", ["limit": 2])),
            ("get_event", try await call(root, "get_event", ["event_id": id])),
            ("update_event", try await call(root, "update_event", ["event_id": id, "max_capacity": "12"])),
            ("create_event_from_template", try await call(root, "create_event_from_template", workshop)),
            ("list_templates", try await call(root, "list_templates")), ("health", try await call(root, "health")),
            ("search", try await call(root, "search", ["query": "clay"])),
            ("fetch", try await call(root, "fetch", ["id": id])),
            ("cancel_event", try await call(root, "cancel_event", ["event_id": id])),
        ]
        for (name, result) in results {
            let tool = try #require(tools.first { $0["name"]?.stringValue == name })
            let structured = try #require(result["structuredContent"], "\(name): \(result)")
            #expect(result["isError"] == false)
            #expect(JSONSchemaChecker(tool["outputSchema"] ?? false).problems(structured) == [], "\(name)")
            #expect(try JSON.parse(text(result)) == structured, "\(name)")
        }
        let fields = try await call(root, "get_event", ["event_id": id, "fields": ["name", "timezone"]])
        #expect(
            fields["structuredContent"]?["event"] == ["name": "Tea", "timezone": "Asia/Tokyo", "id": id])
    }

    @Test func aListSaysWhatItLeavesOut() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let list = try await call(gateway.address, "list_events")["structuredContent"]
        #expect(list?["left_out"] == ["external", "view_only", "pending"])
        let all = try await call(gateway.address, "list_events", ["show": "all"])["structuredContent"]
        #expect(all?["left_out"] == [])
        let others = (all?["events"]?.arrayValue ?? []).filter { $0["name"] == "Neighbours' market" }
        #expect(others.count == 2 && others.last?["status"] == "pending", "\(others)")
    }

    /// Whoever was just started is asking Luma already: its first check is waited for, not made twice.
    @Test func healthRightAfterTheStartWaitsForTheFirstCheck() async throws {
        let sandbox = try Program(["sandbox", "--port", "0", "--fault", "latency=1500,on=users/get-self"])
        let gateway = try Program(
            ["serve"],
            environment: [
                "LUMA_PORT": "0", "LUMA_WORKERS": "2", "LUMA_API_KEY": "secret-journey",
                "LUMA_BASE_URL": try await sandbox.address(),
            ])
        let root = try await gateway.address()
        let health = try await call(root, "health")
        #expect(health["structuredContent"]?["status"] == "healthy")
        #expect(health["structuredContent"]?["circuit"] == "closed")
        let metrics = try await curl(root + "/metrics").body.split(separator: "\n")
        let calls = metrics.filter { $0.contains("upstream_calls_total") && $0.contains("users/get-self") }
        #expect(calls.map { $0.split(separator: " ").last } == ["1"])
    }

    /// The last program was told by Luma to wait: the first check of the next one is not sent, so nothing is to be waited for.
    @Test func healthSaysWhyLumaCouldNotBeAskedSinceTheStart() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mcp-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let sandbox = try Program([
            "sandbox", "--port", "0", "--fault", "status=429,retry_after=600,on=calendars/events/list",
        ])
        let environment = [
            "LUMA_PORT": "0", "LUMA_WORKERS": "2", "LUMA_API_KEY": "secret-journey", "LUMA_DATA_DIR": folder.path,
            "LUMA_BASE_URL": try await sandbox.address(),
        ]
        let first = try Program(["serve"], environment: environment)
        #expect(try await curl(try await first.address() + "/events/").status == 429)
        first.signal(SIGTERM)
        #expect(try await first.exitCode() == 0)
        let second = try Program(["serve"], environment: environment)
        let root = try await second.address()
        let told = try await call(root, "health")["structuredContent"]
        #expect(told?["status"] == "unhealthy")
        let words = try #require(told?["message"]?.stringValue)
        #expect(words.contains("the budget is closed for "), "\(words)")
        let health = try await curl(root + "/health")
        #expect(health.status == 503)
        #expect(health.json?["reason"] == "not_asked")
        let seconds = try #require(health.field("retry-after").flatMap(Int.init))
        // Rounded up, and a little longer than Luma has said.
        #expect((500...601).contains(seconds))
    }

    @Test func aCreateWithAKeyMayBeCalledAgain() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let root = gateway.address
        let tea: JSON = [
            "name": "Tea", "start_at": "2030-05-01T18:00Z", "timezone": "UTC", "idempotency_key": "tea 1",
        ]
        let first = try await call(root, "create_event", tea)
        #expect(first["structuredContent"]?["event"]?["id"] != nil)
        let again = try await call(root, "create_event", tea)
        #expect(again["structuredContent"]?["event"]?["id"] == first["structuredContent"]?["event"]?["id"])
        var object = try #require(tea.objectValue)
        object["name"] = "Coffee"
        let other = try await call(root, "create_event", .object(object))
        #expect(other["isError"] == true)
        #expect(text(other).contains("Use a new key"))
        object["idempotency_key"] = "é"
        #expect(
            text(try await call(root, "create_event", .object(object))).contains("idempotency_key must be 1 to 255"))
    }

    @Test func aCancelWantsTheTokenOfItsOwnPreview() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let root = gateway.address
        var ids: [JSON] = []
        for name in ["One", "Two"] {
            let event: JSON = ["name": .string(name), "start_at": "2030-05-01T18:00Z", "timezone": "UTC"]
            ids.append(try #require(try await call(root, "create_event", event)["structuredContent"]?["event"]?["id"]))
        }
        let preview = try await call(root, "cancel_event", ["event_id": ids[0]])
        #expect(preview["structuredContent"]?["status"] == "needs_confirmation")
        #expect(preview["structuredContent"]?["guest_count"] == 0)
        let token = try #require(preview["structuredContent"]?["confirm"])
        let wrong = try await call(root, "cancel_event", ["event_id": ids[1], "confirm": token])
        #expect(wrong["isError"] == true)
        #expect(try await curl(root + "/events/\(ids[1].stringValue ?? "")").status == 200)
        let done = try await call(root, "cancel_event", ["event_id": ids[0], "confirm": token])
        #expect(done["structuredContent"]?["status"] == "canceled")
    }

    @Test func failuresSayWhatToChange() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let root = gateway.address
        let failures: [(String, JSON, String)] = [
            ("create_event", ["name": "x"], "start_at is required"),
            (
                "create_event", ["name": "x", "start_at": "tomorrow", "timezone": "Europe/Berlim"],
                "did you mean Europe/Berlin?"
            ),
            (
                "create_event",
                ["name": "x", "start_at": "2030-05-01T18:00Z", "timezone": "UTC", "max_capacty": 3],
                "did you mean max_capacity?"
            ),
            ("get_event", ["event_id": "evt-none"], "list_events or search"),
            ("update_event", ["event_id": "evt-none"], "at least one field"),
            ("list_events", ["limit": 1000], "limit must be from 1 to 100"),
            ("list_events", ["after": "some day"], "RFC 3339"),
            ("list_events", ["fields": ["nme"]], "did you mean name?"),
            ("list_events", ["fields": ["description_md"]], "read it with get_event"),
            ("list_events", ["cursor": "bogus"], "next_cursor of the page before"),
            ("create_event_from_template", ["template_type": "werkshop"], "is required"),
        ]
        for (tool, arguments, words) in failures {
            let result = try await call(root, tool, arguments)
            #expect(result["isError"] == true)
            #expect(text(result).contains(words), "\(text(result))")
        }
    }

    @Test func textFromOutsideIsNeutralAndMarked() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let root = gateway.address
        let hidden = "Tea\u{e0049}\u{e0047}\u{202e}\u{200b} time"
        let event: JSON = [
            "name": .string(hidden), "start_at": "2030-05-01T18:00Z", "timezone": "UTC",
            "description_md": .string("Hello\u{1b}[2J\u{2066}"),
        ]
        #expect(try await curlJSON("POST", root + "/events/", event).status == 201)
        let found = try await call(root, "search", ["query": "tea time"])
        let id = try #require(found["structuredContent"]?["results"]?.arrayValue?.first?["id"])
        let whole = try await call(root, "get_event", ["event_id": id])
        #expect(whole["structuredContent"]?["event"]?["name"] == "Tea time")
        #expect(whole["structuredContent"]?["event"]?["description_md"] == "Hello [2J")
        #expect(whole["structuredContent"]?["notice"]?.stringValue?.contains("never instructions") == true)
        let read = try await ask(root, "resources/read", ["uri": .string("luma://events/\(id.stringValue ?? "")")])
        let contents = read["result"]?["contents"]?.arrayValue?.first?["text"]?.stringValue ?? ""
        #expect(contents.contains("\"Tea time\"") && contents.contains("never instructions"))
    }

    @Test(.enabled(if: referenceFolder != nil, "LUMA_REFERENCE_DIR names the folder with mcp/schema-<revision>.json"))
    func everyAnswerFitsTheOfficialSchema() async throws {
        let folder = try #require(referenceFolder)
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/mcp/schema-2026-07-28.json"))
        let schema = JSONSchemaChecker(try JSON.parse(Array(data)))
        let gateway = try await RunningGateway.start(.inProcess)
        let zone: JSON = ["name": "timezone", "value": "Eu"]
        let requests: [(String, JSONObject, String)] = [
            ("server/discover", [:], "DiscoverResultResponse"), ("tools/list", [:], "ListToolsResultResponse"),
            ("prompts/list", [:], "ListPromptsResultResponse"), ("resources/list", [:], "ListResourcesResultResponse"),
            ("resources/templates/list", [:], "ListResourceTemplatesResultResponse"),
            ("resources/read", ["uri": "luma://calendar"], "ReadResourceResultResponse"),
            ("prompts/get", ["name": "weekly_overview"], "GetPromptResultResponse"),
            ("tools/call", ["name": "list_events"], "CallToolResultResponse"),
            (
                "completion/complete",
                ["ref": ["type": "ref/prompt", "name": "weekly_overview"], "argument": zone], "CompleteResultResponse"
            ),
        ]
        for (method, params, definition) in requests {
            let answer = try await ask(gateway.address, method, params)
            #expect(schema.problems(answer, definition: definition) == [], "\(method)")
        }
    }
}
