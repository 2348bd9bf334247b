import Core
import GatewayAPI
import Glibc
import LumaClient
import MCP

/// What one loop counts. Plain numbers without a lock: they are written on the loop, and read there for a scrape.
///
/// A request costs two additions and no memory; a call to Luma and a call of a tool cost a look into a small table.
final class LoopMetrics {
    private static let statuses = 200...599
    /// The slot of requests that found no endpoint is the first.
    private static let slots = Endpoint.allCases.count + 1

    /// By slot and status. Most are never touched, so `calloc` keeps them out of memory.
    private let requests: UnsafeMutablePointer<UInt64>
    private let durations: UnsafeMutablePointer<LatencyHistogram>
    /// By source.
    private var reads = [UInt64](repeating: 0, count: ReadSource.allCases.count)
    private var report = LoopReport()
    @exclusivity(unchecked) private var recent = RecentRequests()

    init() {
        guard let zeros = calloc(Self.slots * Self.statuses.count, MemoryLayout<UInt64>.stride) else {
            // At the start of a loop, and as for every other allocation there is nothing to go on with.
            fatalError("no memory")
        }
        requests = zeros.bindMemory(to: UInt64.self, capacity: Self.slots * Self.statuses.count)
        durations = .allocate(capacity: Self.slots)
        durations.initialize(repeating: LatencyHistogram(), count: Self.slots)
    }

    deinit {
        free(requests)
        durations.deinitialize(count: Self.slots)
        durations.deallocate()
    }

    /// Counts an answer. Streams that last as long as their client wants say nothing about speed.
    func answered(_ endpoint: Endpoint?, status: Int, nanoseconds: Int64) {
        let slot = endpoint.map { $0.id + 1 } ?? 0
        let column = min(max(status, Self.statuses.lowerBound), Self.statuses.upperBound) - Self.statuses.lowerBound
        requests[slot * Self.statuses.count + column] &+= 1
        if !(endpoint?.traits.contains(.stream) ?? false) { durations[slot].add(nanoseconds) }
    }

    /// Counts an answer to what was no request.
    func refused(status: Int) {
        let column = min(max(status, Self.statuses.lowerBound), Self.statuses.upperBound) - Self.statuses.lowerBound
        requests[column] &+= 1
    }

    /// Keeps a request in sight for a while.
    func keep(_ record: RequestRecord) { recent.note(record) }

    /// Counts a read by how its answer came about.
    func read(_ source: ReadSource) { reads[source.number] &+= 1 }

    func called(_ attempt: CallContext.Attempt) {
        report.calls[LoopReport.CallKey(operation: attempt.operation, outcome: attempt.outcome), default: 0] &+= 1
        report.callDurations[attempt.operation, default: LatencyHistogram()].add(Int64(attempt.seconds * 1e9))
        if attempt.number > 0 { report.retries &+= 1 }
    }

    func waited(seconds: Double) {
        report.budgetWait += seconds
    }

    func used(_ tool: ToolAudit) {
        // A name that no tool has may be any text, and there is no end of them.
        let name = tool.outcome == .refused ? "-" : tool.tool ?? "-"
        report.tools[LoopReport.CallKey(operation: name, outcome: tool.outcome.rawValue), default: 0] &+= 1
    }

    /// All of it, as a value.
    func snapshot(withRequests: Bool = false) -> LoopReport {
        var report = report
        for slot in 0..<Self.slots {
            let endpoint = slot == 0 ? nil : Endpoint.allCases[slot - 1]
            for column in 0..<Self.statuses.count {
                let count = requests[slot * Self.statuses.count + column]
                guard count > 0 else { continue }
                let key = LoopReport.RequestKey(endpoint: endpoint, status: Self.statuses.lowerBound + column)
                report.requests[key] = count
            }
            if durations[slot].count > 0 { report.durations[endpoint] = durations[slot] }
        }
        for source in ReadSource.allCases { report.reads[source] = reads[source.number] }
        if withRequests { report.recent = recent.newestFirst }
        return report
    }
}

/// What loops have counted, as a value that can be summed up.
struct LoopReport: Sendable {
    struct RequestKey: Hashable, Sendable {
        let endpoint: Endpoint?
        let status: Int
    }

    struct CallKey: Hashable, Sendable {
        let operation: String
        let outcome: String
    }

    var requests: [RequestKey: UInt64] = [:]
    var durations: [Endpoint?: LatencyHistogram] = [:]
    var calls: [CallKey: UInt64] = [:]
    var callDurations: [String: LatencyHistogram] = [:]
    var retries: UInt64 = 0
    /// Seconds that requests have waited for budget.
    var budgetWait = 0.0
    var tools: [CallKey: UInt64] = [:]
    /// Reads by how their answer came about.
    var reads: [ReadSource: UInt64] = [:]
    /// The last requests, newest first, if they were asked for.
    var recent: [RequestRecord] = []

    static func += (sum: inout LoopReport, other: LoopReport) {
        sum.requests.merge(other.requests, uniquingKeysWith: &+)
        sum.durations.merge(other.durations, uniquingKeysWith: LatencyHistogram.sum)
        sum.calls.merge(other.calls, uniquingKeysWith: &+)
        sum.callDurations.merge(other.callDurations, uniquingKeysWith: LatencyHistogram.sum)
        sum.retries &+= other.retries
        sum.budgetWait += other.budgetWait
        sum.reads.merge(other.reads, uniquingKeysWith: &+)
        sum.tools.merge(other.tools, uniquingKeysWith: &+)
        sum.recent = RecentRequests.merged(sum.recent, other.recent)
    }
}

extension LatencyHistogram {
    static func sum(_ a: LatencyHistogram, _ b: LatencyHistogram) -> LatencyHistogram {
        var sum = a
        sum += b
        return sum
    }
}

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

/// The last requests that one loop has answered, for a person who looks at the gateway.
///
/// Written where the log line is written and as cheap: a place in a ring that is filled once and never grows. It holds what the
/// log holds, so neither a path nor a body nor a token. Not `Sendable`: used on its loop alone.
struct RecentRequests {
    /// How many are kept, of one loop and of all of them together.
    static let capacity = StatusSchema.maxRequests

    private var ring: [RequestRecord] = []
    /// Where the oldest one is, once the ring is full.
    private var oldest = 0

    init() { ring.reserveCapacity(Self.capacity) }

    mutating func note(_ record: RequestRecord) {
        if ring.count < Self.capacity {
            ring.append(record)
        } else {
            ring[oldest] = record
            oldest = oldest + 1 == Self.capacity ? 0 : oldest + 1
        }
    }

    var newestFirst: [RequestRecord] { (ring[oldest...] + ring[..<oldest]).reversed() }

    /// The newest of both, newest first, no more than are kept.
    static func merged(_ a: [RequestRecord], _ b: [RequestRecord]) -> [RequestRecord] {
        var merged: [RequestRecord] = []
        merged.reserveCapacity(min(a.count + b.count, capacity))
        var (restOfA, restOfB) = (a[...], b[...])
        while merged.count < capacity {
            guard let first = restOfA.first else { return merged + restOfB.prefix(capacity - merged.count) }
            guard let second = restOfB.first else { return merged + restOfA.prefix(capacity - merged.count) }
            merged.append(first.time >= second.time ? restOfA.removeFirst() : restOfB.removeFirst())
        }
        return merged
    }
}
