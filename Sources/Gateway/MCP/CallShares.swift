import LumaClient
import Synchronization

/// Bounds the calls that no connection holds: those of the handshake era go on when the request that brought them has ended.
///
/// Shared by all loops. A call takes some 20 kB while it waits for Luma.
final class CallShares: Sendable {
    /// Calls of one caller that may be under way.
    static let mostOfOne = 500
    /// Calls of all callers together.
    static let most = 2000

    private struct State {
        var all = 0
        var byCaller: [CallerKey: Int] = [:]
    }
    private let state = Mutex(State())

    /// Takes the room for `count` calls.
    ///
    /// Nobody gets more than is left for everybody else, so a few callers that want all leave room for others.
    /// - Returns: false when there is none.
    func take(_ count: Int, for caller: CallerKey) -> Bool {
        if count == 0 { return true }
        return state.withLock { state in
            let own = state.byCaller[caller, default: 0] + count
            guard own <= min(Self.mostOfOne, Self.most - state.all) else { return false }
            state.byCaller[caller] = own
            state.all += count
            return true
        }
    }

    /// The calls have ended.
    func giveBack(_ count: Int, of caller: CallerKey) {
        if count == 0 { return }
        state.withLock { state in
            let left = state.byCaller[caller, default: 0] - count
            state.byCaller[caller] = left > 0 ? left : nil
            state.all -= count
        }
    }

    /// Calls that are under way.
    var count: Int { state.withLock { $0.all } }
}
