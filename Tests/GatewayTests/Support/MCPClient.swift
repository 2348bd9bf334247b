import Core
import TestKit
import Testing

@testable import Gateway

/// A client of MCP that asks a gateway in process, in either era.
struct MCPClient: ModernMCP {
    private static let accept = "Accept: application/json, text/event-stream"

    let gateway: InProcess
    /// What goes with each request, such as a token.
    var fields: [String] = []
    /// What a client of the newest revision can do.
    var capabilities: JSON = [:]

    init(_ gateway: InProcess, _ fields: [String] = [], capabilities: JSON = [:]) {
        self.gateway = gateway
        self.fields = fields
        self.capabilities = capabilities
    }

    static func request(_ method: String, _ params: JSON = [:], id: JSON = 1) -> JSON {
        ["jsonrpc": "2.0", "id": id, "method": .string(method), "params": params]
    }

    static func notification(_ method: String, _ params: JSON = [:]) -> JSON {
        ["jsonrpc": "2.0", "method": .string(method), "params": params]
    }

    // MARK: Any era

    @discardableResult
    func post(_ body: JSON, _ more: [String] = [], path: String = "/mcp") async throws -> Answer {
        try await open(body, more, path: path).answer()
    }

    func open(_ body: JSON, _ more: [String] = [], path: String = "/mcp") async throws -> OpenRequest {
        let accept = more.contains { $0.hasPrefix("Accept:") } ? [] : [Self.accept]
        return try await gateway.open("POST \(path)", fields + accept + more, body)
    }

    // MARK: The era of handshakes

    static func hello(_ revision: String, capabilities: JSON = [:]) -> JSON {
        request(
            "initialize",
            [
                "protocolVersion": .string(revision), "capabilities": capabilities,
                "clientInfo": ["name": "t", "version": "1"],
            ], id: "hello")
    }

    /// The field that names a new session.
    func session(_ revision: String = "2025-11-25", capabilities: JSON = [:]) async throws -> String {
        let answer = try await post(Self.hello(revision, capabilities: capabilities))
        #expect(answer.status == 200)
        return "Mcp-Session-Id: " + (try #require(answer.field("mcp-session-id"), "\(answer.text)"))
    }

    /// The stream of a session.
    func stream(_ session: String) async throws -> OpenRequest {
        let stream = try await gateway.open("GET /mcp", fields + [session, "Accept: text/event-stream"])
        #expect(try await stream.begins().status == 200)
        return stream
    }

    func endSession(_ session: String) async throws -> Int {
        try await gateway.ask("DELETE /mcp", fields + [session]).status
    }

    // MARK: The era without sessions

    func modern(_ method: String, _ params: JSONObject = [:], id: JSON = 1, _ more: [String] = []) async throws
        -> Answer
    {
        let (body, fields) = message(method, params, id: id)
        return try await post(body, fields + more)
    }

    /// The same as a request that stays open.
    func openModern(_ method: String, _ params: JSONObject = [:], id: JSON = 1) async throws -> OpenRequest {
        let (body, fields) = message(method, params, id: id)
        return try await open(body, fields)
    }

    func answer(to message: JSON, _ fields: [String]) async throws -> String { try await post(message, fields).text }
}
