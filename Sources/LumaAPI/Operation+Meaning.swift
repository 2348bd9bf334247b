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

        /// The same with what it belongs to, where its kind has an owner that the input names.
        func withOwner(in input: [SchemaField]) -> Subject {
            guard parent == nil, let owner = kind.row.owner, input.contains(where: { $0.name == owner.idMember }) else {
                return self
            }
            return Subject(kind, member, of: (owner, owner.idMember))
        }
    }

    /// A read that shows what a write has done.
    public struct Reading: Sendable {
        /// The name of the operation that reads.
        public let operation: String
        /// Its query parameters whose value a member of another name of the write's input gives, each with that member.
        let renamed: [String: String]
        /// The member of the write's input that is the `id` of one entry of the list that is read; nil when it reads the thing itself.
        public let entry: String?
        /// The member of the answer that is the list, such as `hosts` of an event; of a paged list always `entries`.
        public let list: String
        /// Query parameters that are the same for every write.
        public let fixed: JSONObject

        public init(
            _ operation: String, _ renamed: [String: String] = [:], entry: String? = nil, list: String = "entries",
            fixed: JSONObject = JSONObject()
        ) {
            self.operation = operation
            self.renamed = renamed
            self.entry = entry
            self.list = list
            self.fixed = fixed
        }

        /// Its query parameters that the write's input gives, each with the member that does: those that it requires, and those
        /// that are named.
        public var query: [String: String] {
            var query = renamed
            for field in Catalog[operation]?.query ?? [] where field.required && fixed[field.name] == nil {
                query[field.name] = query[field.name] ?? field.name
            }
            return query
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
        /// The list has an entry whose members are those that were sent: by default all that entries have. A member that entries
        /// do not have stands for its own members. What was not sent is not compared, and texts are compared without case.
        /// `unique` is one of these members: there is never more than one entry of its value, so that one with other members
        /// shows that the write was refused. What is in `falling` may have become less since it was sent, never more: less
        /// proves neither.
        case listed(by: Reading, same: [String]? = nil, unique: String? = nil, falling: Set<String> = [])
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
}

extension Operation {
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

extension Operation {
    /// The members of an entry of a list that it answers; empty when it answers no such list.
    public func entryFields(of list: String = "entries") -> [SchemaField] {
        answer.first { $0.name == list }?.schema.members ?? []
    }

    /// What of a write's input is compared with the entries of the list that is read: path in the input → member of an entry.
    /// Empty for a write whose effect is not looked for in a list.
    public var compared: [String: String] {
        guard case .listed(let reading, let same, _, let falling) = recovery else { return [:] }
        let entry = Set(Catalog[reading.operation]?.entryFields(of: reading.list).map(\.name) ?? [])
        let given = reading.members
        var compared: [String: String] = [:]
        for field in input where !given.contains(field.name) && !falling.contains(field.name) {
            if entry.contains(field.name) {
                compared[field.name] = field.name
            } else {
                for inner in field.schema.members where entry.contains(inner.name) {
                    compared["\(field.name).\(inner.name)"] = inner.name
                }
            }
        }
        return same.map { same in compared.filter { same.contains($0.key) } } ?? compared
    }
}

extension [SchemaField] {
    /// The names of the members that are secret, at every depth.
    var secrets: Set<String> {
        reduce(into: []) { secrets, field in
            if field.isSecret { secrets.insert(field.name) }
            secrets.formUnion(field.schema.members.secrets)
        }
    }
}

extension SchemaField {
    /// The usual prefix as an id, of a member that must be one.
    var exampleID: (name: String, value: JSON)? {
        guard required, case .id(let prefix) = schema else { return nil }
        return (name, .string(prefix))
    }
}

extension Schema {
    /// The members of an object, of each of its variants, or of the elements of an array; none for any other value.
    fileprivate var members: [SchemaField] {
        switch self {
        case .object(let fields): fields
        case .variants(_, let shapes): Array(shapes.values.joined())
        case .array(let element, _): element.members
        default: []
        }
    }
}
