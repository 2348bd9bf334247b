import Core
import GatewayAPI
import HTTP
import IO
import LumaClient
import Synchronization
import TestKit
import Testing

@testable import Gateway

/// Clients of the handshake era that leave before their answers, over sockets, with a Luma that does not answer until it may.
@Suite struct AbsentClientTests {
    final class Upstream: Sendable {
        let isOpen = Atomic<Bool>(false)
        let cancelled = Mutex<[String]>([])
        let answered = Mutex<[String]>([])

        func answer(_ request: OutboundRequest) async -> ScriptedTransport.Answer {
            let path = String(request.url.split(separator: "/v1/").last?.prefix { $0 != "?" } ?? "")
            while !isOpen.load(ordering: .relaxed) {
                do {
                    try await Task.sleep(for: .milliseconds(5))
                } catch {
                    cancelled.withLock { $0.append(path) }
                    return .lost(.cancelled)
                }
            }
            answered.withLock { $0.append(path) }
            return .json(200, ["id": "evt-1", "name": "Tea", "entries": [], "has_more": false])
        }
    }

    private let upstream = Upstream()
    private let connections = ConnectionCounter()

    private func node(log: LogSink) async throws -> (node: ServerNode<Application>, port: Int, calls: CallShares) {
        let shared = try GatewayNode.shared(log: log)
        let upstream = upstream
        let (node, port) = try await GatewayNode.start(shared, connections: connections) { await upstream.answer($0) }
        return (node, port, shared.mcp.calls)
    }

    private static func post(_ target: String, _ body: String, session: String? = nil, closes: Bool = true) -> String {
        var fields = ["Content-Type: application/json", "Accept: application/json, text/event-stream"]
        if let session { fields.append("Mcp-Session-Id: \(session)") }
        if closes { fields.append("Connection: close") }
        return Socket.request("POST \(target)", fields, body: body)
    }

    private static func hello(_ revision: String) -> String {
        #"{"jsonrpc":"2.0","id":"h","method":"initialize","params":{"protocolVersion":"\#(revision)","capabilities":{},"#
            + #""clientInfo":{"name":"t","version":"1"}}}"#
    }

