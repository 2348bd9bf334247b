import Core
import Foundation
import Glibc
import IO
import MCP
import TestKit
import Testing

@testable import Gateway

/// The ways on which a client of MCP speaks with a gateway.
enum MCPWay: String, CaseIterable {
    case modern, session, sse, stdio
}

/// One client on one of the ways, from its handshake on.
final class MCPSpeaker {
    private let way: MCPWay
    private let client: MCPClient
    private let suffix: String
    private var session: [String] = []
    private var stream: OpenRequest?
    private var path = ""
    private var stdio: StdioClient?
    private var lastID = 100

    /// - Parameters:
    ///   - fields: what goes with each request over HTTP.
    ///   - suffix: what stands behind `/mcp` and `/sse`. Over standard input the toolset that it names is chosen at the start.
    ///   - principal: who has started the program, over standard input.
    init(
        _ way: MCPWay, _ gateway: InProcess, _ fields: [String], suffix: String = "", _ principal: Principal
    ) async throws {
        self.way = way
        self.suffix = suffix
        client = MCPClient(gateway, fields)
        let hello = MCPClient.hello("2025-11-25")
        switch way {
        case .modern: break
        case .session:
            let answer = try await client.post(hello, path: "/mcp" + suffix)
            session = ["Mcp-Session-Id: " + (try #require(answer.field("mcp-session-id"), "\(answer.text)"))]
        case .sse:
            let stream = try await gateway.open("GET /sse\(suffix)", fields)
            let opening = try await stream.hears("\n\n")
            path = String(opening.text.dropFirst("event: endpoint\ndata: ".count).prefix { $0 != "\n" })
            self.stream = stream
            _ = try await client.post(hello, path: path)
            try await stream.hears(#""id":"hello""#)
        case .stdio:
            let toolset = try Self.toolset(suffix, fields, gateway)
            let stdio = try await StdioClient(gateway, principal, toolset)
            self.stdio = stdio
            _ = try await stdio.ask(hello)
        }
    }

    /// What the option of the command chooses that stands for the path and the field over HTTP.
    private static func toolset(_ suffix: String, _ fields: [String], _ gateway: InProcess) throws -> Toolset? {
        let prefix = "X-MCP-Toolsets: "
        let field = fields.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        let names =
            suffix.isEmpty
            ? (field ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            : [String(suffix.dropFirst("/x/".count))]
        return try gateway.shared.access.toolsets.choice(option: names)
    }

    /// The whole answer to a request, without its id.
    func ask(_ method: String, _ params: JSONObject = [:]) async throws -> JSON {
        lastID += 1
        let id: JSON = .number(JSONNumber(lastID))
        let request = MCPClient.request(method, .object(params), id: id)
        var answer: JSON?
        switch way {
        case .modern:
            let (body, fields) = client.message(method, params, id: id)
            answer = try await client.post(body, fields, path: "/mcp" + suffix).json
        case .session: answer = try await client.post(request, session, path: "/mcp" + suffix).json
        case .sse:
            let stream = try #require(stream)
            let taken = try await client.post(request, path: path)
            // What is no message is answered where it was posted.
            if taken.status == 400 {
                answer = taken.json
                break
            }
            #expect(taken.status == 202, "\(taken.text)")
            answer = try await stream.hears("\"id\":\(lastID),").messages.last { $0["id"] == id }
        case .stdio: answer = try await stdio?.ask(request)
        }
        guard case .object(var whole) = try #require(answer, "\(way) \(method)") else { return .null }
        whole["id"] = nil
        return .object(whole)
    }

    /// The names of all tools that are listed.
    func tools() async throws -> [String] {
        var names: [String] = []
        var params = JSONObject()
        repeat {
            let page = try await ask("tools/list", params)["result"]
            names += page?["tools"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
            params["cursor"] = page?["nextCursor"]
        } while params["cursor"] != nil
        return names
    }

    /// How often the client was told that the list of tools is another one. On the ways that have a stream by themselves.
    func toolNews() async throws -> Int { try await news(of: "tools") }

    /// The same of any list.
    func news(of list: String) async throws -> Int { await count(list + "/list_changed") }

    /// How often it was told that a resource reads otherwise now.
    func updates() async -> Int { await count("resources/updated") }

    private func count(_ part: String) async -> Int {
        let text = await stream?.seen().text ?? stdio?.text ?? ""
        return text.split(separator: part, omittingEmptySubsequences: false).count - 1
    }

    func end() async {
        await stream?.goAway()
        await stdio?.end()
    }
}

/// A conversation over what would be standard input and output, on the loop of a gateway in process.
private final class StdioClient {
    private let gateway: InProcess
    private let conversation: LoopBound<StdioConversation>
    private let path: String
    private let descriptor: Int32

    init(_ gateway: InProcess, _ principal: Principal, _ toolset: Toolset?) async throws {
        self.gateway = gateway
        path = FileManager.default.temporaryDirectory.appendingPathComponent("stdio-" + UUID().uuidString).path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        self.descriptor = descriptor
        try #require(descriptor >= 0)
        let (executor, shared) = (gateway.loop.executor, gateway.shared.mcp)
        conversation = await gateway.perform { application in
            let conversation = StdioConversation(
                application.mcp.dispatcher, shared, principal, toolset, reactor: application.loopContext.reactor,
                output: LineOutput(descriptor: descriptor), writes: application.loopContext.operations.writes)
            return LoopBound(conversation, on: executor)
        }
    }

    var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    func ask(_ request: JSON) async throws -> JSON {
        let conversation = conversation
        await gateway.perform { _ in conversation.value.take(.line(request.encoded)) }
        var answer: JSON?
        _ = await soon {
            // The last line may not be whole yet.
            answer = text.split(separator: "\n").compactMap { try? JSON.parse(String($0)) }
                .last { $0["id"] == request["id"] }
            return answer != nil
        }
        return try #require(answer, "\(text)")
    }

    func end() async {
        let conversation = conversation
        await gateway.loop.leave(conversation)
        close(descriptor)
        unlink(path)
    }
}

extension Loop {
    fileprivate func leave(_ conversation: LoopBound<StdioConversation>) async {
        await conversation.value.end(by: LoopClock(reactor).now.advanced(seconds: 1))
    }
}
