public import Core

/// One operation of Luma's public API, as data. Routes, tools, client, emulator and tests read the same rows.
///
/// An object that never changes: its members are not copied on the way of each call.
public final class Operation: Sendable {
    /// The methods that Luma's API uses.
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
    /// A condition across the members of the body, or across the query parameters of an operation without a body.
    public enum Rule: Sendable, Hashable {
        case atLeastOne(of: [String])
        case atMostOne(of: [String])
        /// The first member must not come together with this value of the other one.
        case notWith(String, String, Bool)
    }

    /// The stable name inside this program: the current path without version, such as `events/create`.
    public let name: String
    /// The method of every path.
    public let method: Method
    /// The current path, such as `/v1/events/create`.
    public let path: String
    /// How the older paths of this operation differ.
    public let legacy: Legacy
    /// Which keys may call it.
    public let keyKind: KeyKind
    /// The query parameters.
    public let query: [SchemaField]
    /// Members of the JSON body that every variant of it has; nil for an operation without a body.
    public let body: [SchemaField]?
    /// Further members that a discriminating member of the body selects; nil for the usual body of one shape.
    public let bodyVariants: BodyVariants?
    /// Members of the answer that are relied on; it may hold more.
    public let answer: [SchemaField]
    /// Conditions across members, beyond their shapes.
    public let rules: [Rule]
    /// What it does to the outside world.
    public let effects: Set<Effect>
    /// Whether it may be sent again after an unknown outcome: what changes nothing may.
    public let repetition: Repetition
    /// What it does, in one sentence in the imperative, with a full stop.
    public let summary: String
    /// What it is about; nil when it is about nothing that has an id.
    public let subject: Subject?
    /// How its effect is found when the answer was lost.
    public let recovery: Recovery
    /// Kinds of things that it changes, so that their cached reads are old; none for a read.
    public let touches: Kinds
    /// Kinds of things that its answer shows. What is about nothing may show anything.
    public let shows: Kinds
    /// Members of the answer, at every depth, that stand in no log and in no answer of this program.
    public let secretAnswer: Set<String>
    /// Members of the input that no log and no journal may see.
    public let secretInput: Set<String>
    /// One valid input, with its `besides`, for documentation and for tests against an emulator that has been filled by its
    /// seed. An id is its prefix alone (`evt-`), and `token` stands for a token that another operation gives. Ids that are
    /// required come first, in the order of the input.
    public let example: JSONObject

    /// - Parameters:
    ///   - path: the current path; by default the name under `/v1/`.
    ///   - effects: only a GET that reads need not say them.
    ///   - subject: what it belongs to is added where its kind has an owner and the input names that.
    ///   - touches: the kinds of things that a write changes beside its subject's.
    ///   - shows: the kinds of things that the answer shows beside its subject's.
    ///   - example: without the ids that are required and known by their prefix.
    public init(
        _ name: String, _ method: Method, _ path: String? = nil, legacy: Legacy = [], keyKind: KeyKind = .calendar,
        query: [SchemaField] = [], body: [SchemaField]? = nil, bodyVariants: BodyVariants? = nil,
        answer: [SchemaField] = [], rules: [Rule] = [], effects: Set<Effect>? = nil, summary: String,
        subject: Subject? = nil, recovery: Recovery = .none, touches: Kinds = [], shows: Kinds = [],
        example: JSONObject = JSONObject()
    ) {
        guard let effects = effects ?? (method == .get ? [.reads] : nil) else {
            preconditionFailure("\(name) does not say its effects")
        }
        let input = (body ?? query) + (bodyVariants?.members.values.joined().map(\.self) ?? [])
        self.name = name
        self.method = method
        self.path = path ?? "/v1/\(name)"
        var legacy = legacy
        if !legacy.paths.isEmpty, input.contains(where: { $0.name == Legacy.eventID.current }) {
            legacy.inputNames[Legacy.eventID.older] = Legacy.eventID.current
        }
        self.legacy = legacy
        self.keyKind = keyKind
        self.query = query
        self.body = body
        self.bodyVariants = bodyVariants
        self.answer = answer
        self.rules = rules
        self.effects = effects
        repetition = effects.contains(.reads) ? .always : .onlyIfUnseen
        self.summary = summary
        self.subject = subject?.withOwner(in: input)
        self.recovery = recovery
        let own = subject.map { Kinds([$0.kind]) }
        self.touches = repetition == .always ? [] : touches.union(own ?? [])
        self.shows = own?.union(shows) ?? (shows.isEmpty ? .all : shows)
        secretAnswer = answer.secrets
        secretInput = input.secrets
        let ids = (body ?? query).compactMap(\.exampleID).filter { example[$0.name] == nil }
        self.example = JSONObject(ids + example.members)
    }

