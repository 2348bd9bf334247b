import Core
import IO
import Store
import Synchronization

/// Keeps in the store which sessions were ended, so that none of them works again after a restart.
///
/// One save at a time: what is ended meanwhile is in the next.
final class EndedSessionsKeeper: Sendable {
    private static let name = "ended-sessions"

    private struct State {
        var isSaving = false
        /// More was ended since the save began.
        var isStale = false
    }
    private let sessions: SessionTable
    private let store: any StateStore
    private let state = Mutex(State())

    init(_ sessions: SessionTable, _ store: any StateStore) {
        self.sessions = sessions
        self.store = store
    }

    /// Reads what earlier processes have kept. That the store fails is told by health.
    func resume() async {
        await withUnsafeContinuation { continuation in load { continuation.resume() } }
    }

    /// One more session was ended.
    func note() {
        let begins = state.withLock { state in
            defer { (state.isSaving, state.isStale) = (true, state.isSaving) }
            return !state.isSaving
        }
        if begins { save() }
    }

    private func load(then: @escaping @Sendable () -> Void) {
        store.load(Self.name) { [sessions] found in
            if case .success(let value?) = found { sessions.addEnded(kept: value.bytes) }
            then()
        }
    }

    private func save() {
        // Another gateway on the same folder has ended sessions of its own. When both save at the same moment, what the
        // earlier one has added is kept with its next save only.
        load { [self] in
            let now = WallClock.now
            store.save(Self.name, sessions.keptEnded(at: now), at: now) { [self] _ in
                let again = state.withLock { state in
                    defer { (state.isSaving, state.isStale) = (state.isStale, false) }
                    return state.isStale
                }
                if again { save() }
            }
        }
    }
}

extension Shared {
    /// What other gateways on the same folder end is known here after so many seconds, and so is what a store that could not be
    /// read at first has kept.
    private static let secondsBetweenLooks = 5.0

    /// Knows what earlier processes have ended, and keeps what is ended from now on.
    func resumeSessions() async {
        let keeper = EndedSessionsKeeper(mcp.sessions, store)
        await keeper.resume()
        mcp.sessions.whenEnded { keeper.note() }
        Task.detached(priority: .background) {
            while true {
                try await Task.sleep(for: .seconds(Self.secondsBetweenLooks))
                await keeper.resume()
            }
        }
    }
}
