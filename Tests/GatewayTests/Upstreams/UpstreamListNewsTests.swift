import Core
import IOTestKit
import TestKit
import Testing

@testable import Gateway

/// What clients hear of an upstream's lists.
@Suite struct UpstreamListNewsTests {
    /// Those hear of a list who see it otherwise; a list that is the same for all is no news.
    @Test(arguments: [MCPWay.sse, .stdio]) func clientsHearOfPromptsThatAreOthers(way: MCPWay) async throws {
        let script: FakeUpstream.Script = { message in
            func prompts(_ names: String...) -> FakeUpstream.Reply {
                .result(["prompts": .array(names.map { ["name": .string($0)] })])
            }
            switch message.method {
            case "tools/call":
                let news = ["prompts", "resources", "tools"].map { kind -> JSON in
                    ["jsonrpc": "2.0", "method": .string("notifications/\(kind)/list_changed")]
                }
                let result: JSON = ["content": [["type": "text", "text": "done"]]]
                return .events(news + [["jsonrpc": "2.0", "id": message.id ?? .null, "result": result]])
            case "prompts/list": return message.earlier == 0 ? prompts("old") : prompts("old", "new")
            case "resources/list": return .result(["resources": [["uri": "notes://a", "name": "a"]]])
            case "resources/templates/list": return .result(["resourceTemplates": []])
            default: return nil
            }
        }
        let changing: JSON = ["listChanged": true]
        let capabilities: JSON = ["tools": changing, "prompts": changing, "resources": changing]
        try await FakeUpstream.serve(.session, capabilities: capabilities, script) { upstream in
            try await UpstreamToolsTests.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                _ = try await gateway.upstreamTools(2)
                let speaker = try await MCPSpeaker(way, gateway, [], .local)
                _ = try await speaker.ask("tools/call", ["name": "docs__echo", "arguments": [:]])
                #expect(await soon { (try? await speaker.news(of: "prompts")) == 1 })
                #expect(try await speaker.news(of: "resources") == 0)
                #expect(try await speaker.news(of: "tools") == 0)
                let prompts = try await speaker.ask("prompts/list")["result"]?["prompts"]?.arrayValue ?? []
                #expect(prompts.contains { $0["name"] == "docs__new" })
                await speaker.end()
            }
        }
    }
}