    /// Older paths that answer the same operation.
    public var legacyPaths: [String] { legacy.paths }
    /// Whether answers come in pages that `pagination_cursor` asks for.
    public var isPaged: Bool { query.contains { $0.name == "pagination_cursor" } }

    /// The shape of the whole body, nil for an operation without one.
    public var bodySchema: Schema? {
        guard let body else { return nil }
        guard let variants = bodyVariants else { return .object(body) }
        return .variants(discriminator: variants.discriminator, variants.members.mapValues { body + $0 })
    }
}

extension Operation {
    /// A body whose shape depends on one of its members, such as `platform` of `calendars/events/add`.
    public struct BodyVariants: Sendable {
        /// The member that selects the variant.
        public let discriminator: String
        /// The members of each variant, by the value of the discriminator, without the discriminator itself.
        public let members: [String: [SchemaField]]

        public init(discriminator: String, members: [String: [SchemaField]]) {
            self.discriminator = discriminator
            self.members = members
        }
    }

    /// How the older paths of an operation differ from the current one.
    public struct Legacy: Sendable, ExpressibleByArrayLiteral {
        /// Older paths, the newest of them first.
        public var paths: [String]
        /// The member that wraps the answer there; nil when it is flat.
        public var wrapper: String?
        /// Members of the answer that stand beside the wrapper instead of inside it.
        public var besideWrapper: [String]
        /// The member of each entry that holds a second copy of it.
        public var entryCopy: String?
        /// Older names of query parameters and body members, each with its current name. Either name works there. That of the
        /// event's id need not be said.
        public var inputNames: [String: String]
        /// Members of the answer that carry another name there, by their current name.
        public var renamedAnswer: [String: String]

        public init(
            _ paths: [String], wrapper: String? = nil, besideWrapper: [String] = [], entryCopy: String? = nil,
            inputNames: [String: String] = [:], renamedAnswer: [String: String] = [:]
        ) {
            self.paths = paths
            self.wrapper = wrapper
            self.besideWrapper = besideWrapper
            self.entryCopy = entryCopy
            self.inputNames = inputNames
            self.renamedAnswer = renamedAnswer
        }

        public init(arrayLiteral paths: String...) { self.init(paths) }

        /// What every older path calls the member that names an event.
        static let eventID = (older: "event_api_id", current: "event_id")

        /// Members of an answer that legacy paths repeat under an older name, by their current name.
        public static let twins = [
            "id": "api_id", "user_id": "user_api_id", "calendar_id": "calendar_api_id",
            "meeting_url": "zoom_meeting_url",
        ]
    }
}

/// All operations that this program knows, found by name or by path.
public enum Catalog {
    /// Every row, in the order of the tables in the documents.
    public static let operations: [Operation] =
        Rows.users + Rows.events + Rows.cancellation + Rows.ticketTypes + Rows.guests + Rows.coupons + Rows.calendars
        + Rows.entities

    /// The row of this name, such as `events/create`.
    public static subscript(name: String) -> Operation? { byName[name] }

    /// The operation that answers this method and path, and whether the path belongs to the legacy family.
    ///
    /// `path` is compared exactly: no trailing slash, no query, not percent-encoded.
    public static func route(_ method: Operation.Method, _ path: String) -> (operation: Operation, isLegacy: Bool)? {
        byPath[path]?.first { $0.operation.method == method }
    }

    /// The methods that some operation answers on this path; empty for an unknown path.
    public static func methods(on path: String) -> [Operation.Method] {
        byPath[path]?.map(\.operation.method) ?? []
    }

    private static let byName = Dictionary(uniqueKeysWithValues: operations.map { ($0.name, $0) })

    private static let byPath: [String: [(operation: Operation, isLegacy: Bool)]] = {
        var routes: [String: [(operation: Operation, isLegacy: Bool)]] = [:]
        for operation in operations {
            routes[operation.path, default: []].append((operation, false))
            for path in operation.legacyPaths { routes[path, default: []].append((operation, true)) }
        }
        return routes
    }()
}

/// The rows, one file for each resource.
enum Rows {}
