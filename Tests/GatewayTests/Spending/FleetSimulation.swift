import Core
import Foundation
import HTTP
import LumaClient
import Store
import Synchronization

@testable import Gateway

/// Several gateways on one folder that always want more, against a simulated Luma, in order of time: the gateways' own budgets
/// and leases, the ledger's own rules, the real file of members; only the clock, the ways and the store's queue are played.
///
/// On one thread.
final class FleetSimulation {
    /// What keeps the gateways from sending more than Luma grants, taken away.
    enum Missing {
        case nothing
        /// The ledger forgets what it has given out.
        case count
        /// The gateways do not know of each other.
        case sharing
    }

    private enum Step {
        case start
        case ask
        case look(Ticket)
        case reachLuma(Grant)
        case answer(Grant, Int, RateLimitFields)
        case tick
        case exchange(BudgetMessage, Then<BudgetStanding>)
        case reply(Then<BudgetStanding>, Result<BudgetStanding, StoreFailure>)
        case end
        case kill
    }

    /// What a gateway has asked the store for, until the simulation takes it.
    private final class Desk: BudgetStore {
        let calls = Mutex<[(message: BudgetMessage, then: Then<BudgetStanding>)]>([])

        func exchangeBudget(_ account: String, _ message: BudgetMessage, then: @escaping Then<BudgetStanding>) {
            calls.withLock { $0.append((message, then)) }
        }
    }

    private final class Clock: Sendable {
        let seconds = Mutex(0.0)
        var now: MonotonicTime {
            MonotonicTime(nanoseconds: 5_000_000_000).advanced(seconds: seconds.withLock { $0 })
        }
    }

    private struct Node {
        let name: String
        let budget = SharedBudget(BudgetSettings())
        let desk = Desk()
        var leasing: BudgetLeasing?
    }

    /// Requests that Luma has taken, and those that it has refused.
    private(set) var granted = 0
    private(set) var refused = 0
    /// Windows that Luma has opened.
    private(set) var windows = 0
    /// How often the store has failed.
    private(set) var failures = 0
    let limit: Int
    private static let window = 60.0

    private let missing: Missing
    private let folder: String
    private let clock = Clock()
    private var random: SeededGenerator
    private var ledger = BudgetLedger()
    private var gateways: [Int: Node] = [:]
    private var lives = 0
    /// Between which seconds the store fails.
    private let outage: ClosedRange<Double>?
    private var steps: [(time: Double, order: Int, life: Int, step: Step)] = []
    private var order = 0
    private var windowEnd = -1.0
    private var used = 0
    private var blockedUntil = -1.0

