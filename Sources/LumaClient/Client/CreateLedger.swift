import Core
import LumaAPI
import Synchronization

/// Which created events already belong to an answer, so that no event is taken for the result of two requests.
///
/// Events of one name and start may exist side by side, so the row of `events/create` cannot say how the one is found that a
/// lost create has made. It is the only operation that is looked for in a way of its own: this ledger's.
///
/// Requests with the same words as name and the same start are the same to Luma and to whoever looks for them later. While one of them is in
/// flight, an event that is found may be its own; once all have ended, those without an answer may share out what is
/// found, one event each, in any order.
final class CreateLedger: Sendable {
    /// The name of the operation that it is for. Whatever is particular to that one asks for this.
    static let operation = Operation.createEvent.name

    /// What an event can be found by.
    struct Key: Hashable, Sendable {
        /// The words of its name: Luma may put the white space between them in order, so that names which differ in it alone
        /// may become one.
        let words: String
        let start: Timestamp

        init(name: String, start: Timestamp) {
            words = Self.words(name)
            self.start = start
        }

        /// What the event of a create can be found by; nil for any other operation, and when the body lacks it.
        init?(_ operation: String, _ body: JSONObject) {
            guard operation == CreateLedger.operation, let name = body["name"]?.stringValue,
                let start = body["start_at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
            else { return nil }
            self.init(name: name, start: start)
        }

        static func words(_ name: String) -> String {
            name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
    }

    enum Claim: Equatable {
        case mine(String)
        /// Nothing fits that is not somebody else's.
        case nothing
        /// A request of the same key is in flight: look again later.
        case busy
        /// More fits than requests of ours can have made.
        case ambiguous([String])
        /// Nothing fits, but these are nobody's as far as this program knows, and Luma may have written them in its own way.
        case doubtful([String])
    }

    /// Events that a lost create may have made, by how surely.
    struct Candidates {
        /// Made with its name and start, and young enough.
        var exact: [String] = []
        /// Made with its name and start, and young enough only if Luma's clock is behind what its answers tell.
        var possible: [String] = []
        /// With a start near its own, and young enough: Luma may have changed name or start. With what they are found by.
        var near: [(id: String, key: Key)] = []
    }

    /// How far from the start that was sent an event may begin, in milliseconds: Luma may round it, to minutes say.
    static let nearMilliseconds: Int64 = 300_000

    private struct Open {
        var inFlight = 0
        var unsettled = 0
    }

    private struct State {
        var open: [Key: Open] = [:]
        var claimed: Set<String> = []
        /// The claimed ids, oldest at `next` once the list is full.
        var order: [String] = []
        var next = 0

        mutating func claim(_ id: String) {
            guard claimed.insert(id).inserted else { return }
            if order.count < CreateLedger.capacity {
                order.append(id)
            } else {
                claimed.remove(order[next])
                order[next] = id
                next = (next + 1) % order.count
            }
        }

        mutating func disclaim(_ id: String) {
            guard claimed.remove(id) != nil, let index = order.firstIndex(of: id) else { return }
            // Its place stays taken until its turn comes; no event has this id.
            order[index] = ""
        }

        func isCreating(near start: Timestamp) -> Bool {
            open.contains { key, open in
                open.inFlight > 0
                    && abs(key.start.milliseconds - start.milliseconds) <= CreateLedger.nearMilliseconds
            }
        }

        mutating func change(_ key: Key, _ body: (inout Open) -> Void) {
            body(&open[key, default: Open()])
            if let entry = open[key], entry.inFlight == 0, entry.unsettled == 0 { open[key] = nil }
        }
    }

    /// Far more than the creates of the seconds in which an event can be mistaken.
    private static let capacity = 4096
    private let state = Mutex(State())

    /// A create is about to be sent.
    func begin(_ key: Key) { state.withLock { $0.change(key) { $0.inFlight += 1 } } }

    /// A create ended with this id, or surely without an event.
    func end(_ key: Key, id: String?) {
        state.withLock { state in
            state.change(key) { $0.inFlight -= 1 }
            if let id { state.claim(id) }
        }
    }

    /// A create ended and nobody knows how.
    func suspend(_ key: Key) {
        state.withLock {
            $0.change(key) {
                $0.inFlight -= 1
                $0.unsettled += 1
            }
        }
    }

    /// A create of which this program knows only that it may have been sent.
    func adopt(_ key: Key) { state.withLock { $0.change(key) { $0.unsettled += 1 } } }

    /// Takes one of the events that fit for a suspended create. Those that only may fit are not taken, and while there are
    /// any nothing else is no proof.
    func claim(_ key: Key, among found: Candidates) -> Claim {
        state.withLock { state in
            let exact = found.exact.filter { !state.claimed.contains($0) }
            let free = exact.isEmpty ? found.possible.filter { !state.claimed.contains($0) } : exact
            guard let first = free.first else {
                let near = found.near.filter { !state.claimed.contains($0.id) }
                if near.isEmpty { return .nothing }
                // One that is under way may have made it, or one that is looked for too and that it fits.
                let isAwaited = near.contains { $0.key != key && state.open[$0.key] != nil }
                if isAwaited || state.isCreating(near: key.start) { return .busy }
                return .doubtful(near.map(\.id))
            }
            let open = state.open[key] ?? Open()
            if open.inFlight > 0 { return .busy }
            guard free.count <= max(open.unsettled, 1) else { return .ambiguous(free) }
            state.claim(first)
            return .mine(first)
        }
    }

    /// What was claimed is not the claimer's after all, as far as is known.
    func disclaim(_ id: String) { state.withLock { $0.disclaim(id) } }

    /// A suspended create is settled or given up.
    func resolve(_ key: Key) { state.withLock { $0.change(key) { $0.unsettled -= 1 } } }
}
