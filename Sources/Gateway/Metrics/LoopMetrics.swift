import Core
import GatewayAPI
import Glibc
import LumaClient
import MCP

/// What one loop counts. Plain numbers without a lock: they are written on the loop, and read there for a scrape.
///
/// A request costs two additions and no memory; a call to Luma and a call of a tool cost a look into a small table.
final class LoopMetrics: CallObserver {
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
        if endpoint?.kind != .mcpGet, endpoint?.kind != .sse { durations[slot].add(nanoseconds) }
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
