import Core
import IO
import LumaClient
import Store

/// The budget of the account.
struct BudgetMetrics: MetricSource {
    let account: LumaAccount

    func write(to text: inout MetricsText, now: MonotonicTime, on reactor: Reactor) async {
        let state = account.budget.snapshot(now: now)
        text.begin("luma_mcp_budget_limit", .gauge, "Requests to Luma that one window allows.")
        text.sample(state.get.limit, [("class", "get")])
        text.sample(state.post.limit, [("class", "post")])
        text.begin("luma_mcp_budget_remaining", .gauge, "Requests to Luma that could start now.")
        text.sample(state.get.remaining, [("class", "get")])
        text.sample(state.post.remaining, [("class", "post")])
        text.single(
            "luma_mcp_budget_learned", .gauge, "1 when the budget comes from Luma's own answers.",
            state.isLearned ? 1 : 0)
        text.single(
            "luma_mcp_budget_closed_seconds", .gauge, "Time until Luma may be asked again after a 429; 0 when it may.",
            max(0, state.closedUntil?.seconds(since: now) ?? 0))
        text.single("luma_mcp_budget_queue_length", .gauge, "Calls that wait for budget.", Double(state.queued))
        text.single("luma_mcp_budget_in_flight", .gauge, "Calls to Luma under way.", Double(state.inFlight))
        text.begin("luma_mcp_breaker_state", .gauge, "1 for the state that the circuit towards Luma is in.")
        for known in CircuitBreaker.State.allCases {
            text.sample(account.breaker.state == known ? 1 : 0, [("state", known.rawValue)])
        }
        let known = account.reachability
        text.single(
            "luma_mcp_upstream_up", .gauge, "1 when the last call to Luma was answered.",
            known.last == .reachable ? 1 : 0)
    }
}

/// What is kept of reads.
struct ReadMetrics: MetricSource {
    let reads: SharedReads

    func write(to text: inout MetricsText, now: MonotonicTime, on reactor: Reactor) async {
        let size = reads.size
        text.single("luma_mcp_cache_entries", .gauge, "Answers that are kept.", Double(size.answers))
        text.single("luma_mcp_cache_bytes", .gauge, "Octets of the answers that are kept.", Double(size.bytes))
    }
}

/// The connections of all loops.
struct ConnectionMetrics: MetricSource {
    let counter: ConnectionCounter
    let limit: Int

    func write(to text: inout MetricsText, now: MonotonicTime, on reactor: Reactor) async {
        text.single("luma_mcp_connections", .gauge, "Open connections of clients.", Double(counter.count))
        text.single("luma_mcp_connections_limit", .gauge, "Connections that may be open at once.", Double(limit))
    }
}

/// What the store holds, and whether it works.
struct StoreMetrics: MetricSource {
    /// Who scrapes waits no longer for a store that is busy, in seconds.
    private static let patience = 1.0

    let store: any StateStore

    func write(to text: inout MetricsText, now: MonotonicTime, on reactor: Reactor) async {
        text.single(
            "luma_mcp_store_usable", .gauge, "1 when the store worked when it was last used.",
            store.condition == .usable ? 1 : 0)
        do throws(StoreWaitError) {
            let counts = try await reactor.ask(by: now.advanced(seconds: Self.patience)) {
                store.count(then: $0)
            }
            text.single(
                "luma_mcp_journal_unsettled", .gauge, "Writes whose outcome is not known, those under way included.",
                Double(counts.unsettledWrites))
            text.single(
                "luma_mcp_idempotency_keys", .gauge, "Requests with a key that are remembered.", Double(counts.requests)
            )
        } catch {
            // What cannot be counted is left out; that it cannot is told above.
        }
    }
}