    init(limit: Int = 200, seed: UInt64, missing: Missing = .nothing, outage: ClosedRange<Double>? = nil) {
        (self.limit, self.missing, self.outage) = (limit, missing, outage)
        random = SeededGenerator(seed: seed)
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString).path
    }

    deinit {
        gateways = [:]
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// A gateway begins at this second.
    /// - Returns: which one.
    func start(at time: Double) -> Int {
        lives += 1
        push(time, lives, .start)
        return lives
    }

    /// It is killed at this second: what it has sent is on its way.
    func kill(_ life: Int, at time: Double) { push(time, life, .kill) }

    /// It ends at this second: it sends nothing more, and gives back what it has.
    func end(_ life: Int, at time: Double) { push(time, life, .end) }

    /// - Parameter callers: of each gateway, each of which asks again as soon as it is answered.
    func run(callers: Int, seconds: Double) {
        while let next = steps.popLast(), next.time < seconds {
            clock.seconds.withLock { $0 = next.time }
            if case .reachLuma(let grant) = next.step {
                // What has left a gateway reaches Luma whatever becomes of it.
                let (status, fields) = count(next.time)
                push(next.time + way(), next.life, .answer(grant, status, fields))
            } else if case .start = next.step {
                begin(next.life, callers, next.time)
            } else if let gateway = gateways[next.life] {
                perform(next.step, next.life, gateway, next.time)
            }
            collect(next.time)
        }
    }

    private func begin(_ life: Int, _ callers: Int, _ time: Double) {
        var gateway = Node(name: "gateway \(life)")
        if missing != .sharing, let members = GatewayMembers(folder: folder) {
            gateway.leasing = BudgetLeasing(
                gateway.budget, store: gateway.desk, account: "a", members: members, isAdaptive: true
            ) { [clock] in clock.now }
        }
        gateways[life] = gateway
        gateway.leasing?.begin()
        push(time, life, .tick)
        for index in 0..<callers { push(time + 0.01 + Double(index) * 0.001, life, .ask) }
    }

    private func perform(_ step: Step, _ life: Int, _ gateway: Node, _ time: Double) {
        let now = clock.now
        switch step {
        case .start, .reachLuma: break
        case .ask:
            let kind: RequestClass = Bool.random(using: &random) ? .get : .post
            handle(
                gateway.budget.reserve(kind, now: now, maxWait: 1e6, deadline: now.advanced(seconds: 1e6)), life, time)
        case .look(let ticket): handle(gateway.budget.confirm(ticket, now: now), life, time)
        case .answer(let grant, let status, let fields):
            gateway.budget.settle(grant, .answered(status: status, fields), now: now)
            push(time, life, .ask)
        case .tick:
            if let pause = gateway.leasing?.step() { push(time + pause, life, .tick) }
        case .exchange(let message, let then): exchange(message, then, life, gateway, time)
        case .reply(let then, let result): then(result)
        case .end:
            forget(life) { step in
                switch step {
                case .ask, .look: true
                default: false
                }
            }
            gateway.leasing?.end()
            // What it has told the store is done before it is gone; what it has in flight is not answered any more.
            for call in gateway.desk.calls.withLock({ calls in
                defer { calls = [] }
                return calls
            }) {
                exchange(call.message, call.then, life, gateway, time)
            }
            remove(life)
        case .kill: remove(life)
        }
    }

    private func remove(_ life: Int) {
        gateways[life] = nil
        // With what would hold it: a dead gateway holds no lock.
        forget(life) { step in
            if case .reachLuma = step { false } else { true }
        }
    }

    private func forget(_ life: Int, where isForgotten: (Step) -> Bool) {
        steps.removeAll { $0.life == life && isForgotten($0.step) }
    }

    private func handle(_ reservation: Reservation, _ life: Int, _ time: Double) {
        switch reservation {
        case .proceed(let grant): push(time + way(), life, .reachLuma(grant))
        case .wait(let until, let ticket):
            let seconds = until.seconds(since: MonotonicTime(nanoseconds: 5_000_000_000))
            push(max(time, seconds) + 1e-6, life, .look(ticket))
        case .refuse(let seconds): push(time + Double(seconds), life, .ask)
        }
    }

    // MARK: The store

    /// Takes what was asked, in order, each after some milliseconds.
    private func collect(_ time: Double) {
        for (life, gateway) in gateways {
            for call in gateway.desk.calls.withLock({ calls in
                defer { calls = [] }
                return calls
            }) {
                push(time + 0.002, life, .exchange(call.message, call.then))
            }
        }
    }

    private func exchange(
        _ message: BudgetMessage, _ then: @escaping Then<BudgetStanding>, _ life: Int, _ gateway: Node,
        _ time: Double
    ) {
        if let outage, outage.contains(time) {
            failures += 1
            return push(time + 0.001, life, .reply(then, .failure(StoreFailure(.ioError))))
        }
        let alive = Set(gateways.values.map(\.name))
        let standing = ledger.exchange(message, with: gateway.name, now: Int64(time * 1000)) { alive.contains($0) }
        if missing == .count { ledger.granted = 0 }
        push(time + Double.random(in: 0.0005...0.005, using: &random), life, .reply(then, .success(standing)))
    }

    // MARK: Luma

    private func way() -> Double { Double.random(in: 0.005...0.15, using: &random) }

    private func count(_ time: Double) -> (Int, RateLimitFields) {
        var fields = RateLimitFields()
        if time >= blockedUntil, time >= windowEnd {
            windowEnd = time + Self.window
            windows += 1
            used = 0
        }
        guard time >= blockedUntil, used < limit else {
            refused += 1
            blockedUntil = max(blockedUntil, time + Self.window)
            fields.retryAfter = (blockedUntil - time).rounded(.up)
            return (429, fields)
        }
        used += 1
        granted += 1
        fields.limit = limit
        fields.remaining = limit - used
        fields.secondsToReset = windowEnd - time
        fields.resetIsRelative = true
        fields.resetIsCoarse = false
        fields.resetStamp = Timestamp(milliseconds: Int64(windowEnd * 1000))
        return (200, fields)
    }

    // MARK: Time

    /// Steps are kept latest first.
    private func push(_ time: Double, _ life: Int, _ step: Step) {
        order += 1
        let entry = (time: time, order: order, life: life, step: step)
        let place = steps.firstIndex { ($0.time, $0.order) < (time, order) } ?? steps.count
        steps.insert(entry, at: place)
    }
}
