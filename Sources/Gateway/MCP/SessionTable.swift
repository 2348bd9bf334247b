import Core
import Crypto
import IO
import MCP
import Store
import Synchronization

/// The sessions of all loops, by their ids. An id that is not here but carries our signature brings its session back.
final class SessionTable: Sendable {
    /// Sessions that are remembered; one more pushes out those that were quiet for longest of the caller who has most. They
    /// live on in their ids alone, without subscriptions and log level, unless a request or a stream still holds them.
    static let capacity = 10_000
    /// An end is kept for so many seconds at least: another gateway that has the session in use must hear of it, however old
    /// its id is.
    private static let endedSeconds = 3600.0

    private struct Entry {
        let session: Session
        let nonce: String
        var used: UInt64
    }
    private struct PushedOut {
        weak var session: Session?
        let nonce: String
    }
    private struct State {
        var entries: [String: Entry] = [:]
        /// Who was pushed out while a request or a stream of theirs held them, so that they stay one session.
        var pushedOut: [String: PushedOut] = [:]
        var tick: UInt64 = 0
        var ended = EndedSessions()
        /// The store's number of the last of them that is known from there.
        var lastEnded: Int64 = 0
    }
    private let seal: Seal
    let store: any EndedSessionStore
    private let toolsets: ToolsetTable
    /// Until the store was heard once no id brings a session back.
    let firstRead = Milestone()
    private let state = Mutex(State())

    /// - Parameters:
    ///   - store: outlives this process, and is shared with other gateways on the same folder.
    ///   - toolsets: those that sessions may be bound to.
    init(seal: Seal, store: any EndedSessionStore, toolsets: ToolsetTable = ToolsetTable()) {
        self.seal = seal
        self.store = store
        self.toolsets = toolsets
    }

    /// Gives a session its id.
    func issue(_ session: Session) -> String? {
        guard let nonce = try? Random.bytes(16) else { return nil }
        let ticket = SessionTicket(
            revision: session.revision, capabilities: session.capabilities, principal: session.principal.label,
            issued: seal.now, nonce: Base64URL.encode(nonce), toolset: session.toolset?.name)
        let id = ticket.id(seal)
        state.withLock { Self.insert(id, ticket.nonce, session, &$0) }
        return id
    }

    /// The session of an id, for the principal that it was made for, whatever that may do now; nil when there is none.
    func session(_ id: String, for principal: Principal) -> Session? {
        let known = state.withLock { state -> Session? in
            state.tick += 1
            state.entries[id]?.used = state.tick
            return state.entries[id]?.session
        }
        if let known { return known.principal.label == principal.label ? known : nil }
        guard let ticket = SessionTicket(id, seal), ticket.principal == principal.label else { return nil }
        let names = ticket.toolset.map { $0.split(separator: ",").map(String.init) }
        let toolset = names.flatMap { toolsets.choice($0) }
        // What it was bound to is not there any more: unbound it would see more than before.
        if names != nil, toolset == nil { return nil }
        return state.withLock { state in
            if state.ended.contains(ticket.nonce) { return nil }
            if let other = state.entries[id]?.session {
                return other.principal.label == principal.label ? other : nil
            }
            let held = state.pushedOut.removeValue(forKey: id)?.session
            if let held, held.principal.label != principal.label { return nil }
            let session =
                held
                ?? Session(
                    revision: ticket.revision, capabilities: ticket.capabilities, principal: principal,
                    toolset: toolset)
            Self.insert(id, ticket.nonce, session, &state)
            return session
        }
    }

    /// Ends a session for good; its id is never good again.
    /// - Parameter then: told when that outlives this process; a failure says that it will not.
    func end(_ id: String, then: @escaping Then<Void> = { _ in }) {
        let ticket = SessionTicket(id, seal)
        let (session, known) = state.withLock { state -> (Session?, String?) in
            let entry = state.entries.removeValue(forKey: id)
            let held = state.pushedOut.removeValue(forKey: id)
            // An id that has become too old tells nothing; a session that was in use all the time ends all the same.
            let nonce = entry?.nonce ?? held?.nonce ?? ticket?.nonce
            if let nonce { state.ended.add(nonce) }
            return (entry?.session ?? held?.session, nonce)
        }
        session?.close()
        guard let known else { return then(.success(())) }
        let now = seal.now
        var expiry = now.advanced(seconds: Self.endedSeconds)
        if let ticket { expiry = max(expiry, ticket.issued.advanced(seconds: SessionTicket.lifetime)) }
        store.endSession(known, until: expiry, now: now, then: then)
    }

    /// Ends here the sessions of these labels, whose keys open nothing any more.
    func close(of labels: [String]) {
        guard !labels.isEmpty else { return }
        let labels = Set(labels)
        let sessions = state.withLock { state in
            let ended = state.entries.filter { labels.contains($0.value.session.principal.label) }
            for id in ended.keys { state.entries[id] = nil }
            var sessions = ended.values.map(\.session)
            for (id, held) in state.pushedOut {
                guard let session = held.session, labels.contains(session.principal.label) else { continue }
                state.pushedOut[id] = nil
                sessions.append(session)
            }
            return sessions
        }
        for session in sessions { session.close() }
    }

    // MARK: Between processes

    /// Whether this id may be that of a session of which the store says that it was ended, and the store has not been heard.
    func mustWait(for id: String) -> Bool {
        !firstRead.isOver && state.withLock { $0.entries[id] == nil && $0.pushedOut[id]?.session == nil }
    }

    /// The store's number of the last end that is known from there.
    var lastEnded: Int64 { state.withLock { $0.lastEnded } }

