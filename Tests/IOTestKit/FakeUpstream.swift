package import Core
import Foundation
import Synchronization

/// Another MCP server on a socket of this machine, over Streamable HTTP, which misbehaves as a test says.
package final class FakeUpstream: Sendable {
    /// What it speaks.
    package enum Era: String, Sendable, CaseIterable {
        case session, sessionWithStreams, modern
    }

    /// One message that it was sent.
    package struct Message: Sendable {
        /// Of a request of HTTP without a message its own method.
        package let method: String
        package let id: JSON?
        package let params: JSON
        package let request: SocketServer.Request
        /// How many of this method came before.
        package let earlier: Int

        /// The tool that is called.
        package var tool: String { params["name"]?.stringValue ?? "" }
    }

    package enum Reply: Sendable {
        case result(JSON)
        case error(Int, String)
        /// An answer of HTTP as it is; `fields` each with its line end.
        case raw(String, status: String = "200 OK", fields: String = "Content-Type: application/json\r\n")
        /// A stream of events with these data; it ends, or stays open.
        case events([JSON], staysOpen: Bool = false)
        /// A stream of events with identifiers that begin with this one, which ends without the answer or breaks off.
        case numbered([JSON], from: Int, breaksOff: Bool, fields: String = "")
        /// On the way of the answer it asks its client with this method, and goes on with what that says.
        case asks(JSON, id: String, method: String = "elicitation/create", then: @Sendable (JSON) -> Reply)
        /// The same, and it goes on as soon as `isDue`, whatever the answer; in between it takes back what it has asked, if it
        /// `saysSo`.
        case withdraws(
            JSON, id: String, saysSo: Bool = true, isDue: @Sendable () -> Bool, then: @Sendable () -> Reply)
        /// Nothing, ever.
        case silence
        /// The connection ends.
        case hangUp
    }

    /// What it answers; nil for what a good server does.
    package typealias Script = @Sendable (Message) -> Reply?

    private final class Record: Sendable {
        let messages = Mutex<[Message]>([])

        func message(_ request: SocketServer.Request) -> Message {
            let json = (try? JSON.parse(request.body)) ?? .null
            let method = json["method"]?.stringValue ?? (request.body.isEmpty ? request.method : "answer")
            return messages.withLock { messages in
                let earlier = messages.count(where: { $0.method == method })
                let message = Message(
                    method: method, id: json["id"], params: json["params"] ?? .null, request: request, earlier: earlier)
                messages.append(message)
                return message
            }
        }

        /// The answer to one of its questions, which comes by another request; nil when none comes for long.
        func answer(to id: String) -> JSON? {
            for _ in 0..<2000 {
                let answers = messages.withLock { $0.filter { $0.method == "answer" } }
                for message in answers {
                    if let answer = try? JSON.parse(message.request.body), answer["id"] == .string(id) { return answer }
                }
                Thread.sleep(forTimeInterval: 0.01)
            }
            return nil
        }
    }

    private let server: SocketServer
    private let record: Record

    package var url: String { server.url + "/mcp" }
    package var messages: [Message] { record.messages.withLock { $0 } }
    package func count(_ method: String) -> Int { messages.count(where: { $0.method == method }) }

    /// Serves until `stop`.
    package init(
        _ era: Era, tools: JSON = FakeUpstream.tools, capabilities: JSON = FakeUpstream.capabilities,
        _ script: @escaping Script = { _ in nil }
    ) throws {
        let record = Record()
        self.record = record
        server = try SocketServer { connection in
            while let request = connection.read() {
                let message = record.message(request)
                let reply = script(message) ?? Self.usual(message, era, tools, capabilities)
                switch reply {
                case .asks, .withdraws:
                    Self.converse(reply, message, record, connection)
                    continue
                default: break
                }
                guard Self.send(reply, message, era, connection) else { return }
            }
        }
    }

    package func stop() { server.stop() }

    /// Lets `body` use a server.
    package static func serve(
        _ era: Era, tools: JSON = FakeUpstream.tools, capabilities: JSON = FakeUpstream.capabilities,
        _ script: @escaping Script = { _ in nil },
        _ body: (FakeUpstream) async throws -> Void
    ) async throws {
        let upstream = try FakeUpstream(era, tools: tools, capabilities: capabilities, script)
        defer { upstream.stop() }
        try await body(upstream)
    }

    /// Two tools: one that gives back its arguments, and one of its own kind.
    package static let tools: JSON = [
        [
            "name": "echo", "title": "Echo", "description": "Gives back what it is given.",
            "inputSchema": ["type": "object", "properties": ["text": ["type": "string"]]],
            "annotations": ["readOnlyHint": true],
        ],
        ["name": "delete", "description": "Deletes something.", "inputSchema": ["type": "object", "properties": [:]]],
    ]

    /// Tools that stay as they are.
    package static let capabilities: JSON = ["tools": ["listChanged": false]]

    // MARK: What a good server does

    private static func usual(_ message: Message, _ era: Era, _ tools: JSON, _ capabilities: JSON) -> Reply {
        switch (message.method, era) {
        case ("server/discover", .modern):
            return .result([
                "supportedVersions": ["2026-07-28"], "capabilities": capabilities, "resultType": "complete",
                "ttlMs": 0, "cacheScope": "private",
                "_meta": ["io.modelcontextprotocol/serverInfo": ["name": "fake", "version": "1"]],
            ])
        case ("server/discover", _): return .error(-32601, "Method not found")
        case ("initialize", .session), ("initialize", .sessionWithStreams):
            let result: JSON = [
                "protocolVersion": message.params["protocolVersion"] ?? "", "capabilities": capabilities,
                "serverInfo": ["name": "fake", "version": "1"],
            ]
            let answer: JSON = ["jsonrpc": "2.0", "id": message.id ?? .null, "result": result]
            return .raw(
                String(decoding: answer.encoded, as: UTF8.self),
                fields: "Content-Type: application/json\r\nMcp-Session-Id: s\(message.earlier + 1)\r\n")
        case ("GET", _): return .raw("", status: "405 Method Not Allowed", fields: "Allow: POST\r\n")
        case ("DELETE", _): return .raw("", fields: "")
        case ("ping", _): return .result([:])
        case ("tools/list", _): return .result(["tools": tools, "resultType": "complete"])
        case ("tools/call", _):
            return .result([
                "content": [["type": "text", "text": message.params["arguments"]?["text"] ?? "done"]],
                "resultType": "complete",
            ])
        default:
            let isAsked = message.id != nil && message.method != "answer"
            return isAsked ? .error(-32601, "Method not found") : .raw("", status: "202 Accepted", fields: "")
        }
    }

    /// - Returns: whether the connection may be used again.
    private static func send(
        _ reply: Reply, _ message: Message, _ era: Era, _ connection: SocketServer.Connection
    ) -> Bool {
        switch reply {
        case .result(let result):
            return answer(["jsonrpc": "2.0", "id": message.id ?? .null, "result": result], era, connection)
        case .error(let code, let text):
            let error: JSON = ["code": .number(JSONNumber(code)), "message": .string(text)]
            return answer(["jsonrpc": "2.0", "id": message.id ?? .null, "error": error], era, connection)
        case .raw(let body, let status, let fields):
            connection.answer(body, status: status, fields: fields)
            return true
        case .events(let events, let staysOpen):
            connection.write(streamHead)
            for event in events {
                Self.event(event, connection)
            }
            if staysOpen {
                connection.waitForClose()
                return false
            }
            connection.write("0\r\n\r\n")
            return true
        case .numbered(let events, let first, let breaksOff, let fields):
            connection.write(streamHead)
            // One without data has an identifier alone.
            if events.isEmpty { chunk("id: \(first)\n\(fields)data: \n\n", connection) }
            for (place, event) in events.enumerated() {
                let text = String(decoding: event.encoded, as: UTF8.self)
                chunk("id: \(first + place)\n\(fields)data: \(text)\n\n", connection)
            }
            if breaksOff { return false }
            connection.write("0\r\n\r\n")
            return true
        case .silence, .asks, .withdraws:
            connection.waitForClose()
            return false
        case .hangUp: return false
        }
    }

    /// One stream with what it asks, each time until there is an answer, and its own answer.
    private static func converse(
        _ first: Reply, _ message: Message, _ record: Record, _ connection: SocketServer.Connection
    ) {
        connection.write(streamHead)
        var reply = first
        conversation: while true {
            switch reply {
            case .asks(let params, let id, let method, let then):
                event(
                    ["jsonrpc": "2.0", "id": .string(id), "method": .string(method), "params": params], connection)
                guard let answer = record.answer(to: id) else { break conversation }
                reply = then(answer)
            case .withdraws(let params, let id, let saysSo, let isDue, let then):
                event(
                    ["jsonrpc": "2.0", "id": .string(id), "method": "elicitation/create", "params": params], connection)
                for _ in 0..<2000 where !isDue() { Thread.sleep(forTimeInterval: 0.01) }
                if saysSo {
                    event(
                        ["jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": .string(id)]],
                        connection)
                }
                reply = then()
            default: break conversation
            }
        }
        if case .result(let result) = reply {
            event(["jsonrpc": "2.0", "id": message.id ?? .null, "result": result], connection)
        }
        connection.write("0\r\n\r\n")
    }

    private static func event(_ json: JSON, _ connection: SocketServer.Connection) {
        chunk("event: message\ndata: \(String(decoding: json.encoded, as: UTF8.self))\n\n", connection)
    }

    private static let streamHead =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

    private static func answer(_ json: JSON, _ era: Era, _ connection: SocketServer.Connection) -> Bool {
        let text = String(decoding: json.encoded, as: UTF8.self)
        guard era == .sessionWithStreams else {
            connection.answer(text, fields: "Content-Type: application/json\r\n")
            return true
        }
        connection.write(streamHead)
        chunk(": hello\n\nevent: message\ndata: \(text)\n\n", connection)
        connection.write("0\r\n\r\n")
        return true
    }

    private static func chunk(_ text: String, _ connection: SocketServer.Connection) {
        connection.write(String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n")
    }
}
