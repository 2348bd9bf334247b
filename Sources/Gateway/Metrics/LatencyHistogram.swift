/// How long things took, counted by upper bounds.
struct LatencyHistogram: Sendable, Equatable {
    /// In nanoseconds, ascending. What takes longer than the last is counted without a bound.
    static let bounds: [Int64] = [
        500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000,
        500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000, 30_000_000_000,
    ]

    /// One for each bound and one for what is beyond, not summed up.
    private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    private(set) var nanoseconds: UInt64 = 0

    var count: UInt64 { counts.reduce(0, &+) }

    /// Counts one. The first bounds are the likely ones, so they are looked at in order.
    mutating func add(_ duration: Int64) {
        var index = 0
        while index < Self.bounds.count, duration > Self.bounds[index] { index += 1 }
        counts[index] &+= 1
        nanoseconds &+= UInt64(max(0, duration))
    }

    static func += (sum: inout LatencyHistogram, other: LatencyHistogram) {
        for index in sum.counts.indices { sum.counts[index] &+= other.counts[index] }
        sum.nanoseconds &+= other.nanoseconds
    }

    /// The samples of one histogram of the family that was begun last.
    func write(to text: inout MetricsText, _ labels: [MetricsText.Label]) {
        var sum: UInt64 = 0
        for (index, count) in counts.enumerated() {
            sum &+= count
            let bound = index < Self.bounds.count ? Double(Self.bounds[index]) / 1e9 : .infinity
            text.sample(sum, suffix: "_bucket", labels + [("le", MetricsText.text(bound))])
        }
        text.sample(Double(nanoseconds) / 1e9, suffix: "_sum", labels)
        text.sample(sum, suffix: "_count", labels)
    }
}
