public import Core

/// A client of MCP's newest revision, which has no session, over whatever carries its messages.
public protocol ModernMCP {
    /// What it says that it can do.
    var capabilities: JSON { get }

    /// Posts a message with these fields.
    /// - Returns: the text of its answer.
    func answer(to message: JSON, _ fields: [String]) async throws -> String
}

/// An answer that a test has not expected.
public struct UnexpectedAnswer: Error, CustomStringConvertible {
    public let description: String
}

extension ModernMCP {
    public static var newest: String { "2026-07-28" }

    /// A request, and the fields that it needs.
    public func message(
        _ method: String, _ params: JSONObject = [:], id: JSON = 1
    ) -> (body: JSON, fields: [String]) {
        var params = params
        params["_meta"] = [
            "io.modelcontextprotocol/protocolVersion": .string(Self.newest),
            "io.modelcontextprotocol/clientCapabilities": capabilities,
        ]
        var fields = ["MCP-Protocol-Version: \(Self.newest)", "Mcp-Method: \(method)"]
        if let name = (params["name"] ?? params["uri"])?.stringValue { fields.append("Mcp-Name: \(name)") }
        return (["jsonrpc": "2.0", "id": id, "method": .string(method), "params": .object(params)], fields)
    }

    /// The whole answer.
    public func ask(_ method: String, _ params: JSONObject = [:]) async throws -> JSON {
        let (body, fields) = message(method, params)
        let text = try await answer(to: body, fields)
        guard let json = try? JSON.parse(text) else {
            throw UnexpectedAnswer(description: "\(method) is answered with no JSON: \(text)")
        }
        return json
    }

    /// The result of a tool, whether or not it has failed.
    public func call(_ tool: String, _ arguments: JSON = [:]) async throws -> JSON {
        let answer = try await ask("tools/call", ["name": .string(tool), "arguments": arguments])
        guard let result = answer["result"] else {
            throw UnexpectedAnswer(description: "\(tool) has no result: \(answer)")
        }
        return result
    }

    /// The structured result of a tool that has not failed.
    public func result(_ tool: String, _ arguments: JSON = [:]) async throws -> JSON {
        let result = try await call(tool, arguments)
        guard result["isError"] == false, let content = result["structuredContent"] else {
            throw UnexpectedAnswer(description: "\(tool) has failed: \(result)")
        }
        return content
    }

    /// The words of a tool's failure.
    public func failure(_ tool: String, _ arguments: JSON = [:]) async throws -> String {
        let result = try await call(tool, arguments)
        guard result["isError"] == true else {
            throw UnexpectedAnswer(description: "\(tool) has not failed: \(result)")
        }
        return result["content"]?.arrayValue?.first?["text"]?.stringValue ?? ""
    }

    /// The names of the tools that it is offered, all of which are on one page.
    public func offeredTools() async throws -> [String] {
        let answer = try await ask("tools/list")
        guard let tools = answer["result"]?["tools"]?.arrayValue, answer["result"]?["nextCursor"] == nil else {
            throw UnexpectedAnswer(description: "no one page of tools: \(answer)")
        }
        return tools.compactMap { $0["name"]?.stringValue }
    }
}
