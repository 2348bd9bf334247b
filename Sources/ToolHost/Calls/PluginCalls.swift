import Synchronization

/// The calls that are under way on all loops, so that the end of the program ends them.
package final class PluginCalls: Sendable {
    private struct State {
        var isOver = false
        var last: UInt64 = 0
        var stops: [UInt64: @Sendable () -> Void] = [:]
    }
    private let state = Mutex(State())

    package init() {}

    /// A call has begun.
    /// - Parameter stop: called at most once, on any thread.
    /// - Returns: its number.
    func began(_ stop: @escaping @Sendable () -> Void) -> UInt64 {
        let (number, isOver) = state.withLock { state in
            state.last += 1
            if !state.isOver { state.stops[state.last] = stop }
            return (state.last, state.isOver)
        }
        if isOver { stop() }
        return number
    }

    func ended(_ number: UInt64) { state.withLock { $0.stops[number] = nil } }

    /// Ends all that run, and every one that is still to begin.
    package func stop() {
        let stops = state.withLock { state in
            state.isOver = true
            defer { state.stops = [:] }
            return state.stops
        }
        for stop in stops.values { stop() }
    }

    package var count: Int { state.withLock { $0.stops.count } }
}
