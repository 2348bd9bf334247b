/// One operation of Luma's public API, as data. Routes, tools, client, emulator and tests read the same rows.
public struct Operation: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }
    /// Which keys may call it.
    public enum KeyKind: Sendable { case calendar, organization }
    /// What it does to the outside world beyond its answer.
    public enum Effect: Sendable, Hashable { case reads, changes, notifiesGuests, irreversible, movesMoney }
    /// Whether the same call may be sent again after an unknown outcome.
    public enum Repetition: Sendable { case always, onlyIfUnseen }

    /// The stable name inside this program: the current path without version, such as `events/create`.
    public let name: String
    public let method: Method
    /// The current path, such as `/v1/events/create`.
    public let path: String
    /// Older paths that answer the same operation.
    public let legacyPaths: [String]
    /// The member that wraps the whole answer on a legacy path, nil when it is flat there too.
    public let legacyWrapper: String?
    public let keyKind: KeyKind
    public let query: [SchemaField]
    /// Members of the JSON body; nil for an operation without one.
    public let body: [SchemaField]?
    public let answer: [SchemaField]
    public let effects: Set<Effect>
    public let repetition: Repetition
    public let summary: String

    public init(
        _ name: String, _ method: Method, _ path: String, legacy legacyPaths: [String] = [],
        legacyWrapper: String? = nil, keyKind: KeyKind = .calendar, query: [SchemaField] = [],
        body: [SchemaField]? = nil, answer: [SchemaField] = [], effects: Set<Effect>, repetition: Repetition,
        summary: String
    ) {
        self.name = name
        self.method = method
        self.path = path
        self.legacyPaths = legacyPaths
        self.legacyWrapper = legacyWrapper
        self.keyKind = keyKind
        self.query = query
        self.body = body
        self.answer = answer
        self.effects = effects
        self.repetition = repetition
        self.summary = summary
    }
}
