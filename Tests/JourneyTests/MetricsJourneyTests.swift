import Core
import Foundation
import TestKit
import Testing

/// `/metrics` as Prometheus scrapes it.
@Suite struct MetricsJourneyTests {
    private func scrape(_ root: String, _ arguments: [String] = []) async throws -> PrometheusText {
        let answer = try await curl(arguments + [root + "/metrics"])
        #expect(answer.status == 200)
        #expect(answer.field("content-type") == PrometheusText.mediaType)
        return try PrometheusText(answer.body)
    }

    @Test func everythingThatHappensIsCounted() async throws {
        let gateway = try await RunningGateway.start(.standAlone, environment: ["LUMA_WORKERS": "3"])
        let root = gateway.address
        let before = try await scrape(root)
        for _ in 0..<20 { #expect(try await curl(root + "/health/live").status == 200) }
        let tea: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]
        #expect(try await curlJSON("POST", root + "/events/", tea).status == 201)
        for _ in 0..<2 { #expect(try await curl(root + "/events/evt-none").status == 403) }
        #expect(try await curl(root + "/nothing").status == 404)
        #expect(try await curl(root + "/events/?limit=x").status == 422)
        let after = try await scrape(root)

        func grown(_ name: String, _ labels: [String: String]) -> Double {
            after.growth(name, labels, since: before)
        }
        let requests = "luma_mcp_http_requests_total"
        #expect(grown(requests, ["route": "/health/live", "method": "GET", "status": "200"]) == 20)
        #expect(grown(requests, ["route": "/events/", "method": "POST", "status": "201"]) == 1)
        #expect(grown(requests, ["route": "/events/{event_id}", "status": "403"]) == 2)
        #expect(grown(requests, ["route": "-", "status": "404"]) == 1)
        #expect(grown(requests, ["route": "/events/", "status": "422"]) == 1)
        #expect(grown(requests, ["route": "/metrics"]) == 1)
        let durations = "luma_mcp_http_request_duration_seconds"
        #expect(grown(durations + "_count", ["route": "/health/live"]) == 20)
        #expect(grown(durations + "_sum", ["route": "/events/", "method": "POST"]) > 0)
        #expect(grown("luma_mcp_upstream_calls_total", ["operation": "events/create", "outcome": "200"]) == 1)
        #expect(grown("luma_mcp_upstream_calls_total", ["operation": "events/get", "outcome": "403"]) >= 1)
        #expect(after.values("luma_mcp_upstream_retries_total") == [0])
        #expect(after.values("luma_mcp_loop_lag_seconds").count == 3)
        #expect(after.values("luma_mcp_loops") == [3])
        #expect(after.values("luma_mcp_connections")[0] >= 1)
        #expect(after.values("luma_mcp_upstream_up") == [1])
        #expect(after.values("luma_mcp_breaker_state", ["state": "closed"]) == [1])
        #expect(after.values("luma_mcp_journal_unsettled") == [0] && after.values("luma_mcp_store_usable").count == 1)
        #expect(after.values("luma_mcp_budget_limit", ["class": "get"])[0] > 0)
        #expect(after.values("process_resident_memory_bytes")[0] > 1_000_000)
        #expect(after.values("process_cpu_seconds_total")[0] >= 0 && after.values("process_open_fds")[0] > 5)
        let age = Date().timeIntervalSince1970 - after.values("process_start_time_seconds")[0]
        #expect(age >= 0 && age < 60)
        #expect(after.values("luma_mcp_build_info") == [1])
        #expect(after.types.count >= 25)
    }

    /// Prometheus' own reader, where it is installed.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool"), "promtool is not installed"))
    func promtoolFindsNothingWrong() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        _ = try await curl(gateway.address + "/events/")
        let result = try await run(
            "bash", ["-c", "set -o pipefail; curl -sS \(gateway.address)/metrics | promtool check metrics"])
        #expect(result.code == 0 && (result.out + result.err).isEmpty, "\(result)")
    }
}
