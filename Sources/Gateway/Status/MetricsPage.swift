import Core
import GatewayAPI
import HTTP
import IO

/// `GET /metrics`: everything that is counted, for Prometheus.
enum MetricsPage {
    private typealias Text = MetricsText

    /// The answer to a scrape, gathered from one of the loops.
    static func response(_ hub: MetricsHub, on reactor: Reactor) async -> Response {
        let findings = await hub.gather(on: reactor)
        var text = MetricsText()
        text.begin("luma_mcp_build_info", .gauge, "Version of the program.")
        text.sample(1, [("version", Version.number)])
        write(findings.sum, to: &text)
        text.begin(
            "luma_mcp_loop_lag_seconds", .gauge,
            "Lag of each event loop at this scrape; absent for a loop that did not answer within a second.")
        for (index, lag) in findings.lags.enumerated() {
            if let lag { text.sample(lag, [("loop", String(index))]) }
        }
        text.single("luma_mcp_loops", .gauge, "Event loops.", Double(findings.lags.count))
        let now = LoopClock.monotonicNow
        for source in hub.allSources { await source.write(to: &text, now: now, on: reactor) }
        return Response(
            status: 200, fields: [Field("Content-Type", Text.contentType), Field("Cache-Control", "no-store")],
            body: text.bytes)
    }

    private static func write(_ report: LoopReport, to text: inout MetricsText) {
        text.begin("luma_mcp_http_requests_total", .counter, "Requests by route and status.")
        let requests = report.requests.sorted { a, b in
            (a.key.endpoint?.id ?? -1, a.key.status) < (b.key.endpoint?.id ?? -1, b.key.status)
        }
        for (key, count) in requests {
            text.sample(Double(count), labels(key.endpoint) + [("status", String(key.status))])
        }
        text.begin(
            "luma_mcp_http_request_duration_seconds", .histogram,
            "Time from a request's first byte to its response, without the streams of /sse and GET /mcp.")
        for (endpoint, histogram) in report.durations.sorted(by: { ($0.key?.id ?? -1) < ($1.key?.id ?? -1) }
        ) {
            histogram.write(to: &text, labels(endpoint))
        }
        text.begin("luma_mcp_upstream_calls_total", .counter, "Calls to Luma by operation and outcome.")
        for (key, count) in sorted(report.calls) {
            text.sample(Double(count), [("operation", key.operation), ("outcome", key.outcome)])
        }
        text.begin("luma_mcp_upstream_call_duration_seconds", .histogram, "Time of one call to Luma.")
        for (operation, histogram) in report.callDurations.sorted(by: { $0.key < $1.key }) {
            histogram.write(to: &text, [("operation", operation)])
        }
        text.single(
            "luma_mcp_upstream_retries_total", .counter, "Retries of calls to Luma.",
            Double(report.retries))
        text.single(
            "luma_mcp_budget_wait_seconds_total", .counter, "Time that calls waited for Luma's budget.",
            report.budgetWait)
        text.begin("luma_mcp_reads_total", .counter, "Reads by source of the response.")
        for (source, count) in report.reads.sorted(by: { $0.key.number < $1.key.number }) {
            text.sample(Double(count), [("source", source.rawValue.lowercased())])
        }
        text.begin("luma_mcp_tool_calls_total", .counter, "Calls of MCP tools by tool and outcome.")
        for (key, count) in sorted(report.tools) {
            text.sample(Double(count), [("tool", key.operation), ("outcome", key.outcome)])
        }
    }

    private static func sorted(_ counts: [LoopReport.CallKey: UInt64]) -> [(key: LoopReport.CallKey, value: UInt64)] {
        counts.sorted { ($0.key.operation, $0.key.outcome) < ($1.key.operation, $1.key.outcome) }
    }

    private static func labels(_ endpoint: Endpoint?) -> [MetricsText.Label] {
        guard let endpoint else { return [("method", "-"), ("route", "-")] }
        return [("method", endpoint.method.token), ("route", endpoint.pattern)]
    }
}
