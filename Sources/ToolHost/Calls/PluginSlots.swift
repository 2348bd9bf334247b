import Synchronization

/// Bounds the calls of plugins that run at once, and those that wait for that, over all loops.
///
/// Whoever waits is let in in the order in which they came, each plugin by itself.
package final class PluginSlots: Sendable {
    /// What one plugin may have.
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
        package var running = 0
        package var waiting = 0
        /// Calls that have ended.
        package var calls: UInt64 = 0
        /// Those of them that have failed.
        package var failures: UInt64 = 0

        package init() {}
    }

    private struct Waiter {
        let number: UInt64
        let plugin: String
        let most: Int
        let then: @Sendable () -> Void
    }

    private struct State {
        var counts: [String: Counts] = [:]
        var running = 0
        var waiting: [Waiter] = []
        var last: UInt64 = 0

        func hasRoom(_ plugin: String, _ bounds: Int, _ most: Int) -> Bool {
            running < most && counts[plugin, default: Counts()].running < bounds
        }

        mutating func take(_ plugin: String) {
            running += 1
            counts[plugin, default: Counts()].running += 1
        }
    }

    /// Calls of all plugins together.
    private let most: Int
    private let state = Mutex(State())

    package init(most: Int = 16) { self.most = most }

    /// Wants to run.
    /// - Parameter then: called once its turn has come, on any thread, unless it has left before.
    func request(_ plugin: String, _ bounds: Bounds, then: @escaping @Sendable () -> Void) -> Turn {
        state.withLock { state in
            if state.hasRoom(plugin, bounds.running, most) {
                state.take(plugin)
                return .now
            }
            guard state.counts[plugin, default: Counts()].waiting < bounds.waiting else { return .busy }
            state.last += 1
            state.counts[plugin, default: Counts()].waiting += 1
            state.waiting.append(Waiter(number: state.last, plugin: plugin, most: bounds.running, then: then))
            return .later(state.last)
        }
    }

    /// Does not wait any longer.
    /// - Returns: false when its turn had come before: then it has a slot.
    func leave(_ number: UInt64) -> Bool {
        state.withLock { state in
            guard let place = state.waiting.firstIndex(where: { $0.number == number }) else { return false }
            state.counts[state.waiting.remove(at: place).plugin]?.waiting -= 1
            return true
        }
    }

    /// Has ended, and lets whoever waits in.
    func release(_ plugin: String) {
        let next = state.withLock { state -> Waiter? in
            state.running -= 1
            state.counts[plugin]?.running -= 1
            let room = most
            guard let place = state.waiting.firstIndex(where: { state.hasRoom($0.plugin, $0.most, room) }) else {
                return nil
            }
            let waiter = state.waiting.remove(at: place)
            state.counts[waiter.plugin]?.waiting -= 1
            state.take(waiter.plugin)
            return waiter
        }
        next?.then()
    }

    /// Counts a call that has ended.
    func ended(_ plugin: String, failed: Bool) {
        state.withLock { state in
            state.counts[plugin, default: Counts()].calls &+= 1
            if failed { state.counts[plugin]?.failures &+= 1 }
        }
    }

    package func counts(_ plugin: String) -> Counts { state.withLock { $0.counts[plugin, default: Counts()] } }

    /// Calls that run, of all plugins.
    package var running: Int { state.withLock { $0.running } }
}