    /// Takes what the store says was ended, in its order, and ends here what was used before it was known to be over.
    func addEnded(_ found: [EndedSession]) {
        let sessions = state.withLock { state -> [Session] in
            state.lastEnded = found.last?.number ?? state.lastEnded
            let fresh = Set(found.map(\.nonce).filter { state.ended.add($0) })
            if fresh.isEmpty { return [] }
            var sessions: [Session] = []
            for (id, entry) in state.entries where fresh.contains(entry.nonce) {
                state.entries[id] = nil
                sessions.append(entry.session)
            }
            for (id, held) in state.pushedOut where fresh.contains(held.nonce) {
                state.pushedOut[id] = nil
                if let session = held.session { sessions.append(session) }
            }
            return sessions
        }
        for session in sessions { session.close() }
    }

    private static func insert(_ id: String, _ nonce: String, _ session: Session, _ state: inout State) {
        state.tick += 1
        state.entries[id] = Entry(session: session, nonce: nonce, used: state.tick)
        guard state.entries.count > capacity else { return }
        // Of whoever has most: nobody pushes out others' by beginning many.
        var counts: [String: Int] = [:]
        for entry in state.entries.values { counts[entry.session.principal.label, default: 0] += 1 }
        guard let most = counts.max(by: { $0.value < $1.value }) else { return }
        // Many at a time, so that the search for the oldest is paid once for them.
        let oldest = state.entries.filter { $0.value.session.principal.label == most.key }
            .sorted { $0.value.used < $1.value.used }.prefix(max(1, min(capacity / 10, most.value / 2)))
        state.pushedOut = state.pushedOut.filter { $0.value.session != nil }
        for (id, entry) in oldest {
            state.entries[id] = nil
            state.pushedOut[id] = PushedOut(session: entry.session, nonce: entry.nonce)
        }
    }
}

extension SessionTable {
    /// Those that one question of the store gives.
    private static let maxAtOnce = 1000

    /// Learns which sessions were ended by an earlier process, or at another gateway on the same store, since the last
    /// read. One read at a time. That the store fails is told by health, and the next read learns it all the same.
    func readEnded() async {
        var found: [EndedSession] = []
        repeat {
            let last = lastEnded
            let answer = await withUnsafeContinuation { continuation in
                store.endedSessions(after: last, limit: Self.maxAtOnce) { continuation.resume(returning: $0) }
            }
            guard case .success(let ended) = answer else { return }
            found = ended
            addEnded(found)
        } while found.count == Self.maxAtOnce
        firstRead.end()
    }
}

/// What an `Mcp-Session-Id` says about its session, so that a process that never saw the session can go on with it.
struct SessionTicket: Equatable {
    /// A client that comes back later has to shake hands again, in seconds.
    static let lifetime = 30.0 * 86400

    let revision: Revision
    let capabilities: ClientCapabilities
    let principal: String
    let issued: Timestamp
    /// Makes the id unguessable and one of a kind.
    let nonce: String
    /// What the session is bound to, as it was chosen.
    let toolset: String?

    func id(_ seal: Seal) -> String {
        var items: [JSON] = [
            .string(revision.rawValue), .number(JSONNumber(Int(capabilities.bits))), .string(principal),
            .number(JSONNumber(Int(issued.milliseconds))), .string(nonce),
        ]
        if let toolset { items.append(.string(toolset)) }
        return seal.seal(JSON.array(items).encoded, for: "session")
    }

    init(
        revision: Revision, capabilities: ClientCapabilities, principal: String, issued: Timestamp, nonce: String,
        toolset: String? = nil
    ) {
        self.toolset = toolset
        self.revision = revision
        self.capabilities = capabilities
        self.principal = principal
        self.issued = issued
        self.nonce = nonce
    }

    /// Reads an id; nil when it is not one of ours, or too old.
    init?(_ id: String, _ seal: Seal) {
        guard let bytes = seal.open(id, for: "session"), let items = (try? JSON.parse(bytes))?.arrayValue,
            (5...6).contains(items.count), let revision = items[0].stringValue.flatMap(Revision.init),
            revision.era == .legacy,
            let bits = items[1].intValue.flatMap(UInt8.init(exactly:)), let principal = items[2].stringValue,
            let issued = items[3].intValue, let nonce = items[4].stringValue
        else { return nil }
        let then = Timestamp(milliseconds: Int64(issued))
        guard seal.now.seconds(since: then) < Self.lifetime else { return nil }
        self.init(
            revision: revision, capabilities: ClientCapabilities(bits: bits), principal: principal, issued: then,
            nonce: nonce, toolset: items.count == 6 ? items[5].stringValue ?? "" : nil)
    }
}

/// The sessions that their clients have ended before they expired, by their nonces: an id alone would bring one back.
///
/// A value. Bounded as the store's list of them is, and forgets the oldest as that does.
struct EndedSessions {
    static let capacity = EndedSession.maxKept

    private var nonces: Set<String> = []
    private var inOrder: [String] = []

    func contains(_ nonce: String) -> Bool { nonces.contains(nonce) }

    /// - Returns: false when it was known.
    @discardableResult mutating func add(_ nonce: String) -> Bool {
        guard nonces.insert(nonce).inserted else { return false }
        inOrder.append(nonce)
        guard inOrder.count > Self.capacity else { return true }
        // A tenth at a time: the rest is moved once for many.
        nonces.subtract(inOrder.prefix(Self.capacity / 10))
        inOrder.removeFirst(Self.capacity / 10)
        return true
    }
}
