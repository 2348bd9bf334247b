public import Core

extension Operation {
    /// A thing at Luma, by its kind and its id.
    public struct Thing: Sendable, Hashable {
        public let kind: Kind
        /// Luma's id of it.
        public let id: String

        public init(_ kind: Kind, _ id: String) { (self.kind, self.id) = (kind, id) }
    }
}

/// What a read shows, so that whoever keeps it knows which writes make it old.
public struct Shown: Sendable, Hashable {
    /// The kinds of things that it shows.
    public let kinds: Operation.Kinds
    /// What all that it shows belongs to; nil when that may be anything, as in a list of the calendar.
    public let owner: Operation.Thing?

    public init(_ kinds: Operation.Kinds, of owner: Operation.Thing? = nil) {
        (self.kinds, self.owner) = (kinds, owner)
    }
}

/// What a write may have changed at Luma, so that whoever keeps copies can drop them.
public struct Touched: Sendable, Hashable {
    /// What all that was changed belongs to.
    public enum Owner: Sendable, Hashable {
        case thing(Operation.Thing)
        /// A thing of this kind that was not there before: nobody has read it, but it may be in any list.
        case new(Operation.Kind)
        /// Who knows.
        case any
    }

    /// The kinds of things that were changed.
    public let kinds: Operation.Kinds
    /// What they belong to.
    public let owner: Owner

    public init(_ kinds: Operation.Kinds, of owner: Owner) { (self.kinds, self.owner) = (kinds, owner) }

    /// Anything at all.
    public static let everything = Touched(.all, of: .any)

    /// The same once the id of what is new is known; nil while it is not.
    public func naming(new id: String?) -> Touched {
        guard case .new(let kind) = owner, let id else { return self }
        return Touched(kinds, of: .thing(Operation.Thing(kind, id)))
    }

    /// Whether a read that was asked for before may show what is no longer so.
    public func makesOld(_ shown: Shown) -> Bool {
        guard !kinds.isDisjoint(with: shown.kinds) else { return false }
        guard let other = shown.owner else { return true }
        return switch owner {
        case .any: true
        case .new(let kind): kind != other.kind
        case .thing(let thing): thing.kind != other.kind || thing.id == other.id
        }
    }
}

extension Operation {
    /// What things of its subject belong to in the end, such as the event of a guest; nil when the input does not name it.
    public func owner(in input: JSONObject) -> Thing? {
        guard let subject else { return nil }
        let kind = subject.kind.root
        let member =
            if subject.kind == kind {
                subject.member
            } else if let parent = subject.parent, parent.kind == kind {
                parent.member
            } else {
                kind.idMember
            }
        return member.flatMap { input[$0]?.stringValue }.map { Thing(kind, $0) }
    }

    /// What its answer to this input shows.
    public func shown(by input: JSONObject) -> Shown { Shown(shows, of: owner(in: input)) }

    /// What it may have changed, called with this input.
    public func touched(by input: JSONObject) -> Touched {
        if let thing = owner(in: input) { return Touched(touches, of: .thing(thing)) }
        guard let kind = subject?.kind, kind.root == kind, makesThing else { return Touched(touches, of: .any) }
        return Touched(touches, of: .new(kind))
    }
}
