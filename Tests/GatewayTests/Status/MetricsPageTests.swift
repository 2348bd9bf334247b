import Core
import GatewayAPI
import TestKit
import Testing

@testable import Gateway

/// `/metrics` as Prometheus scrapes it.
@Suite struct MetricsPageTests {
    private func scrape(_ gateway: InProcess, _ fields: [String] = []) async throws -> PrometheusText {
        let answer = try await gateway.ask("GET /metrics", fields)
        #expect(answer.status == 200)
        #expect(answer.field("content-type") == PrometheusText.mediaType)
        return try PrometheusText(answer.text)
    }

    @Test func everythingThatHappensIsCounted() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let other = try await InProcess(beside: gateway)
            let before = try await scrape(gateway)
            for loop in [gateway, other] {
                for _ in 0..<10 { try await loop.ask("GET /health/live") }
                #expect(try await loop.ask("GET /events/evt-none").status == 403)
            }
            let tea: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]
            #expect(try await other.ask("POST /events/", [], tea).status == 201)
            #expect(try await gateway.ask("GET /nothing").status == 404)
            #expect(try await gateway.ask("GET /events/?limit=x").status == 422)
            #expect(try await gateway.send("nonsense\r\n\r\n").answer().status == 400)
            let after = try await scrape(other)
            func grown(_ name: String, _ labels: [String: String]) -> Double {
                after.growth(name, labels, since: before)
            }
            let requests = "luma_mcp_http_requests_total"
            #expect(grown(requests, ["route": "/health/live", "method": "GET", "status": "200"]) == 20)
            #expect(grown(requests, ["route": "/events/", "method": "POST", "status": "201"]) == 1)
            #expect(grown(requests, ["route": "/events/{event_id}", "status": "403"]) == 2)
            #expect(grown(requests, ["route": "-", "status": "404"]) == 1)
            #expect(grown(requests, ["route": "-", "status": "400"]) == 1)
            #expect(grown(requests, ["route": "/events/", "status": "422"]) == 1)
            #expect(grown(requests, ["route": "/metrics"]) == 1)
            let durations = "luma_mcp_http_request_duration_seconds"
            #expect(grown(durations + "_count", ["route": "/health/live"]) == 20)
            #expect(grown(durations + "_sum", ["route": "/events/", "method": "POST"]) > 0)
            #expect(grown("luma_mcp_upstream_calls_total", ["operation": "events/create", "outcome": "200"]) == 1)
            #expect(grown("luma_mcp_upstream_calls_total", ["operation": "events/get", "outcome": "403"]) >= 1)
            #expect(after.values("luma_mcp_upstream_retries_total") == [0])
            #expect(after.values("luma_mcp_loop_lag_seconds").count == 2 && after.values("luma_mcp_loops") == [2])
            #expect(after.values("luma_mcp_upstream_up") == [1])
            #expect(after.values("luma_mcp_breaker_state", ["state": "closed"]) == [1])
            await other.end()
        }
    }

    @Test func callsOfToolsAreCounted() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            #expect(try await client.call("list_templates")["isError"] == false)
            _ = try await client.modern("tools/call", ["name": "no_such_tool"])
            let text = try await scrape(gateway)
            #expect(text.values("luma_mcp_tool_calls_total", ["tool": "list_templates", "outcome": "ok"]) == [1])
            // A name that no tool has may be any text.
            #expect(text.values("luma_mcp_tool_calls_total", ["tool": "-"]) == [1])
            #expect(text.values("luma_mcp_http_requests_total", ["route": "/mcp", "method": "POST"]).reduce(0, +) == 2)
        }
    }

    @Test func aTraceIsInTheLog() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            for (id, value) in [("good", "00-\(trace)-00f067aa0ba902b7-01"), ("bad", "00-\(trace)-xyz-01")] {
                let answer = try await gateway.ask("GET /events/", ["traceparent: \(value)", "X-Request-Id: \(id)"])
                #expect(answer.status == 200)
            }
            try await gateway.ask("GET /events/", ["X-Request-Id: none"])
            let lines = await gateway.logLines()
            func traced(_ id: JSON) -> String? { lines.first { $0["request_id"] == id }?["trace_id"]?.stringValue }
            #expect(traced("good") == trace && traced("none") == nil)
            #expect(traced("bad")?.count == 32 && traced("bad") != trace)
        }
    }

    @Test func aScrapeNeedsATokenWhereThereAreSome() async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            #expect(try await gateway.ask("GET /metrics").status == 401)
            _ = try await scrape(gateway, Tokens.bearer(Tokens.reader))
            #expect(try await gateway.ask("POST /metrics").status == 405)
        }
    }
}
