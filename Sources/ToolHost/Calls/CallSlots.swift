import Core
import IO
import Synchronization

/// Bounds the calls that run at once, and those that wait for that, over all loops: of one plugin or service, and of all together.
///
/// Whoever waits is let in in the order in which they came, each plugin or service by itself.
package final class CallSlots: Sendable {
    /// What one plugin or service may have.
    struct Bounds: Sendable {
        let running: Int
        let waiting: Int
    }

    /// What a call is told that wants to run.
    enum Turn: Sendable, Equatable {
        case now
        /// It waits under this number.
        case later(UInt64)
        case busy
    }

    /// How much of it there is, and was.
    package struct Counts: Sendable, Equatable {
        /// Calls that run now.
        package var running = 0
        /// Calls that wait for a slot now.
        package var waiting = 0
        /// Calls that have ended.
        package var calls: UInt64 = 0
        /// Those of them that have failed.
        package var failures: UInt64 = 0

        package init() {}
    }

    private struct Waiter {
        let number: UInt64
        let owner: String
        let max: Int
        let then: @Sendable () -> Void
    }

    private struct State {
        var counts: [String: Counts] = [:]
        var running = 0
        var waiting: [Waiter] = []
        var last: UInt64 = 0

        func hasRoom(_ owner: String, _ bounds: Int, _ max: Int) -> Bool {
            running < max && counts[owner, default: Counts()].running < bounds
        }

        mutating func take(_ owner: String) {
            running += 1
            counts[owner, default: Counts()].running += 1
        }
    }

    /// Calls of all together.
    private let max: Int
    private let state = Mutex(State())

    /// - Parameter max: calls that run at once, of all owners together.
    package init(max: Int = 16) { self.max = max }

    /// Wants to run.
    /// - Parameter then: called once its turn has come, on any thread, unless it has left before.
    func request(_ owner: String, _ bounds: Bounds, then: @escaping @Sendable () -> Void) -> Turn {
        state.withLock { state in
            if state.hasRoom(owner, bounds.running, max) {
                state.take(owner)
                return .now
            }
            guard state.counts[owner, default: Counts()].waiting < bounds.waiting else { return .busy }
            state.last += 1
            state.counts[owner, default: Counts()].waiting += 1
            state.waiting.append(Waiter(number: state.last, owner: owner, max: bounds.running, then: then))
            return .later(state.last)
        }
    }

    /// Does not wait any longer.
    /// - Returns: false when its turn had come before: then it has a slot.
    func leave(_ number: UInt64) -> Bool {
        state.withLock { state in
            guard let place = state.waiting.firstIndex(where: { $0.number == number }) else { return false }
            state.counts[state.waiting.remove(at: place).owner]?.waiting -= 1
            return true
        }
    }

    /// Has ended, and lets whoever waits in.
    func release(_ owner: String) {
        let next = state.withLock { state -> Waiter? in
            state.running -= 1
            state.counts[owner]?.running -= 1
            let room = max
            guard let place = state.waiting.firstIndex(where: { state.hasRoom($0.owner, $0.max, room) }) else {
                return nil
            }
            let waiter = state.waiting.remove(at: place)
            state.counts[waiter.owner]?.waiting -= 1
            state.take(waiter.owner)
            return waiter
        }
        next?.then()
    }

    /// Counts a call that has ended.
    func ended(_ owner: String, failed: Bool) {
        state.withLock { state in
            state.counts[owner, default: Counts()].calls &+= 1
            if failed { state.counts[owner]?.failures &+= 1 }
        }
    }

    /// What the calls of one owner have come to so far.
    package func counts(_ owner: String) -> Counts { state.withLock { $0.counts[owner, default: Counts()] } }

    /// Calls that run, of all.
    package var running: Int { state.withLock { $0.running } }
}

/// How a call's wait for a slot has ended.
enum SlotWait { case granted, busy, cancelled }

extension Reactor {
    /// Waits on this loop for a slot, at most so many seconds. Whoever has got one gives it back by `release`.
    func slot(of owner: String, in slots: CallSlots, _ bounds: CallSlots.Bounds, seconds: Double) async -> SlotWait {
        if Task.isCancelled { return .cancelled }
        var number: UInt64?
        var timer: TimerQueue.Token?
        var turn = CallSlots.Turn.busy
        defer { if let timer { cancel(timer) } }
        do {
            let isGranted: Bool = try await suspend { suspension in
                let bound = LoopBound(suspension, on: executor)
                turn = slots.request(owner, bounds) { [executor] in
                    executor.execute { bound.value.resume(returning: true) }
                }
                switch turn {
                case .now: suspension.resume(returning: true)
                case .busy: suspension.resume(returning: false)
                case .later(let own):
                    number = own
                    timer = schedule(at: now.advanced(seconds: seconds)) { suspension.resume(returning: false) }
                }
            }
            if isGranted { return .granted }
            // Its turn may have come in the same moment.
            if let number, !slots.leave(number) { return .granted }
            return .busy
        } catch {
            if turn == .now || number.map({ !slots.leave($0) }) == true { slots.release(owner) }
            return .cancelled
        }
    }
}
