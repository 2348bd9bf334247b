import Core
import GatewayAPI
import IO
import LumaSandbox
import Settings
import TestKit
import Testing

@testable import Gateway

/// What an assistant means, and what it is told: nothing is changed by what was left out, and nothing is left out in silence.
@Suite struct AssistantTests {
    private static let event: JSON = [
        "name": "Tea", "start_at": "2030-05-01T18:00", "end_at": "2030-05-01T20:00", "timezone": "Asia/Tokyo",
        "max_capacity": 40, "description_md": "Green tea.", "visibility": "private",
        "meeting_url": "https://meet.example/x",
        "registration_open": true, "waitlist_status": "enabled", "show_guest_list": true, "slug": "green-tea",
    ]

    /// Each optional argument as an adapter writes it that sends all of them: the event stays as it was.
    @Test(arguments: [JSON.null, ""]) func whatIsLeftOutChangesNothing(left: JSON) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let asker = MCPClient(gateway)
            let made = try await asker.result("create_event", Self.event)["event"]
            let id = try #require(made?["id"])
            let before = try #require(try await gateway.ask("GET /events/\(id.stringValue ?? "")").json)
            let tools = try #require(try await asker.ask("tools/list")["result"]?["tools"]?.arrayValue)
            let update = try #require(tools.first { $0["name"] == "update_event" })
            let names = update["inputSchema"]?["properties"]?.objectValue?.names.filter { $0 != "event_id" } ?? []
            #expect(names.count > 15)
            for name in names {
                // Alone it is an update of nothing.
                let alone: JSON = .object(["event_id": id, name: left])
                #expect(try await asker.failure("update_event", alone).contains("at least one field"), "\(name)")
            }
            var all: JSONObject = ["event_id": id, "name": "Coffee"]
            for name in names where name != "name" { all[name] = left }
            _ = try await asker.result("update_event", .object(all))
            var after = try #require(try await gateway.ask("GET /events/\(id.stringValue ?? "")").json?.objectValue)
            #expect(after["name"] == "Coffee" && after["max_capacity"] == 40)
            after["name"] = "Tea"
            #expect(JSON.object(after) == before)
            // Reading tools and a cancel take it just so.
            for (tool, arguments) in [
                (
                    "list_events",
                    [
                        "limit": left, "cursor": left, "after": left, "before": left, "sort": left, "status": left,
                        "fields": left,
                    ]
                ),
                ("get_event", ["event_id": id, "fields": left]),
                ("search", ["query": "coffee", "after": left, "before": left]),
                ("cancel_event", ["event_id": id, "refund": left, "confirm": left]), ("health", [:]),
            ] as [(String, JSON)] {
                _ = try await asker.result(tool, arguments)
            }
        }
    }

    @Test func clearingIsSaid() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let asker = MCPClient(gateway)
            let id = try #require(try await asker.result("create_event", Self.event)["event"]?["id"])
            _ = try await asker.result("update_event", ["event_id": id, "clear": ["max_capacity", "description_md"]])
            let after = try #require(try await gateway.ask("GET /events/\(id.stringValue ?? "")").json)
            #expect(after["max_capacity"]?.isNull == true && after["description_md"] == "" && after["name"] == "Tea")
            let both: JSON = ["event_id": id, "clear": "max_capacity", "max_capacity": 3]
            #expect(try await asker.failure("update_event", both).contains("clear names max_capacity, which is given"))
            #expect(
                try await asker.failure("update_event", ["event_id": id, "clear": ["name"]]).contains("must be one of"))
        }
    }

    @Test func theAnswerToAWriteDoesNotRepeatAWholeText() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let asker = MCPClient(gateway)
            let text = String(repeating: "Green tea and biscuits. ", count: 1000)
            var event = try #require(Self.event.objectValue)
            event["description_md"] = .string(text)
            let made = try await asker.result("create_event", .object(event))
            let shown = made["event"]?["description_md"]?.stringValue ?? ""
            #expect(shown.hasPrefix("Green tea") && shown.hasSuffix("(the whole: get_event)") && shown.count < 400)
            #expect(
                made["event"]?["starts"] == "Wed 2030-05-01 18:00 JST"
                    && made["event"]?["ends"] == "Wed 2030-05-01 20:00 JST")
            let whole = try await asker.result("get_event", ["event_id": try #require(made["event"]?["id"])])
            #expect(whole["event"]?["description_md"]?.stringValue == text)
        }
    }

    // MARK: Lists

    @Test func aListBeginsWithWhatIsNext() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let asker = MCPClient(gateway)
            for (name, start) in [
                ("Past", "2020-05-01T18:00Z"), ("Far", "2035-05-01T18:00Z"), ("Near", "2034-05-01T18:00Z"),
            ] {
                let event: JSON = ["name": .string(name), "start_at": .string(start), "timezone": "Europe/Berlin"]
                #expect(try await gateway.ask("POST /events/", [], event).status == 201)
            }
            // What begins in the past is hardly what somebody wants from an assistant.
            let refusal = try await asker.failure(
                "create_event", ["name": "Old", "start_at": "2023-05-01T18:00", "timezone": "Europe/Berlin"])
            #expect(refusal.contains("start_at is in the past; now is ") && refusal.contains("ask which date is meant"))
            let list = try await asker.result("list_events", ["limit": 100])
            let now = WallClock.now
            let events = try #require(list["events"]?.arrayValue)
            let starts = events.compactMap { $0["start_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) }
            #expect(starts.count == events.count && starts == starts.sorted())
            #expect(starts.allSatisfy { now.seconds(since: $0) < 120 })
            let near = try #require(events.first { $0["name"] == "Near" })
            #expect(near["starts"] == "Mon 2034-05-01 20:00 CEST" && near["timezone"] == "Europe/Berlin")
            #expect(list["now"]?.stringValue?.wholeMatch(of: /[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d \S+/) != nil)
            // By itself, before is a look back.
            let past = try await asker.result("list_events", ["before": "2021-01-01", "limit": 100])
            let names = past["events"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
            #expect(names.contains("Past") && !names.contains("Near"))
            let days: JSON = ["after": "today", "before": "2034-06-01", "limit": 100]
            let range =
                try await asker.result("list_events", days)["events"]?.arrayValue?.compactMap { $0["name"] } ?? []
            #expect(range.contains("Near") && !range.contains("Far") && !range.contains("Past"))
            for word in ["yesterday", "tomorrow", "friday", "2026-12-31", "2026-12-31 18:00", "now"] {
                _ = try await asker.result("list_events", ["after": .string(word)])
            }
            let refused = try await asker.failure("list_events", ["after": "some day", "before": "2030-02-30"])
            #expect(refused.contains("after must be a day such as 2026-12-31") && !refused.contains("%2B"))
        }
    }

    /// The pages of a list are those of one list, though it begins with a time that moves.
    @Test func thePagesOfWhatIsNextGoTogether() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let asker = MCPClient(gateway)
            for number in 1...6 {
                _ = try await asker.result(
                    "create_event",
                    [
                        "name": .string("Tea \(number)"), "start_at": .string("2031-05-0\(number)T18:00"),
                        "timezone": "UTC",
                    ])
            }
            let whole = try await asker.result("list_events", ["limit": 100])["events"]?.arrayValue?.compactMap {
                $0["id"]
            }
            var ids: [JSON] = []
            var cursor: JSON?
            repeat {
                var arguments: JSONObject = ["limit": 3]
                arguments["cursor"] = cursor
                let page = try await asker.result("list_events", .object(arguments))
                ids += page["events"]?.arrayValue?.compactMap { $0["id"] } ?? []
                cursor = page["next_cursor"]
            } while cursor != nil
            #expect(ids == whole && ids.count > 3)
        }
    }

    // MARK: Search

    @Test func aSearchFindsWhatIsNextAndSaysWhereItStopped() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let asker = MCPClient(gateway)
            let place: JSON = ["type": "manual", "address": "Café Zoë, Lisboa"]
            _ = try await asker.result(
                "create_event",
                [
                    "name": "Rooftop Drïnks", "start_at": "2031-05-01T18:00", "timezone": "Europe/Lisbon",
                    "geo_address_json": place,
                ])
            for words in ["rooftop drinks", "DRINKS rooftop", "cafe zoe", "2031-05-01", "drinks thu"] {
                let found = try await asker.result("search", ["query": .string(words)])
                let first = try #require(found["results"]?.arrayValue?.first, "\(words): \(found)")
                #expect(first["title"] == "Rooftop Drïnks" && first["starts"] == "Thu 2031-05-01 18:00 WEST")
                #expect(first["place"]?.stringValue?.contains("Café Zoë") == true)
                #expect(found["complete"] == true && (found["looked_at"]?.intValue ?? 0) > 0)
            }
            let none = try await asker.result("search", ["query": "no such words"])
            #expect(none["results"] == [] && none["note"]?.stringValue?.contains("not descriptions") == true)
            let early = try await asker.result("search", ["query": "rooftop", "before": "2031-01-01"])
            #expect(early["results"] == [] && early["note"]?.stringValue?.contains("between after and before") == true)
        }
    }

    /// More events than a search looks through: it says so, and how to go on.
    @Test func aSearchThatStopsSaysSo() async throws {
        try await InProcess.serve(luma: EmulatedLuma(SandboxConfiguration(rateLimit: 1_000_000))) {
            (gateway: InProcess) async throws in
            for number in 0..<310 {
                let start = "2030-01-01T10:\(10 + number / 50):\(10 + number % 50).000Z"
                let event: JSON = ["name": .string("Event \(number)"), "start_at": .string(start), "timezone": "UTC"]
                _ = try await gateway.luma.create(event)
            }
            let asker = MCPClient(gateway)
            let found = try await asker.result("search", ["query": "nowhere to be found"])
            #expect(found["results"] == [] && found["looked_at"] == 300 && found["complete"] == false)
            #expect(found["note"] == "Looked at 300 events of more; narrow it with after and before.")
            let many = try await asker.result("search", ["query": "event"])
            #expect(many["results"]?.arrayValue?.count == 20 && many["complete"] == false)
            #expect(many["note"]?.stringValue?.hasPrefix("There may be more") == true)
        }
    }

    // MARK: What it says

    @Test func resourcesAreTextsToo() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let asker = MCPClient(gateway)
            let id = try #require(try await asker.result("create_event", Self.event)["event"]?["id"]?.stringValue)
            let whole = try await asker.ask("resources/read", ["uri": .string("luma://events/\(id)")])["result"]?[
                "contents"]
            #expect(whole?.arrayValue?.compactMap { $0["mimeType"] } == ["application/json", "text/markdown"])
            let text = whole?.arrayValue?.last?["text"]?.stringValue ?? ""
            #expect(text.contains("Name: Tea\nStarts: Wed 2030-05-01 18:00 JST (2030-05-01T09:00:00.000Z)"))
            let calendar = try await asker.ask("resources/read", ["uri": "luma://calendar"])["result"]?["contents"]
            let lines = calendar?.arrayValue?.last?["text"]?.stringValue ?? ""
            #expect(lines.contains("- Wed 2030-05-01 18:00 JST | Tea | \(id)"))
            // The same as the tool's list, and not an event's every member.
            let document = try JSON.parse(calendar?.arrayValue?.first?["text"]?.stringValue ?? "")
            let listed = try await asker.result("list_events", ["limit": 50])
            #expect(document["events"] == listed["events"])
        }
    }

    @Test func aTokenThatMayOnlyReadHearsSo() async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            let asker = MCPClient(gateway, Tokens.bearer(Tokens.reader))
            let refused = try await asker.ask("tools/call", ["name": "create_event", "arguments": [:]])
            #expect(
                refused["error"]?["message"]
                    == "Unknown tool: create_event. This token may only read: what changes something is not offered")
            let prompt = try await asker.ask("prompts/get", ["name": "plan_an_event"])
            #expect(
                prompt["error"]?["message"]
                    == "Unknown prompt: plan_an_event. This token may only read: what changes something is not offered"
            )
        }
        try await InProcess.serve([.readOnly: "true"]) { (gateway: InProcess) async throws in
            let off = try await MCPClient(gateway).ask("tools/call", ["name": "cancel_event", "arguments": [:]])
            #expect(
                off["error"]?["message"]
                    == "Unknown tool: cancel_event. This server is set to change nothing: what changes something is not offered"
            )
        }
    }

    // MARK: Cancelling

    @Test func aPreviewNamesTheEventAndHoldsForItAsItWas() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let asker = MCPClient(gateway)
            let id = try #require(try await asker.result("create_event", Self.event)["event"]?["id"])
            let target = "/events/\(id.stringValue ?? "")"
            for change in [["name": "Coffee"], ["start_at": "2030-05-01T17:00"], ["timezone": "Asia/Seoul"]] as [JSON] {
                let preview = try await asker.result("cancel_event", ["event_id": id])
                #expect(preview["name"] != nil && preview["starts"]?.stringValue?.hasPrefix("Wed 2030-05-01 1") == true)
                #expect(preview["status"] == "needs_confirmation" && preview["timezone"] != nil)
                let token = try #require(preview["confirm"])
                #expect(try await gateway.ask("PATCH \(target)", [], change).status == 200)
                let anew = try await asker.result("cancel_event", ["event_id": id, "confirm": token])
                #expect(anew["status"] == "needs_confirmation" && anew["changed"] == true, "\(change)")
                #expect(anew["confirm"] != nil && anew["confirm"] != token)
            }
            #expect(gateway.luma.count("events/cancel") == 0)
            let preview = try await asker.result("cancel_event", ["event_id": id])
            #expect(preview["name"] == "Coffee" && preview["guest_count"] == 0 && preview["is_paid"] == false)
            let done = try await asker.result(
                "cancel_event", ["event_id": id, "confirm": try #require(preview["confirm"])])
            #expect(done["status"] == "canceled" && done["name"] == "Coffee")
        }
    }

    /// Where only a form counts, a model cannot agree by itself.
    @Test func aGatewayMayWantAForm() async throws {
        try await InProcess.serve([.cancelConfirmation: "form"]) { (gateway: InProcess) async throws in
            let without = MCPClient(gateway)
            let id = try #require(try await without.result("create_event", Self.event)["event"]?["id"])
            #expect(
                try await without.failure("cancel_event", ["event_id": id]).contains(
                    "accepts a confirmation only through a form"))
            _ = try await without.failure("cancel_event", ["event_id": id, "confirm": "x"])
            #expect(gateway.luma.count("events/cancel/request") == 0)
            let with = MCPClient(gateway, capabilities: ["elicitation": [:]])
            // A token is no answer to a form.
            for arguments in [["event_id": id], ["event_id": id, "confirm": "x"]] as [JSON] {
                let asked = try await with.call("cancel_event", arguments)
                let message = asked["inputRequests"]?["agree"]?["params"]?["message"]?.stringValue ?? ""
                #expect(message.contains("\"Tea\" on Wed 2030-05-01 18:00 JST (\(id.stringValue ?? ""))"), "\(asked)")
            }
            #expect(try await gateway.ask("GET /events/\(id.stringValue ?? "")").status == 200)
        }
    }
}
