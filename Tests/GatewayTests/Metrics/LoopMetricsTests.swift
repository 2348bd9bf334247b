import GatewayAPI
import Testing

@testable import Gateway
@testable import LumaClient
@testable import MCP

@Suite struct LoopMetricsTests {
    @Test func requestsByRouteAndStatus() {
        let metrics = LoopMetrics()
        for _ in 0..<3 { metrics.answered(.health, status: 200, nanoseconds: 10) }
        metrics.answered(.health, status: 503, nanoseconds: 20)
        metrics.answered(nil, status: 404, nanoseconds: 30)
        metrics.answered(.sse, status: 200, nanoseconds: 60_000_000_000)
        for odd in [0, 199, 600, Int.max] { metrics.answered(.live, status: odd, nanoseconds: 1) }
        let report = metrics.snapshot()
        #expect(
            report.requests == [
                .init(endpoint: .health, status: 200): 3, .init(endpoint: .health, status: 503): 1,
                .init(endpoint: nil, status: 404): 1, .init(endpoint: .sse, status: 200): 1,
                .init(endpoint: .live, status: 200): 2, .init(endpoint: .live, status: 599): 2,
            ])
        #expect(report.durations[.health]?.count == 4 && report.durations[.none]?.count == 1)
        #expect(report.durations[.sse] == nil)
    }

    @Test func everyEndpointHasItsOwnPlace() {
        let metrics = LoopMetrics()
        for endpoint in Endpoint.allCases { metrics.answered(endpoint, status: 200, nanoseconds: 1) }
        #expect(metrics.snapshot().requests.count == Endpoint.allCases.count)
        #expect(Endpoint.allCases.map(\.id) == Array(0..<Endpoint.allCases.count))
    }

    @Test func loopsAreSummedUp() {
        let (one, two) = (LoopMetrics(), LoopMetrics())
        for metrics in [one, two, two] {
            metrics.answered(.getEvent, status: 200, nanoseconds: 1_000_000)
            metrics.called(.init(operation: "events/get", number: 1, outcome: "200", seconds: 0.5))
            metrics.called(.init(operation: "events/get", number: 0, outcome: "timeout", seconds: 0.5))
            metrics.waited(seconds: 0.25)
        }
        var sum = one.snapshot()
        sum += two.snapshot()
        #expect(sum.requests == [.init(endpoint: .getEvent, status: 200): 3])
        #expect(sum.durations[.getEvent]?.nanoseconds == 3_000_000)
        #expect(sum.calls.values.sorted() == [3, 3] && sum.retries == 3 && sum.budgetWait == 0.75)
        #expect(sum.callDurations["events/get"]?.count == 6)
    }

    @Test func namesThatNoToolHasAreOneName() {
        let metrics = LoopMetrics()
        for (name, outcome) in [("a", ToolAudit.Outcome.refused), ("b", .refused), (nil, .failed), ("health", .ok)] {
            metrics.used(
                ToolAudit(label: "x", tool: name, argumentDigest: "", outcome: outcome, durationNanoseconds: 1))
        }
        #expect(
            metrics.snapshot().tools == [
                .init(operation: "-", outcome: "refused"): 2, .init(operation: "-", outcome: "failed"): 1,
                .init(operation: "health", outcome: "ok"): 1,
            ])
    }
}
