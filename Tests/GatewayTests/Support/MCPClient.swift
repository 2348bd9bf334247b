import Core
import GatewayAPI
import LumaAPI
import Testing

@testable import Gateway

/// A client of MCP that asks a gateway in process, in either era.
struct MCPClient {
    static let newest = "2026-07-28"
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

    /// A request of the newest revision, with the fields that it needs.
    func message(_ method: String, _ params: JSONObject = [:], id: JSON = 1) -> (body: JSON, fields: [String]) {
        var params = params
        params["_meta"] = [
            "io.modelcontextprotocol/protocolVersion": .string(Self.newest),
            "io.modelcontextprotocol/clientCapabilities": capabilities,
        ]
        var fields = ["MCP-Protocol-Version: \(Self.newest)", "Mcp-Method: \(method)"]
        if let name = (params["name"] ?? params["uri"])?.stringValue { fields.append("Mcp-Name: \(name)") }
        return (Self.request(method, .object(params), id: id), fields)
    }

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

    /// The whole answer.
    func ask(_ method: String, _ params: JSONObject = [:]) async throws -> JSON {
        let answer = try await modern(method, params)
        return try #require(answer.json, "\(method): \(answer.text)")
    }

    /// The result of a tool.
    func call(_ tool: String, _ arguments: JSON = [:]) async throws -> JSON {
        let answer = try await modern("tools/call", ["name": .string(tool), "arguments": arguments])
        return try #require(answer.json?["result"], "\(tool): \(answer.text)")
    }

    /// The structured result of a tool that has not failed.
    func result(_ tool: String, _ arguments: JSON = [:]) async throws -> JSON {
        let result = try await call(tool, arguments)
        #expect(result["isError"] == false, "\(tool): \(result)")
        return try #require(result["structuredContent"], "\(tool): \(result)")
    }

    /// The words of a tool's failure.
    func failure(_ tool: String, _ arguments: JSON = [:]) async throws -> String {
        let result = try await call(tool, arguments)
        #expect(result["isError"] == true, "\(tool): \(result)")
        return result["content"]?.arrayValue?.first?["text"]?.stringValue ?? ""
    }

    // MARK: What is offered

    static let readingTools = tools(areWrites: false).union(["list_templates", "search", "fetch", "health"])
    static let writingTools = tools(areWrites: true).union(["create_event_from_template"])

    private static func tools(areWrites: Bool) -> Set<String> {
        Set(Surfaces.all.filter { $0.operation.isWrite == areWrites }.compactMap(\.tool))
    }
}
