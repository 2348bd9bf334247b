import Core
import Crypto
import MCP
import Synchronization

/// The sessions of all loops, by their ids. An id that is not here but carries our signature brings its session back.
final class SessionTable: Sendable {
    /// Sessions that are remembered; one more pushes out the one that was quiet for longest, which then lives on in its
    /// id alone, without its subscriptions and its log level, unless a request or a stream still holds it.
    static let capacity = 10_000

    private struct Entry {
        let session: Session
        var used: UInt64
    }
    private struct PushedOut {
        weak var session: Session?
    }
    private struct State {
        var entries: [String: Entry] = [:]
        /// Who was pushed out while a request or a stream of theirs held them, so that they stay one session.
        var pushedOut: [String: PushedOut] = [:]
        var turn: UInt64 = 0
        var ended = EndedSessions()
        var hasEnded: (@Sendable () -> Void)?
    }
    private let seal: SessionSeal
    private let state = Mutex(State())

    init(seal: SessionSeal) { self.seal = seal }

    /// Gives a session its id.
    func issue(_ session: Session) -> String? {
        guard let nonce = try? Random.bytes(16) else { return nil }
        let ticket = SessionTicket(
            revision: session.revision, capabilities: session.capabilities, principal: session.principal.label,
            issued: seal.now, nonce: Base64URL.encode(nonce))
        let id = ticket.id(seal)
        state.withLock { Self.insert(id, session, &$0) }
        return id
    }

    /// The session of an id, for the principal that it was made for; nil when there is none.
    func session(_ id: String, for principal: Principal) -> Session? {
        let known = state.withLock { state -> Session? in
            state.turn += 1
            state.entries[id]?.used = state.turn
            return state.entries[id]?.session
        }
        if let known { return known.principal == principal ? known : nil }
        guard let ticket = SessionTicket(id, seal), ticket.principal == principal.label else { return nil }
        return state.withLock { state in
            if state.ended.contains(ticket.nonce) { return nil }
            if let other = state.entries[id]?.session { return other.principal == principal ? other : nil }
            let held = state.pushedOut.removeValue(forKey: id)?.session
            if let held, held.principal != principal { return nil }
            let session =
                held
                ?? Session(revision: ticket.revision, capabilities: ticket.capabilities, principal: principal)
            Self.insert(id, session, &state)
            return session
        }
    }

    /// Ends a session for good; its id is never good again.
    func end(_ id: String) {
        // An id that has become too old brings nothing back; a session that was in use all the time ends all the same.
        let ticket = SessionTicket(id, seal)
        let (session, hasEnded) = state.withLock { state in
            if let ticket {
                state.ended.add(ticket.nonce, until: ticket.issued.advanced(seconds: SessionTicket.lifetime))
            }
            let held = state.pushedOut.removeValue(forKey: id)?.session
            return (state.entries.removeValue(forKey: id)?.session ?? held, state.hasEnded)
        }
        session?.close()
        hasEnded?()
    }

    // MARK: Between processes

    /// Calls `action` after each end, on the thread of who ends.
    func whenEnded(_ action: @escaping @Sendable () -> Void) { state.withLock { $0.hasEnded = action } }

    /// Which sessions were ended, for the next process.
    func keptEnded(at now: Timestamp) -> [UInt8] { state.withLock { $0.ended.kept(at: now) } }

    /// Takes what another process has kept.
    func addEnded(kept bytes: [UInt8]) {
        let known = state.withLock { state -> [String] in
            let before = state.ended.added
            state.ended.add(kept: bytes)
            return state.ended.added == before ? [] : Array(state.entries.keys) + state.pushedOut.keys
        }
        // What was ended elsewhere, or used here before it was known to be over.
        for id in known {
            guard let nonce = SessionTicket(id, seal)?.nonce else { continue }
            let session = state.withLock { state -> Session? in
                guard state.ended.contains(nonce) else { return nil }
                let held = state.pushedOut.removeValue(forKey: id)?.session
                return state.entries.removeValue(forKey: id)?.session ?? held
            }
            session?.close()
        }
    }

    private static func insert(_ id: String, _ session: Session, _ state: inout State) {
        state.turn += 1
        state.entries[id] = Entry(session: session, used: state.turn)
        guard state.entries.count > capacity else { return }
        // A tenth at a time, so that the search for the oldest is paid once for many.
        let oldest = state.entries.sorted { $0.value.used < $1.value.used }.prefix(capacity / 10)
        state.pushedOut = state.pushedOut.filter { $0.value.session != nil }
        for (id, entry) in oldest {
            state.entries[id] = nil
            state.pushedOut[id] = PushedOut(session: entry.session)
        }
    }
}
