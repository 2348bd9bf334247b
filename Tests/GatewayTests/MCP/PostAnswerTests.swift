import Core
import GatewayAPI
import HTTP
import IO
import IOTestKit
import TestKit
import Testing

@testable import Gateway

/// The answer to one POST: JSON, or a stream where there is something to say before it, or nothing for long.
@Suite struct PostAnswerTests {
    private static let both = "application/json, text/event-stream"

    enum Era: CaseIterable, Sendable { case legacy, modern }

    /// A call of a tool that reads one event.
    private func read(_ client: MCPClient, _ era: Era, _ accept: String) async throws -> OpenRequest {
        let params: JSONObject = ["name": "get_event", "arguments": ["event_id": "evt-1"]]
        switch era {
        case .legacy:
            let session = try await client.session("2025-06-18")
            return try await client.open(
                MCPClient.request("tools/call", .object(params), id: "r"), [session, "Accept: \(accept)"])
        case .modern:
            let (body, fields) = client.message("tools/call", params, id: "r")
            return try await client.open(body, fields + ["Accept: \(accept)"])
        }
    }

    /// - Parameters:
    ///   - isSlow: nothing is answered for as long as a client is left without a sign.
    ///   - type: of the answer.
    @Test(
        arguments: Era.allCases,
        [
            (both, false, "application/json"), ("application/json", false, "application/json"),
            ("text/event-stream", false, "text/event-stream"), (both, true, "text/event-stream"),
            ("application/json", true, "application/json"), ("text/event-stream", true, "text/event-stream"),
        ])
    func theAnswerIsAsItIsTaken(era: Era, row: (accept: String, isSlow: Bool, type: String)) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            gateway.luma.answer("events/get", with: .json(200, ["id": "evt-1", "name": "Tea"]))
            gateway.luma.hold("events/get")
            let request = try await read(client, era, row.accept)
            #expect(await soon { gateway.luma.count("events/get") == 1 })
            #expect(await request.seen().status == 0)
            if row.isSlow {
                await gateway.leap(seconds: 5)
                #expect(await request.seen().status == 0)
                await gateway.leap(seconds: 16)
                // Who takes a stream sees one, and signs of life on it.
                if row.type == "text/event-stream" {
                    try await request.begins()
                    await gateway.leap(seconds: EventStream.keepAliveSeconds + 1)
                    try await request.hears(": ping\n\n")
                } else {
                    #expect(await request.seen().status == 0)
                }
            }
            gateway.luma.release("events/get")
            let answer = try await request.answer()
            #expect(answer.status == 200 && answer.field("content-type") == row.type, "\(answer.text)")
            #expect(answer.field("x-request-id") != nil)
            let message = row.type == "application/json" ? answer.json : answer.messages.last
            #expect(message?["id"] == "r" && message?["result"]?["isError"] == false, "\(answer.text)")
            #expect(message?["result"]?["structuredContent"]?["event"]?["name"] == "Tea")
            #expect(await request.ending() == .whole)
            let line = await gateway.logLines().last { $0["route"] == "/mcp" }
            #expect(line?["status"] == 200 && line?["bytes"]?.intValue == answer.text.utf8.count, "\(line ?? .null)")
        }
    }

    /// In the newest revision who leaves has cancelled; a read of the older ones could be heard by nobody.
    @Test(arguments: Era.allCases, [both, "application/json"])
    func aReaderThatLeavesHasCancelled(era: Era, accept: String) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            gateway.luma.hold("events/get")
            let request = try await read(MCPClient(gateway), era, accept)
            #expect(await soon { gateway.luma.count("events/get") == 1 })
            await request.goAway()
            #expect(await soon { gateway.luma.cancelled == ["events/get"] })
            #expect(await soon { gateway.shared.mcp.calls.count == 0 })
        }
    }

    /// What changes something is brought to its end.
    @Test(arguments: Era.allCases)
    func aWriteGoesOnWithoutItsClient(era: Era) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            gateway.luma.hold("events/create")
            let params: JSONObject = [
                "name": "create_event",
                "arguments": ["name": "Alone", "start_at": "2030-05-01T18:00Z", "timezone": "UTC"],
            ]
            let request: OpenRequest
            switch era {
            case .legacy:
                let session = try await client.session("2025-06-18")
                request = try await client.open(MCPClient.request("tools/call", .object(params)), [session])
            case .modern: request = try await client.openModern("tools/call", params)
            }
            #expect(await soon { gateway.luma.count("events/create") == 1 })
            await request.goAway()
            gateway.luma.release("events/create")
            #expect(
                await soon { (try? await gateway.ask("GET /events/?limit=100").text.contains(#""Alone""#)) == true })
            #expect(gateway.luma.count("events/create") == 1 && gateway.luma.cancelled == [])
        }
    }

    // MARK: Questions on the way

    enum Reply: Sendable { case accept, refuse, decline, error, leave, silence }

    /// A client of the handshake era is asked on the stream of its call, and answers by a message of its own.
    @Test(
        arguments: [
            (.accept, "canceled"), (.refuse, "kept"), (.decline, "kept"), (.error, "needs_confirmation"), (.leave, nil),
            (.silence, nil),
        ] as [(Reply, String?)], ["2025-06-18", "2025-11-25"])
    func aCancelIsAgreedToInAForm(row: (reply: Reply, status: String?), revision: String) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let session = try await client.session(revision, capabilities: ["elicitation": [:]])
            let tea: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]
            let id = try #require(try await gateway.ask("POST /events/", [], tea).json?["id"])
            let call = MCPClient.request(
                "tools/call", ["name": "cancel_event", "arguments": ["event_id": id]], id: "c")
            let request = try await client.open(call, [session])
            let question = try #require(
                try await request.hears(#""method":"elicitation/create""#).messages.last)
            #expect(question["params"]?["message"]?.stringValue?.contains("Tea") == true, "\(question)")
            #expect(question["params"]?["requestedSchema"]?["properties"]?["confirm"]?["type"] == "boolean")
            #expect(await request.ending() == nil)
            func answer(_ member: String, _ value: JSON) async throws {
                let number = try #require(question["id"])
                let reply: JSONObject = ["jsonrpc": "2.0", "id": number]
                var message = reply
                message[member] = value
                #expect(try await client.post(.object(message), [session]).status == 202)
            }
            switch row.reply {
            case .accept: try await answer("result", ["action": "accept", "content": ["confirm": true]])
            case .refuse: try await answer("result", ["action": "accept", "content": ["confirm": false]])
            case .decline: try await answer("result", ["action": "decline"])
            case .error: try await answer("error", ["code": -32603, "message": "no form"])
            case .leave: await request.goAway()
            case .silence: await gateway.leap(seconds: MessageSink.patience + 1)
            }
            let told = try await request.answer().messages.last { $0["id"] == "c" }
            #expect(told?["result"]?["structuredContent"]?["status"]?.stringValue == row.status, "\(told ?? .null)")
            #expect(await soon { gateway.shared.mcp.calls.count == 0 })
            let left = try await gateway.ask("GET /events/\(id.stringValue ?? "")").status
            #expect(left == (row.reply == .accept ? 403 : 200))
        }
    }

    /// In the newest revision the call ends with the question, and comes again with the answer.
    @Test(arguments: [(true, "canceled"), (false, "kept")])
    func aModernCallComesAgainWithTheAnswer(confirms: Bool, status: String) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway, capabilities: ["elicitation": ["form": [:]]])
            let tea: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]
            let id = try #require(try await gateway.ask("POST /events/", [], tea).json?["id"])
            var params: JSONObject = ["name": "cancel_event", "arguments": ["event_id": id]]
            let asked = try await client.modern("tools/call", params).json?["result"]
            #expect(asked?["resultType"] == "input_required", "\(asked ?? .null)")
            #expect(asked?["inputRequests"]?["agree"]?["method"] == "elicitation/create")
            params["requestState"] = asked?["requestState"]
            params["inputResponses"] = ["agree": ["action": "accept", "content": ["confirm": .bool(confirms)]]]
            let done = try await client.modern("tools/call", params).json?["result"]
            #expect(done?["structuredContent"]?["status"]?.stringValue == status, "\(done ?? .null)")
            // The state of a round is good once.
            let again = try await client.modern("tools/call", params).json
            #expect(again?["error"]?["code"] == -32602, "\(again ?? .null)")
        }
    }
}
