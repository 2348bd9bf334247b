import Core

/// Everything that outlives a request and goes into a snapshot.
struct SandboxState: Sendable {
    var mint: IdMint
    let userId: String
    let calendarId: String
    /// Whether the first events were made; they wait for the first use, because their times are relative to it.
    var isSeeded = false
    var events = EventShelf()
    var shelves = ShelfStock()
    var tokens = CancellationTokens()

    init(seed: UInt64) {
        mint = IdMint(seed: seed)
        userId = mint.id("usr-")
        calendarId = mint.id("cal-")
    }

    init(mint: IdMint, userId: String, calendarId: String) {
        self.mint = mint
        self.userId = userId
        self.calendarId = calendarId
    }

    static let calendarSlug = "sandbox-calendar"

    /// Bytes of what callers chose, for the bound on the state.
    var weight: Int { events.weight + shelves.weight }

    /// Whether an address on Luma is in use.
    func isTaken(slug: String) -> Bool { slug == Self.calendarSlug || events.event(slug: slug) != nil }

    mutating func freeSlug() -> String {
        while true {
            let slug = mint.slug()
            if !isTaken(slug: slug) { return slug }
        }
    }
}

/// Makes ids that look like Luma's and depend on the seed and on how many were made, on nothing else.
struct IdMint: Sendable, Equatable {
    let seed: UInt64
    /// How many were made so far; with the seed it is the whole state.
    private(set) var made: UInt64
    /// Apart for neighbouring seeds, so that their ids do not overlap.
    private let origin: UInt64

    init(seed: UInt64, made: UInt64 = 0) {
        self.seed = seed
        self.made = made
        var generator = SeededGenerator(seed: seed)
        origin = generator.next()
    }

    /// An id of this prefix and sixteen letters and digits, such as `evt-qlNoZjWKJzEq5ao2`.
    mutating func id(_ prefix: String) -> String { prefix + letters(16, from: Self.alphabet[...]) }

    /// Eight small letters and digits, as in the address of an event that was given none.
    mutating func slug() -> String { letters(8, from: Self.alphabet.suffix(36)) }

    mutating func token() -> String { letters(32, from: Self.alphabet[...]) }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    private mutating func letters(_ count: Int, from alphabet: ArraySlice<UInt8>) -> String {
        made &+= 1
        var generator = SeededGenerator(seed: origin &+ made)
        // A remainder, because the standard library's own choice may differ from one version to the next.
        let text = (0..<count).map { _ in
            alphabet[alphabet.startIndex + Int(generator.next() % UInt64(alphabet.count))]
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Tokens that confirm a cancellation: bound to one event, good for fifteen minutes.
struct CancellationTokens: Sendable, Equatable {
    struct Token: Sendable, Equatable {
        let text: String
        let eventId: String
        let expiresAt: Timestamp
    }

    static let lifetimeMilliseconds: Int64 = 15 * 60 * 1000
    /// The most tokens that are kept; beyond, the oldest goes.
    static let capacity = 10_000

    /// The oldest first.
    private(set) var tokens: [Token] = []

    init(_ tokens: [Token] = []) { self.tokens = tokens }

    mutating func add(_ text: String, for eventId: String, now: Timestamp) {
        tokens.removeAll { $0.expiresAt <= now }
        if tokens.count >= Self.capacity { tokens.removeFirst() }
        let expiresAt = Timestamp(milliseconds: now.milliseconds + Self.lifetimeMilliseconds)
        tokens.append(Token(text: text, eventId: eventId, expiresAt: expiresAt))
    }

    func accepts(_ text: String, for eventId: String, now: Timestamp) -> Bool {
        tokens.contains { $0.text == text && $0.eventId == eventId && $0.expiresAt > now }
    }

    mutating func removeAll(for eventId: String) { tokens.removeAll { $0.eventId == eventId } }
}

/// What was done to which event, for who wants to know whether everything was done once.
struct ChangeLog: Sendable {
    enum Kind: Sendable {
        case create, update, cancel
        /// A change of something that belongs to the event: the operation's name, and the id of the thing.
        case other(String, String)
    }

    private struct Entry {
        let kind: Kind
        let eventId: String
        let at: Timestamp
    }

    /// The most changes that are kept; beyond, the oldest go.
    static let capacity = 20_000
    private var entries: [Entry] = []
    /// How many changes were forgotten.
    private var forgotten = 0

    mutating func note(_ kind: Kind, _ eventId: String, at: Timestamp) {
        if entries.count == Self.capacity {
            forgotten += Self.capacity / 2
            entries.removeFirst(Self.capacity / 2)
        }
        entries.append(Entry(kind: kind, eventId: eventId, at: at))
    }

    /// The changes in their order, the first of all numbered 1.
    var json: JSON {
        let changes = entries.enumerated().map { index, entry -> JSON in
            var change: JSONObject = [
                "number": .number(forgotten + index + 1), "change": .string(entry.kind.name),
                "event_id": .string(entry.eventId), "at": .string(entry.at.rfc3339),
            ]
            if case .other(_, let id) = entry.kind { change["id"] = .string(id) }
            return .object(change)
        }
        return ["forgotten": .number(forgotten), "entries": .array(changes)]
    }
}

extension ChangeLog.Kind {
    fileprivate var name: String {
        switch self {
        case .create: "create"
        case .update: "update"
        case .cancel: "cancel"
        case .other(let operation, _): operation
        }
    }
}