    private static func call(_ id: Int, _ tool: String, _ arguments: String = "{}") -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments)}}"#
    }

    private static let create = call(
        1, "create_event", #"{"name":"Tea","start_at":"2030-05-01T18:00:00Z","timezone":"Europe/Berlin"}"#)

    private func ask(_ port: Int, _ request: String) async throws -> String {
        let socket = try Socket(port: port)
        socket.send(request)
        return await socket.readAll()
    }

    /// The id of a conversation, once the line with it is whole.
    private static func conversation(in stream: String) -> String? {
        let parts = stream.split(separator: "session_id=")
        guard parts.count == 2, parts[1].contains(where: \.isNewline) else { return nil }
        return String(parts[1].prefix { !$0.isNewline })
    }

    private func session(_ port: Int, _ revision: String) async throws -> String {
        let answer = try await ask(port, Self.post("/mcp", Self.hello(revision)))
        let line = answer.split(separator: "\r\n").first { $0.lowercased().hasPrefix("mcp-session-id: ") }
        return String(try #require(line, "\(answer)").dropFirst("mcp-session-id: ".count))
    }

    @Test(
        arguments: ["2025-03-26", "2025-06-18", "2025-11-25"],
        [
            call(1, "list_events"), call(1, "get_event", #"{"event_id":"evt-1"}"#),
            #"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"luma://calendar"}}"#,
        ])
    func aReadThatNobodyCanHearIsCancelled(revision: String, message: String) async throws {
        let output = try LogFile()
        let (node, port, calls) = try await node(log: output.sink)
        let session = try await session(port, revision)
        do {
            let client = try Socket(port: port)
            client.send(Self.post("/mcp", message, session: session))
            #expect(await soon { calls.count == 1 })
            client.reset()
        }
        #expect(await soon { calls.count == 0 })
        #expect(await soon { upstream.cancelled.withLock { $0.count } == 1 })
        await node.end(seconds: 5)
        await node.stop()
    }

    @Test func aBatchOfReadsEndsWithItsClientAndOneThatWritesDoesNot() async throws {
        let output = try LogFile()
        let (node, port, calls) = try await node(log: output.sink)
        let session = try await session(port, "2025-03-26")
        for writes in [false, true] {
            do {
                let client = try Socket(port: port)
                let second = writes ? Self.create : Self.call(1, "list_events")
                let batch = "[" + Self.call(2, "get_event", #"{"event_id":"evt-1"}"#) + "," + second + "]"
                client.send(Self.post("/mcp", batch, session: session))
                #expect(await soon { calls.count == 2 })
                client.reset()
            }
            #expect(await soon { connections.count == 0 })
            if writes { upstream.isOpen.store(true, ordering: .relaxed) }
            #expect(await soon { calls.count == 0 })
        }
        #expect(upstream.cancelled.withLock { $0 } == ["events/get"])
        #expect(upstream.answered.withLock { $0.contains("events/create") })
        await node.end(seconds: 5)
        await node.stop()
    }

    @Test func aWriteGoesOnWithoutItsClient() async throws {
        let output = try LogFile()
        let (node, port, calls) = try await node(log: output.sink)
        let session = try await session(port, "2025-06-18")
        do {
            let client = try Socket(port: port)
            client.send(Self.post("/mcp", Self.create, session: session))
            #expect(await soon { calls.count == 1 })
            client.reset()
        }
        #expect(await soon { connections.count == 0 })
        #expect(calls.count == 1)
        upstream.isOpen.store(true, ordering: .relaxed)
        #expect(await soon { calls.count == 0 })
        #expect(upstream.answered.withLock { $0.first } == "events/create")
        #expect(upstream.cancelled.withLock { $0 } == [])
        await node.end(seconds: 5)
        await node.stop()
    }

    /// The posts of the oldest transport are answered before their calls are: so many wait, and one more is told so.
    @Test func soManyCallsOfOneCallerWait() async throws {
        let output = try LogFile()
        let (node, port, calls) = try await node(log: output.sink)
        var streams: [Socket] = []
        var left = CallShares.maxOfOne
        var address = ""
        // A conversation has 200 calls at once.
        while left > 0 {
            let stream = try Socket(port: port)
            stream.send(Socket.request("GET /sse", ["Accept: text/event-stream"]))
            let opening = await stream.read { Self.conversation(in: $0) != nil }
            address = "/messages/?session_id=" + (try #require(Self.conversation(in: opening), "\(opening)"))
            streams.append(stream)
            #expect(try await ask(port, Self.post(address, Self.hello("2025-03-26"))).hasPrefix("HTTP/1.1 202 "))
            for id in 0..<min(200, left) {
                let answer = try await ask(port, Self.post(address, Self.call(id, "list_events")))
                #expect(answer.hasPrefix("HTTP/1.1 202 "))
            }
            left -= 200
        }
        #expect(calls.count == CallShares.maxOfOne)
        let refusal = "Too many requests at once"
        #expect(try await ask(port, Self.post(address, Self.call(900, "list_events"))).hasPrefix("HTTP/1.1 202 "))
        #expect(await streams[streams.count - 1].read { $0.contains(refusal) }.contains(#""id":900"#))
        let session = try await session(port, "2025-06-18")
        let one = Self.post("/mcp", Self.call(1, "get_event", #"{"event_id":"evt-1"}"#), session: session)
        #expect(try await ask(port, one).contains(refusal))
        for stream in streams { stream.reset() }
        streams = []
        #expect(await soon { calls.count == 0 }, "the conversations have ended")
        upstream.isOpen.store(true, ordering: .relaxed)
        #expect(try await ask(port, one).contains("Tea"))
        await node.end(seconds: 5)
        await node.stop()
    }
}
