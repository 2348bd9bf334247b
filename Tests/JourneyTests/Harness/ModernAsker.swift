import Core
import Foundation
import Testing

/// Asks a gateway by the newest revision of MCP, which has no session.
struct ModernAsker {
    let root: String
    /// Arguments for `curl`, such as a token.
    var arguments: [String] = []
    var capabilities: JSON = [:]

    init(_ gateway: RunningGateway, _ arguments: [String] = [], capabilities: JSON = [:]) {
        root = gateway.address
        self.arguments = arguments
        self.capabilities = capabilities
    }

    /// The whole answer.
    func ask(_ method: String, _ params: JSONObject = [:]) async throws -> JSON {
        var params = params
        params["_meta"] = [
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": capabilities,
        ]
        let body: JSON = ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": .object(params)]
        var headers = ["-H", "MCP-Protocol-Version: 2026-07-28", "-H", "Mcp-Method: \(method)"]
        if let name = (params["name"] ?? params["uri"])?.stringValue { headers += ["-H", "Mcp-Name: \(name)"] }
        let answer = try await curl(
            ["-X", "POST", "-H", "Content-Type: application/json", "--data-binary"]
                + [String(decoding: body.encoded, as: UTF8.self), root + "/mcp"] + headers + arguments)
        return try #require(answer.json, "\(answer.body)")
    }

    /// The result of a tool.
    func call(_ tool: String, _ arguments: JSON = [:]) async throws -> JSON {
        let answer = try await ask("tools/call", ["name": .string(tool), "arguments": arguments])
        return try #require(answer["result"], "\(tool): \(answer)")
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
}
