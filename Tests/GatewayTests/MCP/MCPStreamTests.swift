import Core
import GatewayAPI
import HTTP
import IO
import IOTestKit
import MCP
import Settings
import TestKit
import Testing

@testable import Gateway

/// Streams of messages that answer nothing: who hears what, and how they end.
@Suite struct MCPStreamTests {
    private static let updated = #""method":"notifications/resources/updated""#
    private static let calendarChange = Change.resourceUpdated(uri: "luma://calendar")
    private static let tea: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]

    /// A stream that listens in the newest revision, once that is acknowledged.
    private func listener(_ client: MCPClient) async throws -> OpenRequest {
        let stream = try await client.openModern(
            "subscriptions/listen", ["notifications": ["resourceSubscriptions": ["luma://calendar"]]], id: "l")
        try await stream.hears(#""method":"notifications/subscriptions/acknowledged""#)
        return stream
    }

    private func subscribed(_ client: MCPClient, _ uri: String = "luma://calendar") async throws -> String {
        let session = try await client.session()
        let answer = try await client.post(
            MCPClient.request("resources/subscribe", ["uri": .string(uri)]), [session])
        #expect(answer.json?["result"] == [:])
        return session
    }

    // MARK: What is heard

    @Test func aSubscriptionHearsOfWhatRESTWrites() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let session = try await subscribed(client)
            let stream = try await client.stream(session)
            #expect(await stream.seen().field("content-type") == "text/event-stream")
            #expect(try await gateway.ask("POST /events/", [], Self.tea).status == 201)
            try await stream.hears(Self.updated)
            #expect(try await client.endSession(session) == 204)
            let heard = try await stream.answer()
            #expect(heard.text.hasPrefix("event: message\ndata: {"))
            #expect(heard.text.contains(#""notifications/resources/updated","params":{"uri":"luma://calendar"}"#))
            #expect(!heard.text.contains("luma://events/"))
        }
    }

    /// Neither a preview nor what leaves an event as it is is a change.
    @Test func aSubscriptionHearsOfChangesOnly() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let made = try await gateway.ask("POST /events/", [], Self.tea)
            let id = try #require(made.json?["id"]?.stringValue)
            let event = "/events/" + id
            let session = try await subscribed(client, "luma://events/" + id)
            let stream = try await client.stream(session)
            for number in 1...2 {
                #expect(try await gateway.ask("DELETE \(event)?dry_run=true").status == 200)
                let capacity: JSON = ["max_capacity": .number(JSONNumber(number))]
                #expect(try await gateway.ask("PATCH \(event)?dry_run=true", [], capacity).status == 200)
                #expect(try await gateway.ask("PATCH \(event)", [], ["require_rsvp_approval": false]).status == 200)
                #expect(try await gateway.ask("PATCH \(event)", [], capacity).status == 200)
                try await stream.hears(Self.updated, times: number)
            }
            #expect(try await client.endSession(session) == 204)
            #expect(try await stream.answer().count(of: Self.updated) == 2)
        }
    }

    /// A change that another loop makes, to listeners of both eras.
    @Test func whatOneLoopWritesIsHeardOnAnother() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let other = try await InProcess(beside: gateway)
            let client = MCPClient(gateway)
            let streams = [
                try await listener(client), try await client.stream(try await subscribed(client)),
            ]
            #expect(try await other.ask("POST /events/", [], Self.tea).status == 201)
            for stream in streams { try await stream.hears(Self.updated) }
            #expect(await streams[0].seen().text.contains(#""io.modelcontextprotocol/subscriptionId":"l""#))
            await other.end()
        }
    }

    /// One message goes on one stream only: the newest.
    @Test func theNewestStreamOfASessionIsTheOne() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let session = try await subscribed(client)
            let old = try await client.stream(session)
            let new = try await client.stream(session)
            gateway.shared.mcp.changes.publish(Self.calendarChange)
            try await new.hears(Self.updated)
            #expect(await old.seen().text.isEmpty)
        }
    }

    // MARK: Life and end

    @Test func aQuietStreamShowsThatItLives() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let stream = try await client.stream(try await client.session())
            for times in 1...3 {
                await gateway.leap(seconds: EventStream.keepAliveSeconds + 1)
                try await stream.hears(": ping\n\n", times: times)
            }
        }
    }

    /// Closing is how a client cancels: a half-closed stream has a sign of life at once, which shows who is gone.
    @Test func aPeerThatEndsItsSideIsLookedFor() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let stream = try await listener(client)
            await stream.endSide()
            try await stream.hears(": ping\n\n")
            gateway.shared.mcp.changes.publish(Self.calendarChange)
            try await stream.hears(Self.updated)
            await stream.goAway()
            #expect(await stream.ending() == .gone)
            #expect(
                await soon {
                    await gateway.logLines().contains { $0["route"] == "/mcp" && $0["status"] == 200 }
                })
            // Nobody is told any more.
            gateway.shared.mcp.changes.publish(Self.calendarChange)
            #expect(await stream.seen().count(of: Self.updated) == 1)
        }
    }

    /// A peer that does not read loses its stream, before what waits for it is much.
    @Test func aPeerThatDoesNotReadLosesItsStream() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let stream = try await listener(MCPClient(gateway))
            await stream.stopReading()
            #expect(
                await soon {
                    for _ in 0..<500 { gateway.shared.mcp.changes.publish(Self.calendarChange) }
                    return await stream.ending() == .aborted
                })
            #expect(await soon { await gateway.logLines().contains { $0["route"] == "/mcp" } })
        }
    }

    @Test func aListenerIsToldThatTheServerEnds() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let stream = try await listener(client)
            let legacy = try await client.stream(try await client.session())
            await gateway.perform { $0.willEnd() }
            let last = try #require(try await stream.answer().messages.last)
            #expect(last["id"] == "l" && last["result"]?["resultType"] == "complete", "\(last)")
            #expect(try await legacy.answer().messages == [])
            // Whoever comes later is not kept either.
            #expect(try await client.openModern("subscriptions/listen", ["notifications": [:]]).answer().status == 200)
        }
    }

    /// A stream ends with the token that it was opened with, and with its scope.
    @Test func aRevokedTokenHearsNothingMore() async throws {
        let settings: [Setting: String] = [
            .authTokens:
                "gone:read:gone-gone-gone-gone-1,narrow:write:narrow-narrow-narrow-2,kept:read:kept-kept-kept-kept-3"
        ]
        try await InProcess.serve(settings) { (gateway: InProcess) async throws in
            func streams(_ token: String) async throws -> [OpenRequest] {
                let client = MCPClient(gateway, Tokens.bearer(token))
                let sse = try await gateway.open("GET /sse", client.fields)
                try await sse.hears("event: endpoint")
                return [try await client.stream(try await client.session()), sse, try await listener(client)]
            }
            let ending = try await streams("gone-gone-gone-gone-1") + streams("narrow-narrow-narrow-2")
            let staying = try await streams("kept-kept-kept-kept-3")
            let left = try Configuration.resolve(
                flags: [
                    .apiKey: "secret-key",
                    .authTokens: "narrow:read:narrow-narrow-narrow-2,kept:read:kept-kept-kept-kept-3",
                ], environment: [:], dotEnv: nil, surroundings: Surroundings(cores: 1, isTerminal: false)
            ).configuration.access.tokens
            guard case .listed(let tokens)? = left else {
                Issue.record("no tokens")
                return
            }
            gateway.shared.access.tokens?.replace(tokens)
            await gateway.perform { $0.tokensChanged() }
            for stream in ending { _ = try await stream.answer() }
            gateway.shared.mcp.changes.publish(.toolsListed)
            for stream in staying { #expect(await stream.ending() == nil) }
        }
    }

    // MARK: The oldest transport

    @Test func theOldTransportAnswersOnItsStream() async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            let reader = MCPClient(gateway, Tokens.bearer(Tokens.reader))
            let stream = try await gateway.open("GET /sse", reader.fields)
            let opening = try await stream.hears("\n\n")
            #expect(opening.text.hasPrefix("event: endpoint\ndata: /messages/?session_id="))
            let path = String(opening.text.dropFirst("event: endpoint\ndata: ".count).prefix { $0 != "\n" })
            // Whose conversation it is is looked at for each message.
            let ping = MCPClient.request("ping", id: 7)
            #expect(try await MCPClient(gateway).post(ping, path: path).status == 401)
            #expect(try await MCPClient(gateway, Tokens.bearer(Tokens.writer)).post(ping, path: path).status == 404)
            #expect(await !stream.seen().text.contains(#""id":7"#))
            let taken = try await reader.post(ping, path: path)
            #expect(taken.status == 202 && taken.text == "Accepted")
            try await stream.hears(#""id":7,"result":{}"#)
            // Nothing but a ping before the handshake.
            #expect(try await reader.post(MCPClient.request("tools/list", id: 8), path: path).status == 202)
            try await stream.hears(#""id":8,"error":{"code":-32600"#)
            #expect(try await reader.post(MCPClient.hello("2024-11-05"), path: path).status == 202)
            try await stream.hears(#""protocolVersion":"2024-11-05""#)
            let call = MCPClient.request("tools/call", ["name": "list_templates"], id: 9)
            #expect(try await reader.post(call, path: path).status == 202)
            let heard = try await stream.hears(#""id":9"#)
            #expect(heard.messages.last?["result"]?["isError"] == false)
            await stream.goAway()
            #expect(await soon { (try? await reader.post(ping, path: path).status) == 404 })
        }
    }
}

extension Answer {
    /// The messages of an event stream so far.
    var messages: [JSON] {
        text.split(separator: "\n").filter { $0.hasPrefix("data: {") || $0.hasPrefix("data: [") }
            .compactMap { try? JSON.parse(String($0.dropFirst("data: ".count))) }
    }
}
