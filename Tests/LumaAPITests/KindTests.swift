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
        #expect(seen.isSuperset(of: [.event, .coupon, .calendar]))
    }

    @Test func setsOfKinds() {
        let all = Kind.allCases
        #expect(all.allSatisfy { Operation.Kinds.all.contains($0) })
        let within = Operation.Kinds.within(.event)
        #expect(all.filter { within.contains($0) } == [.event, .guest, .coupon, .ticketType])
        #expect(all.filter { Operation.Kinds.within(.guest).contains($0) } == [.guest])
        #expect(Operation.Kinds([]).isEmpty && !within.isEmpty)
        #expect(within.isDisjoint(with: [.calendar, .user]) && !within.isDisjoint(with: [.calendar, .guest]))
        #expect(within.union([.calendar]).isSuperset(of: [.calendar, .guest]) && !within.isSuperset(of: [.calendar]))
        #expect(Kind.guest.root == .event && Kind.event.root == .event && Kind.calendar.root == .calendar)
    }
}
