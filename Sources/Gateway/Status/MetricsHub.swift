import Core
import IO
import Synchronization

/// Something that says how it is when it is asked: a budget, a cache, a store.
protocol MetricSource: Sendable {
    /// Writes its families. Called on a loop, which it must not hold up.
    func write(to text: inout MetricsText, now: MonotonicTime, on reactor: Reactor) async
}

/// Knows every loop that counts and everything else that has numbers, and gathers them for a scrape.
final class MetricsHub: Sendable {
    /// How long a loop may take to answer a scrape; one that does not is told by what is missing.
    private static let patience = 1.0

    private struct Member: Sendable {
        let executor: LoopExecutor
        let metrics: LoopBound<LoopMetrics>
    }

    /// What a scrape has found.
    struct Findings: Sendable {
        var sum = LoopReport()
        /// How long each loop has let the scrape wait, in seconds; nil for one that has not answered.
        var lags: [Double?] = []
    }

    private let members = Mutex<[Member]>([])
    private let sources = Mutex<[any MetricSource]>([])

    /// Takes a loop's numbers in. On that loop.
    func add(_ metrics: LoopMetrics, on executor: LoopExecutor) {
        let member = Member(executor: executor, metrics: LoopBound(metrics, on: executor))
        members.withLock { $0.append(member) }
    }

    func add(_ source: any MetricSource) { sources.withLock { $0.append(source) } }

    var allSources: [any MetricSource] { sources.withLock { $0 } }

    /// Asks every loop, from one of them.
    /// - Parameter withRequests: the last requests too, which no scrape reads.
    func gather(on reactor: Reactor, withRequests: Bool = false) async -> Findings {
        let members = members.withLock { $0 }
        let own = reactor.executor
        let gathering = Gathering(count: members.count)
        let bound = LoopBound(gathering, on: own)
        let asked = LoopClock.monotonicNow
        let timer = reactor.schedule(at: asked.advanced(seconds: Self.patience)) { gathering.end() }
        defer { reactor.cancel(timer) }
        try? await reactor.suspend { suspension in
            gathering.waiter = suspension
            for (index, member) in members.enumerated() {
                let answer: @Sendable () -> Void = {
                    let lag = LoopClock.monotonicNow.seconds(since: asked)
                    let report = member.metrics.value.snapshot(withRequests: withRequests)
                    own.execute { bound.value.take(report, lag, from: index) }
                }
                // On its own loop work begins at once, so the next turn is waited for to see how long that takes.
                if member.executor === own {
                    reactor.schedule(at: asked, answer)
                } else {
                    member.executor.execute(answer)
                }
            }
            if members.isEmpty { gathering.end() }
        }
        return gathering.findings
    }

    /// What has come so far. On the scraping loop.
    private final class Gathering {
        var findings = Findings()
        var waiter: Suspension<Void>?
        private var missing: Int

        init(count: Int) {
            missing = count
            findings.lags = Array(repeating: nil, count: count)
        }

        func take(_ report: LoopReport, _ lag: Double, from index: Int) {
            findings.sum += report
            findings.lags[index] = lag
            missing -= 1
            if missing == 0 { end() }
        }

        func end() {
            waiter?.resume(returning: ())
            waiter = nil
        }
    }
}
