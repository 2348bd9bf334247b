import Core
import GatewayAPI
import HTTP
import IO
import LumaClient
import MCP
import Settings
import Synchronization

/// `GET /status`: how the gateway is, for a person's eyes: who asks, health, the budget with its last hour, the calls to
/// Luma, and the last requests. Costs no call to Luma.
final class StatusService {
    private let hub: MetricsHub
    private let health: HealthAnswer
    private let account: LumaAccount
    private let history: BudgetHistory
    private let plugins: PluginService?
    private let forwarders: ForwarderService?
    private let upstreams: UpstreamService?
    private let sources: ToolSourceFeed
    private let facts: Facts
    private let reactor: Reactor
    private let clock: LoopClock

    /// What does not change while the program runs.
    struct Facts {
        let mode: String
        /// Where Luma's API is.
        let upstream: String
        let started: Timestamp
        let isReadOnly: Bool
    }

    init(
        _ facts: Facts, hub: MetricsHub, account: LumaAccount, history: BudgetHistory, health: HealthAnswer,
        plugins: PluginService?, forwarders: ForwarderService?, upstreams: UpstreamService?, sources: ToolSourceFeed,
        reactor: Reactor,
        clock: LoopClock
    ) {
        self.facts = facts
        self.hub = hub
        self.account = account
        self.history = history
        self.health = health
        self.plugins = plugins
        self.forwarders = forwarders
        self.upstreams = upstreams
        self.sources = sources
        self.reactor = reactor
        self.clock = clock
    }

    /// Looks at the budget, so that its last hour is known also when nobody asks.
    func noteBudget() { _ = look(clock.now) }

    private func look(_ now: MonotonicTime) -> BudgetSnapshot {
        let state = account.budget.snapshot(now: now)
        history.note(state, at: now)
        return state
    }

    /// - Parameter principal: who asks.
    func answer(to principal: Principal) async -> Response {
        let findings = await hub.gather(on: reactor, withRequests: true)
        let now = clock.now
        let described: JSON = [
            "version": .string(Version.number), "mode": .string(facts.mode), "upstream": .string(facts.upstream),
            "started_at": .string(facts.started.rfc3339),
            "now": .string(clock.wallClock(at: now).rfc3339), "read_only": .bool(facts.isReadOnly),
            "caller": Self.json(principal), "health": .object(health.summary), "budget": budget(look(now), now),
            "calls": Self.calls(findings.sum), "plugins": json(of: plugins, to: principal),
            "forwarders": json(of: forwarders, to: principal, now),
            "upstreams": json(of: upstreams, to: principal), "tool_conflicts": conflicts(for: principal),
            "requests": .array(findings.sum.recent.map(Self.json)),
        ]
        return .json(status: 200, fields: [Field("Cache-Control", "no-store")], described.encoded)
    }

    /// Names of tools are for those alone from whom none is hidden.
    private func json(of plugins: PluginService?, to principal: Principal) -> JSON {
        guard let plugins, principal.scopes.contains(.admin) else { return .null }
        return PluginReport(plugins).json
    }

    private func json(of forwarders: ForwarderService?, to principal: Principal, _ now: MonotonicTime) -> JSON {
        guard let forwarders, principal.scopes.contains(.admin) else { return .null }
        return ForwarderReport(forwarders).json(now: now)
    }

    private func json(of upstreams: UpstreamService?, to principal: Principal) -> JSON {
        guard let upstreams, principal.scopes.contains(.admin) else { return .null }
        return UpstreamReport(upstreams).json
    }

    /// The names of tools that no source has, because several want them.
    private func conflicts(for principal: Principal) -> JSON {
        guard principal.scopes.contains(.admin) else { return .null }
        return .array(
            sources.conflicts.map { conflict in
                [
                    "name": .string(conflict.name), "sources": .array(conflict.sources.map { .string($0) }),
                    "built_in": .bool(conflict.isBuiltIn),
                ]
            })
    }

    private static func json(_ principal: Principal) -> JSON {
        let scopes = AccessScope.allCases.filter { principal.scopes.contains($0.own) }
        return [
            "label": .string(principal.label), "scopes": .array(scopes.map { .string($0.rawValue) }),
            "permissions": .array(principal.scopes.scopeWords.map { .string($0) }),
        ]
    }

    private func budget(_ state: BudgetSnapshot, _ now: MonotonicTime) -> JSON {
        let samples = history.samples(at: now)
        func seconds(_ time: MonotonicTime?) -> JSON {
            time.map { .number(Self.rounded($0.seconds(since: now))) } ?? .null
        }
        func curve(_ value: (BudgetHistory.Sample) -> Int) -> JSON {
            .array(samples.map { $0.map { .number(JSONNumber(value($0))) } ?? .null })
        }
        return [
            "get": Self.json(state.get), "post": Self.json(state.post), "shared": .bool(state.isLearned),
            "window_seconds": .number(Self.rounded(state.window)), "reset_seconds": seconds(state.resetAt),
            "closed_seconds": seconds(state.closedUntil), "waiting": .number(JSONNumber(state.queued)),
            "in_flight": .number(JSONNumber(state.inFlight)), "gateways": .number(JSONNumber(state.gateways)),
            "leased": state.leased.map { .number(JSONNumber($0)) } ?? .null, "cut_off": .bool(state.isCutOff),
            "history": [
                "step_seconds": .number(JSONNumber(BudgetHistory.stepSeconds)), "get": curve(\.get),
                "post": curve(\.post), "waiting": curve(\.waiting),
            ],
        ]
    }

