import Core
import GatewayAPI
import IO
import LumaClient
import MCP
import Settings
import TestKit
import Testing

@testable import Gateway

/// What is kept of a call that is refused, on every way to a tool.
@Suite struct RefusedCallTests {
    private static let token = "few-few-few-few-few-few-1"

    private static func settings(_ bounds: String) -> [Setting: String] {
        [.authTokens: "few:write:\(token):\(bounds)", .lunaEndpoint: "true"]
    }

    /// Why a call is refused.
    private enum Refusal: String, CaseIterable {
        case unknown, hidden, arguments, bounds, concurrency, perMinute, room
    }

    /// Each refusal leaves one line with what is known of the call.
    @Test(arguments: ToolEdge.allCases) func everyRefusedCallIsInTheLog(edge: ToolEdge) async throws {
        for refusal in Refusal.allCases {
            // What is bound to its connection, or to the program that has begun it, takes no room of this kind.
            if refusal == .room, edge == .modern || edge == .stdio { continue }
            let limits =
                switch refusal {
                case .concurrency: "concurrency=1"
                case .perMinute: "per_minute=1"
                default: ""
                }
            try await InProcess.serve(Self.settings(":zz__* list_* !*hidden:\(limits)")) {
                (gateway: InProcess) async throws in
                gateway.shared.mcp.sources.replace(source: "zz", with: EchoTools.maker)
                let holder = try #require(gateway.shared.access.tokens?.principal(of: Self.token))
                let limiter = gateway.shared.access.toolCalls
                var (tool, arguments): (String, JSON) = ("zz__echo", ["text": "private"])
                var (outcome, source): (JSON, JSON) = ("busy", "zz")
                var holds = false
                switch refusal {
                case .unknown: (tool, outcome, source) = ("zz__none", "refused", "-")
                case .hidden: (tool, outcome, source) = ("zz__hidden", "refused", "-")
                case .arguments: (arguments, outcome) = (["n": "private"], "invalid_arguments")
                case .bounds:
                    arguments = ["text": .string("private" + String(repeating: "x", count: 300_000))]
                    outcome = "refused"
                case .concurrency, .perMinute:
                    holds = true
                    #expect(limiter.begin(holder, at: LoopClock.monotonicNow) == nil)
                case .room:
                    #expect(gateway.shared.mcp.calls.take(CallShares.maxOfOne, for: CallerKey(label: "few")))
                }
                let reply = try await edge.call(tool, arguments, Self.token, gateway)
                #expect(reply.isFailure, "\(edge) \(refusal) \(reply.text)")
                let calls = await gateway.toolCalls()
                let line = try #require(calls.first, "\(edge) \(refusal)")
                #expect(calls.count == 1, "\(edge) \(refusal) \(calls)")
                #expect(line["label"] == "few" && line["tool"]?.stringValue == tool, "\(edge) \(refusal) \(line)")
                #expect(line["source"] == source && line["outcome"] == outcome, "\(edge) \(refusal) \(line)")
                #expect(line["arguments"]?.stringValue?.isEmpty == false, "\(line)")
                #expect(line["duration_us"]?.intValue != nil, "\(line)")
                #expect(!"\(calls)".contains("private"))
                if holds { limiter.ended(holder) }
                if refusal == .room {
                    gateway.shared.mcp.calls.giveBack(CallShares.maxOfOne, of: CallerKey(label: "few"))
                }
            }
        }
    }

    /// What a way itself refuses before there is a call.
    @Test func whatTheProtocolRefusesIsInTheLogToo() async throws {
        try await InProcess.serve(Self.settings("::")) { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: EchoTools.maker)
            let client = MCPClient(gateway, Tokens.bearer(Self.token))
            let call = MCPClient.request("tools/call", ["name": "zz__echo", "arguments": [:]])
            let (modern, fields) = client.message("tools/call", ["name": "zz__echo", "arguments": [:]])
            let rest = Tokens.bearer(Self.token)
            for (name, answer) in [
                ("no session", try await client.post(call)),
                ("a session that is over", try await client.post(call, ["Mcp-Session-Id: gone"])),
                ("another version in the header", try await client.post(modern, ["MCP-Protocol-Version: 2026-01-01"])),
                (
                    "another name in the header",
                    try await client.post(
                        modern, fields.filter { !$0.hasPrefix("Mcp-Name") } + ["Mcp-Name: other"])
                ),
                ("no object", try await gateway.ask("POST /tools/zz__echo", rest, [1])),
                ("a key", try await gateway.ask("POST /tools/zz__echo", rest + ["Idempotency-Key: one"], [:])),
                ("a condition", try await gateway.ask("POST /tools/zz__echo", rest + ["If-Match: *"], [:])),
            ] {
                #expect(answer.status >= 400, "\(name) \(answer.text)")
            }
            let calls = await gateway.toolCalls()
            #expect(calls.count == 7, "\(calls)")
            for line in calls {
                #expect(line["label"] == "few" && line["tool"] == "zz__echo" && line["outcome"] == "refused", "\(line)")
            }
        }
    }
}
