import Core
import GatewayAPI
import IO
import MCP
import Settings
import TestKit
import Testing

@testable import Gateway

/// How many calls a token may make, on every way to a tool.
@Suite struct ToolCallLimitsTests {
    private static let token = "few-few-few-few-few-few-1"
    private static let other = "all-all-all-all-all-all-2"

    private static func settings(_ bounds: String) -> [Setting: String] {
        [.authTokens: "few:write:\(token):\(bounds),all:write:\(other)", .lunaEndpoint: "true"]
    }

    @Test(arguments: ToolEdge.allCases) func aMinuteHasSoManyCalls(edge: ToolEdge) async throws {
        try await InProcess.serve(Self.settings("::per_minute=2")) { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: EchoTools.maker)
            for tool in ["zz__echo", "list_templates"] {
                let reply = try await edge.call(tool, [:], Self.token, gateway)
                #expect(!reply.isFailure, "\(reply.text)")
            }
            // Also a tool whose result is always the same.
            for tool in ["zz__echo", "list_templates"] {
                let reply = try await edge.call(tool, [:], Self.token, gateway)
                #expect(reply.isFailure && reply.text.contains("2 calls of tools in a minute"), "\(reply.text)")
                #expect(reply.status == nil || reply.status == 429, "\(reply)")
                #expect((reply.retryAfter == nil) == (reply.status == nil), "\(reply)")
            }
            // Nobody else is held back.
            #expect(try await !edge.call("zz__echo", [:], Self.other, gateway).isFailure)
            let calls = await gateway.toolCalls()
            #expect(calls.map { $0["outcome"] } == ["ok", "ok", "busy", "busy", "ok"])
            #expect(
                calls.map { $0["tool"] } == ["zz__echo", "list_templates", "zz__echo", "list_templates", "zz__echo"])
            #expect(gateway.shared.access.toolCalls.count == 0)
        }
    }

    @Test(arguments: ToolEdge.allCases) func soManyCallsAreInProgress(edge: ToolEdge) async throws {
        try await InProcess.serve(Self.settings("::concurrency=1")) { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: EchoTools.maker)
            for _ in 0..<3 {
                let reply = try await edge.call("zz__echo", [:], Self.token, gateway)
                #expect(!reply.isFailure, "\(reply.text)")
            }
            let limiter = gateway.shared.access.toolCalls
            let holder = try #require(gateway.shared.access.tokens?.principal(of: Self.token))
            #expect(limiter.begin(holder, at: MonotonicTime(nanoseconds: 0)) == nil)
            let reply = try await edge.call("zz__echo", [:], Self.token, gateway)
            #expect(reply.isFailure && reply.text.contains("1 call of tools in progress"), "\(reply.text)")
            #expect(reply.status == nil || reply.status == 429 && reply.retryAfter == "1", "\(reply)")
            limiter.ended(holder)
            #expect(try await !edge.call("zz__echo", [:], Self.token, gateway).isFailure)
            #expect(limiter.count == 0)
            #expect(await gateway.toolCalls().map { $0["outcome"] } == ["ok", "ok", "ok", "busy", "ok"])
        }
    }

    @Test func overRESTTheReasonIsThatOfEveryLimit() async throws {
        try await InProcess.serve(Self.settings("::per_minute=1")) { (gateway: InProcess) async throws in
            let fields = Tokens.bearer(Self.token)
            #expect(try await gateway.ask("POST /tools/list_templates", fields, [:]).status == 200)
            let refused = try await gateway.ask("POST /tools/list_templates", fields, [:])
            #expect(refused.reason == "rate_limited" && refused.json?["details"]?["code"] == "calls_per_minute")
            #expect(refused.json?["details"]?["result"]?["isError"] == true, "\(refused.text)")
            // Lists and the events API have limits of their own.
            #expect(try await gateway.ask("GET /tools/", fields).status == 200)
            #expect(try await gateway.ask("GET /events/", fields).status == 200)
        }
    }

    /// A client that goes away gives back what its call has taken.
    @Test func aCallThatNobodyWaitsForCountsNoMore() async throws {
        try await InProcess.serve(Self.settings("::concurrency=1")) { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz") { reactor in
                [
                    Tool(
                        "zz__waits", title: "", description: "", input: ["type": "object"],
                        hints: Tool.Hints(readOnly: true, destructive: false, idempotent: true, openWorld: false),
                        scope: .read
                    ) { _, _ throws(CallFailure) in
                        try? await LoopClock(reactor).sleep(until: reactor.now.advanced(seconds: 3600))
                        throw .cancelled
                    }
                ]
            }
            let limiter = gateway.shared.access.toolCalls
            let request = try await gateway.open("POST /tools/zz__waits", Tokens.bearer(Self.token), [:])
            #expect(await soon { limiter.count == 1 })
            let second = try await gateway.ask("POST /tools/zz__waits", Tokens.bearer(Self.token), [:])
            #expect(second.status == 429, "\(second.text)")
            await request.goAway()
            #expect(await soon { limiter.count == 0 })
        }
    }
}