    private static func json(_ allowance: BudgetSnapshot.Allowance) -> JSON {
        ["limit": .number(JSONNumber(allowance.limit)), "remaining": .number(JSONNumber(allowance.remaining))]
    }

    private static func calls(_ report: LoopReport) -> JSON {
        var outcomes: [String: UInt64] = [:]
        for (key, count) in report.calls { outcomes[key.outcome, default: 0] &+= count }
        return [
            "count": number(outcomes.values.reduce(0, &+)), "retries": number(report.retries),
            "budget_wait_seconds": .number(rounded(report.budgetWait)),
            "outcomes": .object(JSONObject(outcomes.sorted { $0.key < $1.key }.map { ($0.key, number($0.value)) })),
        ]
    }

    private static func json(_ record: RequestRecord) -> JSON {
        let milliseconds = Double(record.durationNanoseconds) / 1e6
        return [
            "time": .string(record.time.rfc3339),
            "method": .string(record.method == .other ? "OTHER" : record.method.token),
            "route": .string(record.route), "status": .number(JSONNumber(record.status)),
            "duration_ms": .number(rounded(max(0, milliseconds))),
            "upstream_calls": .number(JSONNumber(record.upstreamCalls)),
            "reason": record.reason.map { .string($0.rawValue) } ?? .null,
            "label": record.label.map(JSON.string) ?? .null, "request_id": .string(record.requestID),
        ]
    }

    private static func number(_ count: UInt64) -> JSON { .number(JSONNumber(Int(clamping: count))) }

    /// To a thousandth, which is more than anybody sees.
    private static func rounded(_ value: Double) -> JSONNumber {
        JSONNumber((max(0, value) * 1000).rounded() / 1000) ?? JSONNumber(0)
    }
}

extension AccessScope {
    /// The scope alone, without those that it contains.
    fileprivate var own: Principal.Scopes {
        switch self {
        case .read: .read
        case .write: .write
        case .admin: .admin
        }
    }
}

/// What was left of Luma's budget during the last hour, in steps of ten seconds, for a curve.
///
/// Whoever looks at the budget anyway tells what there is; the lowest that is seen in a step stands for it. A step in which
/// nobody looked is empty. It begins anew when Luma's answers teach another limit.
final class BudgetHistory: Sendable {
    static let stepSeconds = 10
    static let steps = StatusSchema.historySteps

    /// One step.
    struct Sample: Sendable, Equatable {
        var get: Int
        var post: Int
        /// Most calls that waited.
        var waiting: Int
    }

    private struct State {
        /// By the number of the step, counted from the clock's zero, in a circle.
        var ring = [Sample?](repeating: nil, count: steps)
        var newest: Int?
        /// What the samples are parts of.
        var limits = (get: 0, post: 0)

        /// Empties what has passed since the newest step.
        mutating func advance(to step: Int) {
            guard let newest, newest < step else {
                self.newest = max(newest ?? step, step)
                return
            }
            for passed in (newest + 1)...min(step, newest + BudgetHistory.steps) {
                ring[passed % BudgetHistory.steps] = nil
            }
            self.newest = step
        }
    }

    private let state = Mutex(State())

    func note(_ budget: BudgetSnapshot, at now: MonotonicTime) {
        let step = Self.step(now)
        let seen = Sample(get: budget.get.remaining, post: budget.post.remaining, waiting: budget.queued)
        state.withLock { state in
            // What was left of another budget says nothing about this one.
            if state.limits != (budget.get.limit, budget.post.limit) {
                state = State()
                state.limits = (budget.get.limit, budget.post.limit)
            }
            state.advance(to: step)
            let index = step % Self.steps
            guard let known = state.ring[index] else {
                state.ring[index] = seen
                return
            }
            state.ring[index] = Sample(
                get: min(known.get, seen.get), post: min(known.post, seen.post),
                waiting: max(known.waiting, seen.waiting))
        }
    }

    /// From the first step that is known to the one of `now`, at most an hour; nil for a step in which nobody looked.
    func samples(at now: MonotonicTime) -> [Sample?] {
        state.withLock { state in
            state.advance(to: Self.step(now))
            let first = (state.newest ?? 0) + 1
            let all = (first..<first + Self.steps).map { state.ring[$0 % Self.steps] }
            return Array(all.drop { $0 == nil })
        }
    }

    private static func step(_ time: MonotonicTime) -> Int {
        Int(max(0, time.nanoseconds) / (Int64(stepSeconds) * 1_000_000_000))
    }
}
