public import Core

/// What only Luma can say of an operation beyond its shape. Routes, tools, commands, the client's settling and the caches are
/// derived from it.
extension Operation {
    /// The thing that an operation is about.
    public struct Subject: Sendable {
        /// What kind of thing it is.
        public let kind: Kind
        /// The member of the input that names it; nil for an operation that lists things or makes one.
        public let member: String?
        /// What it belongs to, by kind, and the member of the input that names that.
        public let parent: (kind: Kind, member: String)?

        public init(_ kind: Kind, _ member: String? = nil, of parent: (kind: Kind, member: String)? = nil) {
            self.kind = kind
            self.member = member
            self.parent = parent
        }

        /// The members of the input that are ids, the outer one first.
        public var members: [String] { [parent?.member, member].compactMap(\.self) }
    }

    /// A read that shows what a write has done.
    public struct Reading: Sendable {
        /// The name of the operation that reads.
        public let operation: String
        /// Its query parameters, each with the member of the write's input that gives the value.
        public let query: [String: String]
        /// The member of the write's input that is the `id` of one entry of the list that is read; nil when it reads the thing itself.
        public let entry: String?
        /// The member of the answer that is the list, such as `hosts` of an event; of a paged list always `entries`.
        public let list: String
        /// Query parameters that are the same for every write.
        public let fixed: JSONObject

        public init(
            _ operation: String, _ query: [String: String], entry: String? = nil, list: String = "entries",
            fixed: JSONObject = JSONObject()
        ) {
            self.operation = operation
            self.query = query
            self.entry = entry
            self.list = list
            self.fixed = fixed
        }

        /// The members of the write's input that it needs.
        public var members: Set<String> { Set(query.values).union([entry].compactMap(\.self)) }
    }

    /// How the effect of a write is found when its answer was lost.
    public enum Recovery: Sendable {
        /// There is nothing to look for, or no way to look.
        case none
        /// The reading shows the members that were sent, some under another name: sent name → shown name.
        case shown(by: Reading, renamed: [String: String] = [:])
        /// The list has an entry whose members are those that were sent: path in what was sent → member of the entry. What was
        /// not sent is not compared, and texts are compared without case. `unique` is one of the paths: there is never more
        /// than one entry of its value, so that one with other members shows that the write was refused. What is in `falling` may have become less since it
        /// was sent, never more: less proves neither.
        case listed(
            by: Reading, same: [String: String], unique: String? = nil, falling: [String: String] = [:])
        /// The reading does not find it any more.
        case gone(by: Reading)

        /// What is read to find it; nil when there is nothing to look for.
        public var reading: Reading? {
            switch self {
            case .none: nil
            case .shown(let reading, _), .listed(let reading, _, _, _), .gone(let reading): reading
            }
        }
    }

    /// Everything of a row that is not about its shape.
    public struct Meaning: Sendable {
        /// What the operation is about; nil when it is about nothing that has an id.
        public var subject: Subject?
        /// How its effect is found when the answer was lost.
        public var recovery: Recovery
        /// Kinds of things that the operation changes, so that their cached reads are old; of a write alone.
        public var touches: Kinds
        /// Kinds of things that the answer shows, of a read; nil for its subject's alone.
        public var shows: Kinds?
        /// Members of the answer, at every depth, that stand in no log and in no answer of this program.
        public var secretAnswer: Set<String>
        /// Members of the input that no log and no journal may see.
        public var secretInput: Set<String>
        /// One valid input, with its `besides`, for documentation and for tests against an emulator that has been filled by its
        /// seed. An id is its prefix alone (`evt-`), and `token` stands for a token that another operation gives.
        public var example: JSONObject

        public init(
            subject: Subject? = nil, recovery: Recovery = .none, touches: Kinds = [], shows: Kinds? = nil,
            secretAnswer: Set<String> = [], secretInput: Set<String> = [],
            example: JSONObject = JSONObject()
        ) {
            self.subject = subject
            self.recovery = recovery
            self.touches = touches
            self.shows = shows
            self.secretAnswer = secretAnswer
            self.secretInput = secretInput
            self.example = example
        }
    }

    /// What it is about; nil when it is about nothing that has an id.
    public var subject: Subject? { meaning.subject }
    /// How its effect is found when the answer was lost.
    public var recovery: Recovery { meaning.recovery }
    /// Kinds of things that it changes, so that their cached reads are old.
    public var touches: Kinds { meaning.touches }
    /// Kinds of things that its answer shows. What is about nothing may show anything.
    public var shows: Kinds { meaning.shows ?? subject.map { [$0.kind] } ?? .all }
    /// Members of the answer, at every depth, that stand in no log and in no answer of this program.
    public var secretAnswer: Set<String> { meaning.secretAnswer }
    /// Members of the input that no log and no journal may see.
    public var secretInput: Set<String> { meaning.secretInput }
    /// One valid input, for documentation and for tests.
    public var example: JSONObject { meaning.example }

    /// It changes something at Luma.
    public var isWrite: Bool { repetition == .onlyIfUnseen }

    /// Every member of its input, of the query or of the body, but for the members of variants.
    public var input: [SchemaField] { body ?? query }

    /// Members that are given with the input and not sent: its effect is found by them, and the row does not have them.
    public var besides: Set<String> {
        guard let reading = recovery.reading else { return [] }
        let variants = bodyVariants.map { Array($0.members.values.joined()) } ?? []
        return reading.members.subtracting((input + variants).map(\.name))
    }

    /// What is sent of an input: all but what its effect is found by.
    public func sent(_ input: JSONObject) -> JSONObject {
        let besides = self.besides
        return JSONObject(input.members.filter { !besides.contains($0.name) })
    }

    /// It makes a thing and answers its id.
    public var makesThing: Bool {
        switch recovery {
        case .shown, .gone: false
        case .none, .listed:
            isWrite && subject?.member == nil && answer.contains { $0.name == "id" && $0.required }
        }
    }
}
