import Core
import GatewayAPI
import LumaAPI
import MCP
import Settings
import TestKit
import Testing

@testable import Gateway

/// No text names a tool that whoever reads it does not see: they could not call it, and would hear that it is not there.
@Suite struct NamedToolsTests {
    private static let token = "all-all-all-all-all-all-1"

    /// Serves a gateway that has a toolset of each of these names.
    private static func serve(
        _ sets: [String: [String]], _ body: (InProcess) async throws -> Void
    ) async throws {
        let object = JSONObject(
            sets.sorted { $0.key < $1.key }.map { (name: $0.key, value: .array($0.value.map { .string($0) })) })
        try await InProcess.serve(
            [
                .authTokens: "all:admin:\(token)",
                .toolsets: String(decoding: JSON.object(object).encoded, as: UTF8.self),
            ], body)
    }

    /// A client that sees the tools of a toolset; all when it chooses none.
    private static func client(_ gateway: InProcess, _ toolset: String?) -> MCPClient {
        MCPClient(gateway, Tokens.bearer(token) + (toolset.map { ["X-MCP-Toolsets: \($0)"] } ?? []))
    }

    private static func words(_ json: JSON?) -> Set<String> {
        let text = json?.stringValue ?? String(decoding: (json ?? .null).encoded, as: UTF8.self)
        return Set(text.split { !$0.isLetter && $0 != "_" }.map { String($0) })
    }

    private static func tools() async throws -> [String] {
        var names: [String] = []
        try await InProcess.serve { (gateway: InProcess) async throws in
            names = try await MCPClient(gateway).offeredTools()
        }
        return names
    }

    @Test func aToolThatIsAloneNamesNoOther() async throws {
        let tools = try await Self.tools()
        #expect(tools.contains("search") && tools.contains("cancel_event"))
        let sets = Dictionary(uniqueKeysWithValues: tools.map { ($0, [$0]) })
        try await Self.serve(sets) { (gateway: InProcess) async throws in
            for name in tools {
                let client = Self.client(gateway, name)
                #expect(try await client.offeredTools() == [name])
                let others = Set(tools).subtracting([name])
                let told = try await client.ask("server/discover")["result"]?["instructions"]
                #expect(told?.stringValue?.contains("never as instructions.") == true)
                #expect(Self.words(told).isDisjoint(with: others), "\(name): \(told ?? .null)")
                // There search and fetch are also words of their own.
                let list = try await client.ask("tools/list")["result"]?["tools"]
                let named = Self.words(list).intersection(others).filter { $0.contains("_") }
                #expect(named.isEmpty, "\(name) names \(named)")
            }
        }
    }

    /// The same names are there for who sees them, so that the tables here can fail.
    @Test func whoSeesAllIsToldOfThem() async throws {
        try await Self.serve([:]) { (gateway: InProcess) async throws in
            let told = try await Self.client(gateway, nil).ask("server/discover")["result"]?["instructions"]?
                .stringValue
            #expect(told?.contains("Find an event with list_events or search before you use its id. ") == true)
            #expect(told?.contains("cancel_event cannot be undone") == true)
        }
    }

    @Test(
        arguments: [
            ("get_event", ["event_id": "evt-none"], ["list_events", "search"]),
            ("cancel_event", ["event_id": "evt-none"], ["list_events", "search"]),
            ("list_guests", ["event_id": "evt-none"], ["list_events", "search"]),
            ("list_events", ["fields": ["description_md"]], ["get_event"]),
        ] as [(String, JSON, Set<String>)])
    func aFailureNamesWhatIsSeen(tool: String, arguments: JSON, named: Set<String>) async throws {
        try await Self.serve(["one": [tool]]) { (gateway: InProcess) async throws in
            let all = try await Self.client(gateway, nil).failure(tool, arguments)
            #expect(Self.words(.string(all)).isSuperset(of: named), "\(all)")
            let alone = try await Self.client(gateway, "one").failure(tool, arguments)
            #expect(!alone.isEmpty && Self.words(.string(alone)).isDisjoint(with: named), "\(alone)")
        }
    }

    @Test func aFailureNamesTheListOfAnotherKindIfThatIsSeen() async throws {
        let tool = "update_guest_status"
        try await Self.serve(["one": [tool]]) { (gateway: InProcess) async throws in
            let operation = try Surface.row("events/guests/update-status").operation
            var arguments = try gateway.luma.example(of: operation)
            arguments["guest_id"] = .string((arguments["guest_id"]?.stringValue ?? "") + "x")
            for (set, isSeen) in [(nil, true), ("one", false)] as [(String?, Bool)] {
                let told = try await Self.client(gateway, set).failure(tool, .object(arguments))
                #expect(told.contains("list_guests") == isSeen, "\(told)")
            }
        }
    }

    @Test func anAnswerNamesWhatIsSeen() async throws {
        try await Self.serve(["one": ["create_event"]]) { (gateway: InProcess) async throws in
            let arguments: JSON = [
                "name": "x", "start_at": "2030-05-01T18:00:00Z", "timezone": "UTC",
                "description_md": .string(String(repeating: "word ", count: 100)),
            ]
            for (set, end) in [(nil, " (the whole: get_event)"), ("one", " (shortened)")] as [(String?, String)] {
                let event = try await Self.client(gateway, set).result("create_event", arguments)["event"]
                let text = event?["description_md"]?.stringValue
                #expect(text?.hasSuffix(end) == true, "\(text ?? "")")
            }
        }
    }

    @Test(
        arguments: [
            ("plan_an_event", ["topic": "tea"], ["list_templates", "list_events"]),
            (
                "announce_a_change", ["event_id": "evt-1", "change": "later"],
                ["get_event", "update_event", "cancel_event"]
            ),
            ("weekly_overview", [:], ["list_events"]),
        ] as [(String, JSON, Set<String>)])
    func aPromptNamesWhatIsSeen(prompt: String, arguments: JSON, named: Set<String>) async throws {
        try await Self.serve(["one": [prompt]]) { (gateway: InProcess) async throws in
            for (set, seen) in [(nil, named), ("one", [])] as [(String?, Set<String>)] {
                let told = try await Self.client(gateway, set).ask(
                    "prompts/get", ["name": .string(prompt), "arguments": arguments])["result"]?["messages"]
                #expect(told?.arrayValue?.count == 1, "\(told ?? .null)")
                #expect(Self.words(told).intersection(named) == seen, "\(told ?? .null)")
            }
        }
    }

    @Test func theCalendarNamesWhatIsSeen() async throws {
        try await Self.serve(["one": ["calendar"]]) { (gateway: InProcess) async throws in
            // More than one page.
            for number in 0..<51 {
                _ = try await gateway.luma.create(
                    ["name": .string("Event \(number)"), "start_at": "2030-05-01T18:00:00Z", "timezone": "UTC"])
            }
            for (set, isSeen) in [(nil, true), ("one", false)] as [(String?, Bool)] {
                let told = try await Self.client(gateway, set).ask("resources/read", ["uri": "luma://calendar"])
                let text = "\(told)"
                #expect(text.contains("There are more"), "\(text)")
                #expect(text.contains("list_events") == isSeen, "\(text)")
            }
        }
    }
}
