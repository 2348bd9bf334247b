import LumaAPI
import Testing

/// The rows of the kinds of things fit the rows of the operations.
@Suite struct KindTests {
    typealias Kind = Operation.Kind

    @Test func aKindIsNamedAlikeEverywhere() {
        #expect(Kind.ticketType.noun == "ticket type" && Kind.event.noun == "event")
        #expect(Kind.ticketType.idMember == "ticket_type_id")
        for kind in Kind.allCases {
            #expect(Kind(idMember: kind.idMember) == kind)
            #expect(!kind.row.title.isEmpty && kind.row.about.hasSuffix("."))
        }
        for other in ["event", "event_", "_id", "id", "place_id", "event_type_id"] {
            #expect(Kind(idMember: other) == nil, "\(other)")
        }
    }

    /// The ids that operations take and give begin with what the rows say.
    @Test func idsBeginAsTheRowsSay() {
        let prefixes = Kind.allCases.compactMap(\.row.idPrefix)
        #expect(Set(prefixes).count == prefixes.count)
        var seen: Set<Kind> = []
        for operation in Catalog.operations {
            for field in operation.input + operation.answer {
                guard let kind = Kind(idMember: field.name), case .id(let prefix) = field.schema else { continue }
                #expect(prefix == kind.row.idPrefix, "\(operation.name) \(field.name)")
                seen.insert(kind)
            }
            guard let subject = operation.subject else { continue }
            for field in operation.answer {
                guard field.name == "id", operation.makesThing, case .id(let prefix) = field.schema else { continue }
                #expect(prefix == subject.kind.row.idPrefix, "\(operation.name)")
                seen.insert(subject.kind)
            }
            guard let parent = subject.parent else { continue }
            #expect(subject.kind.row.owner == parent.kind, "\(operation.name)")
        }
        // Each that an operation gives or takes by the name of its kind.
        #expect(seen.count > 2 && seen.allSatisfy { $0.row.idPrefix != nil })
    }

    @Test func setsOfKinds() {
        let all = Kind.allCases
        #expect(all.allSatisfy { Operation.Kinds.all.contains($0) })
        let within = Operation.Kinds.within(.event)
        #expect(Operation.Kinds([]).isEmpty && !within.isEmpty)
        #expect(within.isDisjoint(with: [.calendar, .user]) && !within.isDisjoint(with: [.calendar, .guest]))
        #expect(within.union([.calendar]).isSuperset(of: [.calendar, .guest]) && !within.isSuperset(of: [.calendar]))
    }

    /// A kind, the one that it belongs to, and so on.
    private static func owners(of kind: Kind) -> [Kind] {
        var owners = [kind]
        while let owner = owners.last?.row.owner, owners.count <= Kind.allCases.count { owners.append(owner) }
        return owners
    }

    /// What belongs to what ends somewhere, and a set of what is within a kind has all that does and nothing else.
    @Test(arguments: Kind.allCases) func whatBelongsToAKind(kind: Kind) {
        let owners = Self.owners(of: kind)
        #expect(Set(owners).count == owners.count, "\(kind) belongs to itself")
        #expect(kind.root == owners.last && kind.root.row.owner == nil)
        for other in Kind.allCases {
            #expect(Operation.Kinds.within(other).contains(kind) == owners.contains(other), "\(kind) within \(other)")
        }
    }

    /// There are things of each sort, else the above says little.
    @Test func thereAreKindsThatBelongToOthers() {
        #expect(Kind.allCases.contains { Self.owners(of: $0).count > 1 })
        #expect(Kind.allCases.contains { Self.owners(of: $0).count == 1 && $0 != .event })
        #expect(Kind.guest.row.owner == .event)
    }
}
