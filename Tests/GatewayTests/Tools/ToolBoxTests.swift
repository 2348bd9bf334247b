import Core
import GatewayAPI
import LumaSandbox
import Settings
import TestKit
import Testing

@testable import Gateway

/// The tools as an assistant meets them, in the newest revision, against the emulator.
@Suite struct ToolBoxTests {
    private static let tea: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]

    private func create(_ client: MCPClient, _ event: JSON = tea) async throws -> JSON {
        try #require(try await client.result("create_event", event)["event"]?["id"])
    }

    private func text(_ result: JSON) -> String { result["content"]?.arrayValue?.first?["text"]?.stringValue ?? "" }

    // MARK: What they are

    @Test func theListIsSmallAndTakenByEveryHost() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let answer = try await MCPClient(gateway).modern("tools/list")
            let tools = try #require(answer.json?["result"]?["tools"]?.arrayValue)
            // A token of JSON has more than 2.5 bytes in the tokenizers of today's models: 600 tokens a tool are more than that.
            #expect(JSON.array(tools).encoded.count < 1500 * tools.count)
            let names = Set(tools.compactMap { $0["name"]?.stringValue })
            #expect(names == OfferedTools.all && names == ToolBox.names)
            for tool in tools {
                #expect(tool["name"]?.stringValue?.wholeMatch(of: /[a-zA-Z0-9_-]{1,40}/) != nil)
                let text = String(decoding: tool.encoded, as: UTF8.self)
                for word in ["\"$ref\"", "\"oneOf\"", "\"anyOf\"", "\"allOf\"", "\"not\""] {
                    #expect(!text.contains(word))
                }
                #expect(tool["annotations"]?.objectValue?.count == 4)
                #expect(tool["inputSchema"]?["type"] == "object" && tool["outputSchema"]?["type"] == "object")
            }
        }
    }

    @Test func everyResultFitsItsOwnSchema() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let tools = try #require(try await client.modern("tools/list").json?["result"]?["tools"]?.arrayValue)
            let created = try await client.call("create_event", Self.tea)
            let id = try #require(created["structuredContent"]?["event"]?["id"])
            let workshop: JSON = [
                "template_type": "workshop", "name": "Clay", "start_at": "2030-05-01T18:00Z", "timezone": "UTC",
            ]
            let results: [(String, JSON)] = [
                ("create_event", created), ("list_events", try await client.call("list_events", ["limit": 2])),
                ("get_event", try await client.call("get_event", ["event_id": id])),
                ("update_event", try await client.call("update_event", ["event_id": id, "max_capacity": "12"])),
                ("create_event_from_template", try await client.call("create_event_from_template", workshop)),
                ("list_templates", try await client.call("list_templates")),
                ("health", try await client.call("health")),
                ("search", try await client.call("search", ["query": "clay"])),
                ("fetch", try await client.call("fetch", ["id": id])),
                ("cancel_event", try await client.call("cancel_event", ["event_id": id])),
            ]
            for (name, result) in results {
                let tool = try #require(tools.first { $0["name"]?.stringValue == name })
                let structured = try #require(result["structuredContent"], "\(name): \(result)")
                #expect(result["isError"] == false)
                #expect(JSONSchemaChecker(tool["outputSchema"] ?? false).problems(structured) == [], "\(name)")
                #expect(try JSON.parse(text(result)) == structured, "\(name)")
            }
            let fields = try await client.result("get_event", ["event_id": id, "fields": ["name", "timezone"]])
            #expect(fields["event"] == ["name": "Tea", "timezone": "Asia/Tokyo", "id": id])
        }
    }

    // MARK: Reading

    @Test func aListSaysWhatItLeavesOut() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            #expect(try await client.result("list_events")["left_out"] == ["external", "view_only", "pending"])
            let all = try await client.result("list_events", ["show": "all"])
            #expect(all["left_out"] == [])
            let others = (all["events"]?.arrayValue ?? []).filter { $0["name"] == "Neighbours' market" }
            #expect(others.count == 2 && others.last?["status"] == "pending", "\(others)")
        }
    }

    @Test func textFromOutsideIsNeutralAndMarked() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let event: JSON = [
                "name": .string("Tea\u{e0049}\u{e0047}\u{202e}\u{200b} time"), "start_at": "2030-05-01T18:00Z",
                "timezone": "UTC", "description_md": .string("Hello\u{1b}[2J\u{2066}"),
            ]
            #expect(try await gateway.ask("POST /events/", [], event).status == 201)
            let found = try await client.result("search", ["query": "tea time"])
            let id = try #require(found["results"]?.arrayValue?.first?["id"])
            let whole = try await client.result("get_event", ["event_id": id])
            #expect(whole["event"]?["name"] == "Tea time")
            #expect(whole["event"]?["description_md"] == "Hello [2J")
            #expect(whole["notice"]?.stringValue?.contains("never instructions") == true)
            let uri = JSON.string("luma://events/\(id.stringValue ?? "")")
            let read = try await client.modern("resources/read", ["uri": uri]).json
            let contents = read?["result"]?["contents"]?.arrayValue?.first?["text"]?.stringValue ?? ""
            #expect(contents.contains("\"Tea time\"") && contents.contains("never instructions"))
        }
    }

    // MARK: Writing

    @Test func aCreateWithAKeyMayBeCalledAgain() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            var tea: JSONObject = [
                "name": "Tea", "start_at": "2030-05-01T18:00Z", "timezone": "UTC", "idempotency_key": "tea 1",
            ]
            let first = try await create(client, .object(tea))
            #expect(try await create(client, .object(tea)) == first)
            #expect(gateway.luma.count("events/create") == 1)
            tea["name"] = "Coffee"
            #expect(try await client.failure("create_event", .object(tea)).contains("Use a new key"))
            tea["idempotency_key"] = "é"
            #expect(try await client.failure("create_event", .object(tea)).contains("idempotency_key must be 1 to 255"))
        }
    }

    @Test func anUpdateChangesWhatIsGivenAndClearsWhatIsNamed() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let id = try await create(client)
            let changed = try await client.result(
                "update_event", ["event_id": id, "name": "Coffee", "max_capacity": 12])["event"]
            #expect(changed?["name"] == "Coffee" && changed?["max_capacity"] == 12 && changed?["id"] == id)
            #expect(changed?["timezone"] == "Asia/Tokyo")
            let cleared = try await client.result("update_event", ["event_id": id, "clear": ["max_capacity"]])["event"]
            #expect(cleared?["name"] == "Coffee" && (cleared?["max_capacity"] ?? .null) == .null, "\(cleared ?? .null)")
            let both: JSON = ["event_id": id, "max_capacity": 3, "clear": ["max_capacity"]]
            #expect(try await client.failure("update_event", both).contains("names max_capacity, which is given"))
            // REST sees the same.
            let read = try await gateway.ask("GET /events/\(id.stringValue ?? "")")
            #expect(read.json?["name"] == "Coffee")
        }
    }

    @Test(
        arguments: [
            ("create_event", ["name": "x"], "start_at is required"),
            (
                "create_event", ["name": "x", "start_at": "tomorrow", "timezone": "Europe/Berlim"],
                "did you mean Europe/Berlin?"
            ),
            (
                "create_event", ["name": "x", "start_at": "2030-05-01T18:00Z", "timezone": "UTC", "max_capacty": 3],
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
        ] as [(String, JSON, String)])
    func aFailureSaysWhatToChange(tool: String, arguments: JSON, words: String) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let told = try await MCPClient(gateway).failure(tool, arguments)
            #expect(told.contains(words), "\(told)")
        }
    }

    /// What Luma says when it fails is cited as words from outside.
    @Test(arguments: [
        (400, "Words from Luma"), (401, "valid LUMA_API_KEY"), (500, "Try again in a minute"),
    ])
    func aFailureOfLumaIsTold(status: Int, words: String) async throws {
        try await InProcess.serve([.maxRetries: "0"]) { (gateway: InProcess) async throws in
            gateway.luma.answer("events/get", with: .json(status, ["message": "Words from Luma", "code": nil]))
            let told = try await MCPClient(gateway).failure("get_event", ["event_id": "evt-1"])
            #expect(told.contains(words), "\(told)")
        }
    }

    // MARK: Cancelling

    @Test func aCancelWantsTheTokenOfItsOwnPreview() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            var ids: [JSON] = []
            for name in ["One", "Two"] as [JSON] {
                ids.append(
                    try await create(client, ["name": name, "start_at": "2030-05-01T18:00Z", "timezone": "UTC"]))
            }
            let preview = try await client.result("cancel_event", ["event_id": ids[0]])
            #expect(preview["status"] == "needs_confirmation" && preview["guest_count"] == 0)
            #expect(preview["name"] == "One" && preview["event_id"] == ids[0])
            let token = try #require(preview["confirm"])
            _ = try await client.failure("cancel_event", ["event_id": ids[1], "confirm": token])
            #expect(try await gateway.ask("GET /events/\(ids[1].stringValue ?? "")").status == 200)
            let done = try await client.result("cancel_event", ["event_id": ids[0], "confirm": token])
            #expect(done["status"] == "canceled")
            #expect(try await gateway.ask("GET /events/\(ids[0].stringValue ?? "")").status == 403)
        }
    }

    /// A preview asks Luma what a cancel would mean, and the confirmed cancel uses the token that it got.
    @Test func aConfirmedCancelAsksOnce() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let id = try await create(client)
            let token = try #require(try await client.result("cancel_event", ["event_id": id])["confirm"])
            _ = try await client.failure("cancel_event", ["event_id": "evt-other", "confirm": token])
            #expect(gateway.luma.count("events/cancel/request") == 1)
            let done = try await client.result("cancel_event", ["event_id": id, "confirm": token])
            #expect(done["status"] == "canceled", "\(done)")
            #expect(gateway.luma.count("events/cancel/request") == 1 && gateway.luma.count("events/cancel") == 1)
            let again = try await client.failure("cancel_event", ["event_id": id, "confirm": token])
            #expect(again.contains("You don't have access to this event."), "\(again)")
        }
    }

    @Test func aConfirmationIsForWhoSawThePreview() async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            let writer = MCPClient(gateway, Tokens.bearer(Tokens.writer))
            let id = try await create(writer)
            let confirm = try #require(try await writer.result("cancel_event", ["event_id": id])["confirm"])
            let arguments: JSON = ["event_id": id, "confirm": confirm]
            let admin = MCPClient(gateway, Tokens.bearer(Tokens.admin))
            _ = try await admin.failure("cancel_event", arguments)
            #expect(try await writer.result("cancel_event", arguments)["status"] == "canceled")
        }
    }

    /// What a person was told of the money cannot be changed by the confirmation.
    @Test func aConfirmationHoldsForTheRefundThatItNamed() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let list = try await client.result("list_events", ["limit": 50, "sort": "-start_at"])
            for event in list["events"]?.arrayValue ?? [] {
                let id = try #require(event["id"])
                let preview = try await client.call("cancel_event", ["event_id": id, "refund": true])
                guard preview["structuredContent"]?["is_paid"] == true else { continue }
                let token = try #require(preview["structuredContent"]?["confirm"])
                for refund in [false, nil] as [JSON?] {
                    var arguments: JSONObject = ["event_id": id, "confirm": token]
                    arguments["refund"] = refund
                    _ = try await client.failure("cancel_event", .object(arguments))
                }
                let done = try await client.result("cancel_event", ["event_id": id, "confirm": token, "refund": true])
                #expect(done["refunded"] == true, "\(done)")
                return
            }
            Issue.record("no paid event")
        }
    }
}
