import Core
import HTTP
import IOTestKit
import MCP
import TestKit
import Testing

@testable import Gateway

/// Every way by which a tool is called.
enum ToolEdge: String, CaseIterable {
    case modern, session, sse, stdio, rest, direct

    /// One answer, as far as all ways have it.
    struct Reply {
        /// Nil where the status says nothing of the call.
        var status: Int?
        var retryAfter: String?
        /// All of the body.
        var text: String
        /// Whether the tool, or what stands before it, says that the call has failed.
        var isFailure: Bool
    }

    /// Calls a tool with a token.
    func call(_ tool: String, _ arguments: JSON, _ token: String, _ gateway: InProcess) async throws -> Reply {
        let fields = Tokens.bearer(token)
        switch self {
        case .rest:
            let answer = try await gateway.ask("POST /tools/\(tool)", fields, arguments)
            let isFailure = answer.status != 200 || answer.json?["isError"] == true
            return Reply(
                status: answer.status, retryAfter: answer.field("retry-after"), text: answer.text, isFailure: isFailure)
        case .direct:
            let message: JSON = ["jsonrpc": "2.0", "id": 1, "method": .string(tool), "params": arguments]
            let answer = try await gateway.ask("POST /mcp", fields, message)
            return Reply(
                status: answer.status, retryAfter: answer.field("retry-after"), text: answer.text,
                isFailure: answer.status != 200)
        case .modern, .session, .sse, .stdio:
            let way = try #require(MCPWay(rawValue: rawValue))
            let principal = try #require(gateway.shared.access.tokens?.principal(of: token))
            let speaker = try await MCPSpeaker(way, gateway, fields, principal)
            let answer = try await speaker.ask("tools/call", ["name": .string(tool), "arguments": arguments])
            await speaker.end()
            return Reply(
                text: String(decoding: answer.encoded, as: UTF8.self),
                isFailure: answer["error"] != nil || answer["result"]?["isError"] == true)
        }
    }
}
