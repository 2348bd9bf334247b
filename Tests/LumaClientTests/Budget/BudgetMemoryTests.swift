import Core
import Synchronization
import Testing

@testable import LumaClient

/// What a budget knows after its program was ended and started again.
@Suite struct BudgetMemoryTests {
    private static let epoch = 1_780_000_000_000 as Int64

    /// The wall clock at an instant of the tests' monotonic one.
    private func wall(_ seconds: Double) -> Timestamp { Timestamp(milliseconds: Self.epoch + Int64(seconds * 1000)) }

    /// Another program, whose monotonic clock has another origin: the memory goes through its text.
    private func successor(of budget: Tap, at seconds: Double, after pause: Double) throws -> (tap: Tap, origin: Double)
    {
        let memory = budget.budget.memory(now: at(seconds), wallClock: wall(seconds))
        let copy = try #require(BudgetMemory(memory.encoded))
        #expect(copy == memory)
        let next = Tap(budget.budget.settings)
        next.budget.restore(copy, now: at(7000), wallClock: wall(seconds + pause))
        return (next, 7000 - seconds - pause)
    }

    private static func window(_ remaining: Int, reset: Double = 60) -> RateLimitFields {
        .window(limit: 20, remaining: remaining, reset: reset, stamp: 1_780_000_060)
    }

