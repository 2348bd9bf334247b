import Core
import Foundation
import MCP
import Settings
import TestKit
import Testing

@testable import Gateway

/// The log line of a request says what the calls of its tools have cost, on each of the ways to a tool.
@Suite struct ToolCallCountsTests {
    private static let tool = "list_events"

    /// The line of the last request that was for this route.
    private static func line(_ route: String, _ gateway: InProcess) async throws -> JSON {
        try #require(await gateway.logLines().last { $0["route"]?.stringValue == route }, "no line for \(route)")
    }

    @Test(arguments: ["rest", "modern", "session", "batch", "direct"])
    func callsOfToolsAreCounted(way: String) async throws {
        try await InProcess.serve([.lunaEndpoint: "true"]) { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let parameters: JSON = ["name": .string(Self.tool), "arguments": [:]]
            var route = "/mcp"
            var session: [String] = []
            var tools = 1
            if way == "session" || way == "batch" {
                session = [try await client.session(way == "batch" ? "2025-03-26" : "2025-11-25")]
            }
            let before = gateway.luma.asked.count
            let answer: Answer
            switch way {
            case "rest":
                route = "/tools/{name}"
                answer = try await gateway.ask("POST /tools/\(Self.tool)", [], [:])
            case "modern": answer = try await client.modern("tools/call", parameters.objectValue ?? [:])
            case "session": answer = try await client.post(MCPClient.request("tools/call", parameters), session)
            case "batch":
                // Two, of which one counts nothing.
                tools = 2
                answer = try await client.post(
                    [
                        MCPClient.request("tools/call", parameters, id: 1),
                        MCPClient.request("tools/call", ["name": "list_templates", "arguments": [:]], id: 2),
                    ], session)
            default:
                answer = try await gateway.ask("POST /mcp", [], MCPClient.request(Self.tool))
            }
            #expect(answer.status == 200, "\(answer.text)")
            let made = gateway.luma.asked.count - before
            #expect(made > 0, "\(answer.text)")
            #expect(try await Self.line(route, gateway)["upstream_calls"]?.intValue == made)
            let told = await gateway.toolCalls()
            #expect(told.count == tools)
        }
    }

    /// Its stream has the answers, so the line of the stream has the calls.
    @Test func thoseOfAConversationAreToldWithItsStream() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let stream = try await gateway.open("GET /sse", ["Accept: text/event-stream"])
            let opening = try await stream.hears("\n\n")
            let path = String(opening.text.dropFirst("event: endpoint\ndata: ".count).prefix { $0 != "\n" })
            let client = MCPClient(gateway)
            _ = try await client.post(MCPClient.hello("2024-11-05"), path: path)
            try await stream.hears(#""id":"hello""#)
            let before = gateway.luma.asked.count
            let parameters: JSON = ["name": .string(Self.tool), "arguments": [:]]
            for id in 1...2 {
                _ = try await client.post(
                    MCPClient.request("tools/call", parameters, id: .number(JSONNumber(id))), path: path)
                try await stream.hears("\"id\":\(id),")
            }
            let made = gateway.luma.asked.count - before
            #expect(made > 0)
            await stream.goAway()
            for _ in 0..<500 where await gateway.logLines().last?["route"] != "/sse" { await Task.yield() }
            #expect(try await Self.line("/sse", gateway)["upstream_calls"]?.intValue == made)
        }
    }
}
