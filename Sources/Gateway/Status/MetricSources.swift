import Core
import Glibc
import IO
import LumaClient
import Store

/// The budget of the account.
struct BudgetMetrics: MetricSource {
    let account: LumaAccount

    func write(to text: inout MetricsText, now: MonotonicTime, on reactor: Reactor) async {
        let state = account.budget.snapshot(now: now)
        text.begin("luma_mcp_budget_limit", .gauge, "Requests to Luma allowed per window.")
        text.sample(state.get.limit, [("class", "get")])
        text.sample(state.post.limit, [("class", "post")])
        text.begin("luma_mcp_budget_remaining", .gauge, "Requests to Luma that can start now.")
        text.sample(state.get.remaining, [("class", "get")])
        text.sample(state.post.remaining, [("class", "post")])
        text.single(
            "luma_mcp_budget_learned", .gauge, "1 when the budget comes from Luma's responses.",
            state.isLearned ? 1 : 0)
        text.single(
            "luma_mcp_budget_closed_seconds", .gauge,
            "Time until calls to Luma resume after a 429; 0 when they are not paused.",
            max(0, state.closedUntil?.seconds(since: now) ?? 0))
        text.single("luma_mcp_budget_queue_length", .gauge, "Calls waiting for budget.", Double(state.queued))
        text.single("luma_mcp_budget_in_flight", .gauge, "Calls to Luma in flight.", Double(state.inFlight))
        text.single(
            "luma_mcp_budget_gateways", .gauge, "Gateways that share the budget, this one included.",
            Double(state.gateways))
        text.single(
            "luma_mcp_budget_cut_off", .gauge,
            "1 when the store cannot be used and only half of an equal share of the budget is spent.",
            state.isCutOff ? 1 : 0)
        text.begin("luma_mcp_breaker_state", .gauge, "1 for the current state of the circuit breaker.")
        for known in CircuitBreaker.State.allCases {
            text.sample(account.breaker.state == known ? 1 : 0, [("state", known.rawValue)])
        }
        let known = account.reachability
        text.single(
            "luma_mcp_upstream_up", .gauge, "1 if Luma answered the last call.",
            known.last == .reachable ? 1 : 0)
    }
}

/// What is cached of reads.
struct ReadMetrics: MetricSource {
    let reads: SharedReads

    func write(to text: inout MetricsText, now: MonotonicTime, on reactor: Reactor) async {
        let size = reads.size
        text.single("luma_mcp_cache_entries", .gauge, "Cached responses.", Double(size.answers))
        text.single("luma_mcp_cache_bytes", .gauge, "Size of the cached responses in bytes.", Double(size.bytes))
    }
}

/// The connections of all loops.
struct ConnectionMetrics: MetricSource {
    let counter: ConnectionCounter
    let limit: Int

    func write(to text: inout MetricsText, now: MonotonicTime, on reactor: Reactor) async {
        text.single("luma_mcp_connections", .gauge, "Open client connections.", Double(counter.count))
        text.single("luma_mcp_connections_limit", .gauge, "Maximum number of client connections.", Double(limit))
    }
}

/// What the store holds, and whether it works.
struct StoreMetrics: MetricSource {
    /// Who scrapes waits no longer for a store that is busy, in seconds.
    private static let patience = 1.0

    let store: any StateStore

    func write(to text: inout MetricsText, now: MonotonicTime, on reactor: Reactor) async {
        text.single(
            "luma_mcp_store_usable", .gauge, "1 if the state store worked when it was last used.",
            store.condition == .usable ? 1 : 0)
        do throws(StoreWaitError) {
            let counts = try await reactor.ask(by: now.advanced(seconds: Self.patience)) {
                store.count(then: $0)
            }
            text.single(
                "luma_mcp_journal_unsettled", .gauge, "Writes with an unknown outcome, including those in flight.",
                Double(counts.unsettledWrites))
            text.single(
                "luma_mcp_idempotency_keys", .gauge, "Stored requests with an idempotency key.", Double(counts.requests)
            )
        } catch {
            // What cannot be counted is left out; that it cannot is told above.
        }
    }
}

/// What the kernel says about this process. `/proc` is answered out of the kernel's memory, so reading it waits for nothing.
struct ProcessStatus: MetricSource {
    let started: Timestamp

    func write(to text: inout MetricsText, now: MonotonicTime, on reactor: Reactor) async {
        text.single(
            "process_start_time_seconds", .gauge, "Start time of the process since the Unix epoch in seconds.",
            Double(started.milliseconds) / 1000)
        if let seconds = Self.processorSeconds() {
            text.single("process_cpu_seconds_total", .counter, "Total user and system CPU time in seconds.", seconds)
        }
        if let pages = Self.memoryPages() {
            let size = Double(sysconf(Int32(_SC_PAGESIZE)))
            text.single(
                "process_virtual_memory_bytes", .gauge, "Virtual memory size in bytes.", Double(pages.virtual) * size)
            text.single(
                "process_resident_memory_bytes", .gauge, "Resident memory size in bytes.",
                Double(pages.resident) * size)
        }
        if let count = Self.descriptors() {
            text.single("process_open_fds", .gauge, "Open descriptors.", Double(count))
        }
    }

    private static func processorSeconds() -> Double? {
        guard let text = (try? SmallFile.read("/proc/self/stat", limit: 4096)) ?? nil else { return nil }
        // The name stands in parentheses and may hold anything; after it, time in user mode is the 12th field.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else { return nil }
        return Double(user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func memoryPages() -> (virtual: Int, resident: Int)? {
        guard let text = (try? SmallFile.read("/proc/self/statm", limit: 4096)) ?? nil else { return nil }
        let numbers = text.split(separator: " ").prefix(2).compactMap { Int($0) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
    }

    private static func descriptors() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Not counted: itself, its parent, and the descriptor that reads them.
        return max(0, count - 3)
    }
}
