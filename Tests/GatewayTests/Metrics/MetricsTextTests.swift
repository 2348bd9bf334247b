import GatewayAPI
import TestKit
import Testing

@testable import Gateway

@Suite struct MetricsTextTests {
    @Test func familiesAndEscapes() throws {
        var text = MetricsText()
        text.begin("a_total", .counter, "Help with \\ and\nline.")
        text.sample(3, [("x", "a\"b\\c\nd é"), ("y", "")])
        text.sample(0.25)
        text.single("b", .gauge, "B.", -.infinity)
        #expect(
            String(decoding: text.bytes, as: UTF8.self) == """
                # HELP a_total Help with \\\\ and\\nline.
                # TYPE a_total counter
                a_total{x="a\\"b\\\\c\\nd é",y=""} 3
                a_total 0.25
                # HELP b B.
                # TYPE b gauge
                b -Inf

                """)
        let read = try PrometheusText(String(decoding: text.bytes, as: UTF8.self))
        #expect(read.values("a_total", ["x": "a\"b\\c\nd é"]) == [3])
        #expect(read.types == ["a_total": "counter", "b": "gauge"])
    }

    @Test(
        arguments: [
            (0, "0"), (-3, "-3"), (1e14, "100000000000000"), (1e15, "1000000000000000.0"), (0.1, "0.1"), (.nan, "NaN"),
            (.infinity, "+Inf"), (1.5e-7, "1.5e-07"),
        ] as [(Double, String)])
    func numbers(value: Double, text: String) { #expect(MetricsText.text(value) == text) }

    @Test func aHistogramAddsUp() throws {
        var histogram = LatencyHistogram()
        for nanoseconds in [0, 500_000, 500_001, 3_000_000, 31_000_000_000, -5] as [Int64] {
            histogram.add(nanoseconds)
        }
        var twice = histogram
        twice += histogram
        #expect(histogram.count == 6 && twice.count == 12)
        var text = MetricsText()
        text.begin("h_seconds", .histogram, "H.")
        histogram.write(to: &text, [("route", "/")])
        let read = try PrometheusText(String(decoding: text.bytes, as: UTF8.self))
        func bucket(_ bound: String) -> [Double] { read.values("h_seconds_bucket", ["le": bound, "route": "/"]) }
        #expect(bucket("0.0005") == [3] && bucket("0.001") == [4] && bucket("0.005") == [5])
        #expect(bucket("30") == [5] && bucket("+Inf") == [6])
        #expect(read.values("h_seconds_count") == [6])
        #expect(abs(read.values("h_seconds_sum")[0] - 31.004000001) < 1e-9)
    }

    @Test(arguments: [
        "a 1\n", "# TYPE a gauge\na 1\n", "# HELP a A.\n# TYPE a gauge\nb 1\n", "# HELP a A.\n# TYPE a gauge\na 1",
        "# HELP a A.\n# TYPE a gauge\na 1\na 2\n", "# HELP a A.\n# TYPE a counter\na 1\n",
        "# HELP a A.\n# TYPE a gauge\na{x=\"\\q\"} 1\n", "# HELP a A.\n# TYPE a gauge\na one\n",
        "# HELP h A.\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
        "# HELP h A.\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n",
    ])
    func theReaderOfTheTestsIsStrict(text: String) { #expect(throws: (any Error).self) { try PrometheusText(text) } }
}