    @Test func anOpenWindowGoesOnWithWhatWasLeft() throws {
        let budget = Tap(BudgetSettings())
        #expect(budget.spend(.get, 0, Self.window(5)))
        // One is in flight when the program dies: it may have been counted.
        #expect(budget.ask(.get, 1).grant != nil)
        let (next, origin) = try successor(of: budget, at: 2, after: 3)
        for _ in 0..<4 { #expect(next.spend(.get, origin + 5)) }
        #expect(next.ask(.get, origin + 5, wait: 1).retryAfter == 56)
        #expect(next.ask(.get, origin + 61, wait: 1).grant != nil)
    }

    /// A program that is started again and again must not send its first few requests each time.
    @Test func aCrashLoopBurnsOneWindowOnce() throws {
        var budget = Tap(BudgetSettings())
        #expect(budget.spend(.get, 0, Self.window(10)))
        var (sent, origin) = (0, 0.0)
        for life in 1...100 {
            let time = Double(life) * 0.1
            let next = try successor(of: budget, at: origin + time, after: 0)
            (budget, origin) = (next.tap, origin + next.origin)
            for _ in 0..<4 where budget.ask(.get, origin + time, wait: 0).grant != nil { sent += 1 }
        }
        #expect(sent == 10)
    }

    @Test func aClosedTapStaysClosed() throws {
        let budget = Tap(BudgetSettings())
        #expect(budget.spend(.get, 0, status: 429, .retryAfter(40)))
        let (next, origin) = try successor(of: budget, at: 1, after: 9)
        #expect(next.ask(.get, origin + 10, wait: 1).retryAfter == 31)
        #expect(next.ask(.get, origin + 40.3, wait: 1).grant != nil)
    }

    /// Of a window in which the tap was closed nothing is known once it is open again, and least of all that it has nothing left.
    @Test(arguments: [(death: 1.0, pause: 4.0), (death: 3.0, pause: 1.0)])
    func aTapThatHasOpenedAgainIsProbed(_ test: (death: Double, pause: Double)) throws {
        let budget = Tap(BudgetSettings())
        #expect(budget.spend(.get, 0, Self.window(15)))
        #expect(budget.spend(.get, 0.5, status: 429, .retryAfter(1)))
        let (next, origin) = try successor(of: budget, at: test.death, after: test.pause)
        let time = origin + test.death + test.pause
        #expect(next.spend(.get, time, Self.window(13, reset: 60 - test.death - test.pause)))
        #expect(next.ask(.get, time, wait: 1).grant != nil)
    }

    @Test func tokensOfTheStaticBudgetAreStillAway() throws {
        let budget = StaticBudgetTests.budget(get: 3, post: 2, window: 10)
        for second in [0.0, 2] { #expect(budget.spend(.get, second)) }
        #expect(budget.spend(.post, 1))
        let (next, origin) = try successor(of: budget, at: 3, after: 1)
        #expect(next.ask(.get, origin + 4).grant != nil)
        #expect(next.ask(.get, origin + 4, wait: 1).retryAfter == 8)
        #expect(next.ask(.post, origin + 4).grant != nil)
        #expect(next.ask(.post, origin + 4, wait: 1).retryAfter == 7)
        #expect(next.ask(.get, origin + 12.1).grant != nil)
    }

    @Test func whatIsOverOrCannotBeTrueIsLeftOut() throws {
        let budget = Tap(BudgetSettings())
        #expect(budget.spend(.get, 0, Self.window(0)))
        // The window is over: what is granted now is not known, so the first few are probes.
        let later = try successor(of: budget, at: 1, after: 100)
        #expect(later.tap.ask(.get, later.origin + 101).grant != nil)
        #expect(later.tap.snapshot(now: at(later.origin + 101)).get.limit == 20)
        // The clock was set back by a day.
        let back = try successor(of: budget, at: 1, after: -86_400)
        #expect(back.tap.ask(.get, back.origin - 86_399).grant != nil)
    }

    @Test(arguments: ["", "{}", "[]", #"{"version":2}"#, #"{"version":1,"limit":"x"}"#, #"{"version":1,"limit":0}"#])
    func otherTextsAreNoMemory(_ text: String) {
        let memory = BudgetMemory(Array(text.utf8))
        #expect(memory == nil || memory == BudgetMemory())
    }

    @Test func itIsKeptAtTheFirstGrantSoonAfterEachChangeAndAtARefusal() {
        let kept = Mutex<[MonotonicTime]>([])
        let reminders = Mutex<[Double]>([])
        let budget = SharedBudget(BudgetSettings(getRequests: 100, adaptive: false))
        func spend(_ seconds: Double, status: Int = 200) {
            guard
                case .proceed(let grant) = budget.reserve(.get, now: at(seconds), maxWait: 0, deadline: at(1e6))
            else { return }
            budget.settle(grant, .answered(status: status, .init()), now: at(seconds))
        }
        spend(0)
        budget.keep { seconds in
            reminders.withLock { $0.append(seconds) }
        } with: { _, now in
            kept.withLock { $0.append(now) }
        }
        // The answer to the first one is a change already: one reminder for all that comes before its time.
        for second in [1, 1.02, 1.03] { spend(second) }
        #expect(kept.withLock { $0 } == [at(1)])
        #expect(reminders.withLock { $0 } == [0.05])
        budget.keepPending(at(1.05))
        #expect(kept.withLock { $0 } == [at(1), at(1.05)])
        spend(1.2)
        #expect(kept.withLock { $0 } == [at(1), at(1.05), at(1.2)])
        #expect(reminders.withLock { $0.count } == 2)
        spend(1.22, status: 429)
        #expect(kept.withLock { $0 } == [at(1), at(1.05), at(1.2), at(1.22)])
        budget.keepNow(at(1.3))
        budget.keepPending(at(1.4))
        #expect(kept.withLock { $0 } == [at(1), at(1.05), at(1.2), at(1.22), at(1.3)])
    }

    /// A grant to one who has waited is a change as any other.
    @Test func whatAWaiterGetsIsKeptToo() throws {
        let kept = Mutex<[Int]>([])
        let budget = SharedBudget(BudgetSettings(getRequests: 1, window: 10, adaptive: false))
        let first = try #require(budget.reserve(.get, now: at(0), maxWait: 0, deadline: at(1e6)).grant)
        budget.settle(first, .answered(status: 200, .init()), now: at(0))
        let ticket = try #require(budget.reserve(.get, now: at(1), maxWait: 20, deadline: at(1e6)).ticket)
        budget.keep { _ in
        } with: { budget, now in
            kept.withLock { $0.append(budget.memory(now: now, wallClock: .init(milliseconds: 0)).get?.count ?? 0) }
        }
        #expect(budget.confirm(ticket, now: at(10.1)).grant != nil)
        #expect(kept.withLock { $0 } == [1])
    }
}
