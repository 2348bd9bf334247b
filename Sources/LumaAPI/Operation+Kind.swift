extension Operation {
    /// A kind of thing that operations are about. A new one is a case here and its row below.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case event, guest, coupon, calendar, user, entity
        case ticketType = "ticket_type"
    }
}

extension Operation.Kind {
    /// What is known of a kind: the words for its things, and what they belong to. Groups and examples of the description, details,
    /// reasons and sentences of errors, and what a write makes old are derived from it.
    public struct Row: Sendable {
        /// The heading of what is about its things.
        public let title: String
        /// What its things are, in one sentence.
        public let about: String
        /// What Luma's ids of them begin with; nil for things that are not named by an id.
        public let idPrefix: String?
        /// The kind of thing that each of them belongs to; nil for those that stand by themselves.
        public let owner: Operation.Kind?

        init(_ title: String, _ about: String, _ idPrefix: String? = nil, of owner: Operation.Kind? = nil) {
            (self.title, self.about) = (title, about)
            (self.idPrefix, self.owner) = (idPrefix, owner)
        }
    }

    /// What is known of this kind.
    public var row: Row {
        switch self {
        case .event: Row("Events", "Events of the calendar that the gateway's key belongs to.", "evt-")
        case .guest: Row("Guests", "Guests of an event.", "gst-", of: .event)
        case .coupon: Row("Coupons", "Discount codes of an event; some unlock hidden tickets.", "coup-", of: .event)
        case .calendar: Row("Calendars", "Calendars that events belong to.", "cal-")
        case .user: Row("Users", "People with an account at Luma.", "usr-")
        case .entity: Row("Entities", "What a Luma URL refers to.")
        case .ticketType:
            Row("Ticket types", "Kinds of ticket that guests of an event choose from.", "ttype-", of: .event)
        }
    }

    /// One of its things in a sentence, such as `ticket type`.
    public var noun: String { rawValue.split(separator: "_").joined(separator: " ") }
    /// The member that names one by its id, such as `ticket_type_id`.
    public var idMember: String { rawValue + "_id" }

    /// The kind whose things a member of this name names; nil for any other member.
    public init?(idMember: String) {
        guard idMember.hasSuffix("_id") else { return nil }
        self.init(rawValue: String(idMember.dropLast(3)))
    }

    /// What its things belong to in the end: an event for a guest, and for an event itself.
    public var root: Self { row.owner?.root ?? self }
}

extension Operation {
    /// A set of kinds in one word: each write is compared with every read that is kept.
    public struct Kinds: Sendable, Hashable, ExpressibleByArrayLiteral {
        private var bits: UInt64 = 0

        public init(_ kinds: some Sequence<Kind>) { for kind in kinds { bits |= Self.bit(kind) } }
        public init(arrayLiteral kinds: Kind...) { self.init(kinds) }

        /// Every kind.
        public static let all = Kinds(Kind.allCases)

        /// A kind, and all kinds whose things belong to things of it.
        public static func within(_ kind: Kind) -> Kinds {
            Kinds(Kind.allCases.filter { $0 == kind || $0.isWithin(kind) })
        }

        /// Whether the set has no kind.
        public var isEmpty: Bool { bits == 0 }
        /// Whether the set has this kind.
        public func contains(_ kind: Kind) -> Bool { bits & Self.bit(kind) != 0 }
        /// Whether the sets have no kind in common.
        public func isDisjoint(with other: Kinds) -> Bool { bits & other.bits == 0 }
        /// Whether the set has every kind of the other.
        public func isSuperset(of other: Kinds) -> Bool { bits & other.bits == other.bits }

        /// The kinds of both.
        public func union(_ other: Kinds) -> Kinds {
            var union = self
            union.bits |= other.bits
            return union
        }

        private static func bit(_ kind: Kind) -> UInt64 { 1 << UInt64(Kind.allCases.firstIndex(of: kind) ?? 63) }
    }
}

extension Operation.Kind {
    fileprivate func isWithin(_ kind: Self) -> Bool { row.owner.map { $0 == kind || $0.isWithin(kind) } ?? false }
}
