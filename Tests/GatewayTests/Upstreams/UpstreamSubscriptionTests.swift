import Core
import IOTestKit
import MCP
import TestKit
import Testing

@testable import Gateway

/// Clients that want to hear of changes of an upstream's resources.
@Suite struct UpstreamSubscriptionTests {
    private static func updated(_ uri: JSON) -> JSON {
        ["jsonrpc": "2.0", "method": "notifications/resources/updated", "params": ["uri": uri]]
    }

    /// Resources that are others with each call of a tool.
    private static let changing: FakeUpstream.Script = { message in
        switch message.method {
        case "GET": return .events([], staysOpen: true)
        case "resources/list":
            return .result(["resources": [["uri": "notes://a", "name": "a"], ["uri": "notes://b", "name": "b"]]])
        case "resources/templates/list":
            return .result(["resourceTemplates": [["uriTemplate": "notes://all/{id}", "name": "note"]]])
        case "resources/subscribe", "resources/unsubscribe": return .result([:])
        case "subscriptions/listen":
            let params: JSON = [
                "_meta": ["io.modelcontextprotocol/subscriptionId": message.id ?? .null],
                "notifications": message.params["notifications"] ?? [:],
            ]
            return .events(
                [["jsonrpc": "2.0", "method": "notifications/subscriptions/acknowledged", "params": params]],
                staysOpen: true)
        case "tools/call":
            let result: JSON = ["content": [["type": "text", "text": "done"]], "resultType": "complete"]
            return .events([
                updated("notes://a"), updated("notes://a"), updated("notes://c"), updated("luma://calendar"),
                ["jsonrpc": "2.0", "id": message.id ?? .null, "result": result],
            ])
        default: return nil
        }
    }
    private static let capabilities: JSON = ["tools": [:], "resources": ["subscribe": true]]

    /// What the upstream was asked to tell of, and has not been told to forget.
    private static func asked(_ upstream: FakeUpstream, _ era: FakeUpstream.Era) -> [String] {
        if era == .modern {
            let last = upstream.messages.last { $0.method == "subscriptions/listen" }
            let uris = last?.params["notifications"]?["resourceSubscriptions"]?.arrayValue ?? []
            return uris.compactMap(\.stringValue)
        }
        var uris: [String] = []
        for message in upstream.messages {
            let uri = message.params["uri"]?.stringValue ?? ""
            if message.method == "resources/subscribe" { uris.append(uri) }
            if message.method == "resources/unsubscribe" { uris.removeAll { $0 == uri } }
        }
        return uris
    }

    private static func subscribe(_ uri: JSON) -> JSON {
        MCPClient.request("resources/subscribe", ["uri": uri], id: "s")
    }

    @Test(arguments: [FakeUpstream.Era.session, .modern])
    func oneSubscriptionServesAllCallers(era: FakeUpstream.Era) async throws {
        try await FakeUpstream.serve(era, capabilities: Self.capabilities, Self.changing) { upstream in
            try await UpstreamToolsTests.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                _ = try await gateway.upstreamTools(2)
                let speakers = [
                    try await MCPSpeaker(.sse, gateway, [], .local), try await MCPSpeaker(.stdio, gateway, [], .local),
                ]
                for speaker in speakers {
                    let answer = try await speaker.ask("resources/subscribe", ["uri": "notes://a"])
                    #expect(answer["result"] == [:], "\(answer)")
                }
                let client = MCPClient(gateway)
                let session = try await client.session()
                let stream = try await client.stream(session)
                for uri: JSON in ["notes://a", "notes://b"] {
                    #expect(try await client.post(Self.subscribe(uri), [session]).json?["result"] == [:])
                }
                let unknown = try await client.post(Self.subscribe("notes://none"), [session]).json
                #expect(unknown?["error"]?["code"] == -32002, "\(unknown ?? .null)")
                let wanted: JSON = ["resourceSubscriptions": ["notes://a", "notes://none"]]
                let listening = try await client.openModern(
                    "subscriptions/listen", ["notifications": wanted], id: "l")
                let opening = try await listening.hears("subscriptions/acknowledged")
                #expect(
                    opening.messages.first?["params"]?["notifications"] == ["resourceSubscriptions": ["notes://a"]])
                #expect(await soon { Self.asked(upstream, era) == ["notes://a", "notes://b"] })

                _ = try await gateway.call("docs__echo")
                for speaker in speakers { #expect(await soon { await speaker.updates() == 1 }) }
                for open in [stream, listening] {
                    let heard = try await open.hears("resources/updated")
                    let updates = heard.messages.filter { $0["method"] == "notifications/resources/updated" }
                    #expect(updates.map { $0["params"]?["uri"] } == ["notes://a"], "\(heard.text)")
                }

                // The last one that wants it ends it, and what others want stays.
                _ = try await speakers[1].ask("resources/unsubscribe", ["uri": "notes://a"])
                await speakers[0].end()
                await listening.goAway()
                let leaving = MCPClient.request("resources/unsubscribe", ["uri": "notes://a"], id: "u")
                #expect(Self.asked(upstream, era) == ["notes://a", "notes://b"])
                _ = try await client.post(leaving, [session])
                #expect(await soon { Self.asked(upstream, era) == ["notes://b"] })
                #expect(try await client.endSession(session) == 204)
                if era == .session {
                    #expect(await soon { Self.asked(upstream, era) == [] })
                    #expect(upstream.count("GET") == 1 && upstream.count("initialize") == 1)
                }
                await speakers[1].end()
            }
        }
    }

    /// What has changed while there was no session was heard by nobody.
    @Test func anewSessionIsAskedAgainAndItsSubscribersAreTold() async throws {
        let script: FakeUpstream.Script = { message in
            if message.method == "tools/call" {
                guard message.request.field("mcp-session-id") == "s1" else { return nil }
                return .raw(#"{"error":"no such session"}"#, status: "404 Not Found")
            }
            return Self.changing(message)
        }
        try await FakeUpstream.serve(.session, capabilities: Self.capabilities, script) { upstream in
            try await UpstreamToolsTests.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                _ = try await gateway.upstreamTools(2)
                let client = MCPClient(gateway)
                let session = try await client.session()
                let stream = try await client.stream(session)
                _ = try await client.post(Self.subscribe("notes://all/7"), [session])
                #expect(await soon { upstream.count("resources/subscribe") == 1 })
                #expect(try await gateway.call("docs__delete")["isError"] == false)
                let heard = try await stream.hears("resources/updated")
                #expect(heard.messages.last?["params"]?["uri"] == "notes://all/7", "\(heard.text)")
                let asked = upstream.messages.filter { $0.method == "resources/subscribe" }
                #expect(asked.map { $0.request.field("mcp-session-id") } == ["s1", "s2"])
                #expect(asked.allSatisfy { $0.params["uri"] == "notes://all/7" })
            }
        }
    }

    /// It is not asked for what it has not promised.
    @Test func oneThatCannotTellIsNotAsked() async throws {
        try await FakeUpstream.serve(.session, capabilities: ["tools": [:], "resources": [:]], Self.changing) {
            upstream in
            try await UpstreamToolsTests.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                _ = try await gateway.upstreamTools(2)
                let client = MCPClient(gateway)
                let session = try await client.session()
                #expect(try await client.post(Self.subscribe("notes://a"), [session]).json?["result"] == [:])
                _ = try await gateway.call("docs__echo")
                #expect(upstream.count("resources/subscribe") == 0 && upstream.count("GET") == 0)
            }
        }
    }
}
