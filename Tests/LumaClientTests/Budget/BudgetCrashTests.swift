import Core
import HTTP
import LumaClient
import Synchronization
import Testing

/// A program that is killed after a burst and started again, against a simulated Luma.
@Suite struct BudgetCrashTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var counting: Counting
        /// When the program is killed, in seconds after the burst has begun.
        var death: Double
        /// Whether what changes soon after the last time is kept, too.
        var isReminded = true
        var testDescription: String { "\(counting) killed at \(death)\(isReminded ? "" : ", reminders lost")" }
    }

    static let cases: [Case] = Counting.allCases.flatMap { counting in
        [15, 1.1, 0.8, 0.6, 0.4, 0.2].flatMap { death in
            [true, false].map { Case(counting: counting, death: death, isReminded: $0) }
        }
    }

    /// What is on the disk.
    private final class Disk: Sendable {
        let bytes = Mutex<[UInt8]?>(nil)
    }

    /// One life of the program: callers that ask once, all at the same instant, and wait three seconds at most.
    private final class Life {
        private enum Step {
            case look(Ticket)
            case reachLuma(Grant)
            case answer(Grant, OutboundResponse)
            case remind
        }

        private let budget = SharedBudget(BudgetSettings())
        private let reminders = Reminders()
        private let isReminded: Bool
        /// Seconds to Luma, and as many back.
        private let way = 0.125
        private var steps: [(time: Double, order: Int, step: Step)] = []
        private var order = 0

        init(_ disk: Disk, from start: Double, isReminded: Bool) {
            self.isReminded = isReminded
            if let memory = disk.bytes.withLock({ $0 }).flatMap({ BudgetMemory($0) }) {
                budget.restore(memory, now: at(start), wallClock: SimulatedLuma.wall(start, skew: 0))
            }
            let reminders = reminders
            budget.keep { seconds in
                reminders.asked.withLock { $0.append(seconds) }
            } with: { budget, now in
                let wall = SimulatedLuma.wall(now.seconds(since: at(0)), skew: 0)
                disk.bytes.withLock { $0 = budget.memory(now: now, wallClock: wall).encoded }
            }
        }

        func run(_ luma: inout SimulatedLuma, callers: Int, from start: Double, until end: Double) {
            for _ in 0..<callers {
                handle(budget.reserve(.get, now: at(start), maxWait: 3, deadline: at(start + 3)), start)
            }
            while let next = pop() {
                if case .reachLuma(let grant) = next.step {
                    // What has left the program reaches Luma though nobody waits for its answer any more.
                    let answer = luma.count(at: next.time)
                    push(next.time + way, .answer(grant, answer))
                } else if next.time < end {
                    perform(next.step, next.time)
                }
            }
        }

        private func perform(_ step: Step, _ time: Double) {
            switch step {
            case .look(let ticket): handle(budget.confirm(ticket, now: at(time)), time)
            case .reachLuma: break
            case .answer(let grant, let response):
                let fields = RateLimitFields(response, wallClock: SimulatedLuma.wall(time, skew: 0))
                budget.settle(grant, .answered(status: response.status, fields), now: at(time))
                remind(time)
            case .remind: budget.keepPending(at(time))
            }
        }

        private func handle(_ reservation: Reservation, _ time: Double) {
            switch reservation {
            case .proceed(let grant): push(time + way, .reachLuma(grant))
            case .wait(let until, let ticket): push(max(time, until.seconds(since: at(0))) + 1e-6, .look(ticket))
            case .refuse: break
            }
            remind(time)
        }

        private func remind(_ time: Double) {
            let asked = reminders.asked.withLock { asked in
                defer { asked = [] }
                return asked
            }
            if isReminded { for seconds in asked { push(time + seconds, .remind) } }
        }

        private func push(_ time: Double, _ step: Step) {
            order += 1
            steps.append((time, order, step))
        }

        private func pop() -> (time: Double, step: Step)? {
            guard
                let index = steps.indices.min(by: {
                    (steps[$0].time, steps[$0].order) < (steps[$1].time, steps[$1].order)
                })
            else { return nil }
            let next = steps.remove(at: index)
            return (next.time, next.step)
        }
    }

    private final class Reminders: Sendable {
        let asked = Mutex<[Double]>([])
    }

    @Test(arguments: cases) func itsSuccessorIsNeverRefusedByLuma(_ test: Case) {
        var luma = SimulatedLuma(test.counting, limit: 100, firstWindow: 50, sendsDate: true)
        let disk = Disk()
        Life(disk, from: 0, isReminded: test.isReminded).run(&luma, callers: 80, from: 0, until: test.death)
        let start = test.death + 0.1
        Life(disk, from: start, isReminded: test.isReminded).run(&luma, callers: 70, from: start, until: start + 10)
        #expect(luma.refused == 0)
        // Caution costs a way to Luma, and at most what was on its way when the program died.
        #expect(luma.granted == 100 || test.death < 1 && luma.granted >= 70, "\(luma.granted)")
    }

    /// Forty lives of less than a second each, killed at different moments of their bursts, over two windows.
    @Test(arguments: Counting.allCases) func aCrashLoopIsNeverRefused(counting: Counting) {
        var luma = SimulatedLuma(counting, limit: 100, firstWindow: 50, sendsDate: true)
        let disk = Disk()
        for life in 0..<40 {
            let start = Double(life) * 2
            Life(disk, from: start, isReminded: true)
                .run(&luma, callers: 30, from: start, until: start + 0.3 + Double(life % 7) * 0.1)
        }
        #expect(luma.refused == 0)
        #expect(luma.granted >= 180)
    }
}
