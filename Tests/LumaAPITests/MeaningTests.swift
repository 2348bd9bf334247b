import Core
import LumaAPI
import Testing

/// What a row says beside its shape must fit the rows that it names.
@Suite struct MeaningTests {
    @Test(arguments: Catalog.operations.map(\.name)) func itsWordsExist(name: String) throws {
        let operation = try #require(Catalog[name])
        let input = Set(operation.input.map(\.name))
        let subject = try #require(operation.subject, "every operation is about something")
        #expect(Set(subject.members).isSubset(of: input))
        for member in operation.secretAnswer { #expect(Self.names(operation.answer).contains(member)) }
        #expect(operation.secretInput.isSubset(of: input))
        // Luma's words are searched for it, and only texts are found there.
        for field in operation.input where operation.secretInput.contains(field.name) {
            guard case .string = field.schema else {
                Issue.record("\(name) \(field.name)")
                continue
            }
        }
        // A ticket type is known by its id alone, and the list of them by the event, which the journal keeps besides.
        #expect(operation.besides == (name == "events/ticket-types/update" ? ["event_id"] : []))
        guard let reading = operation.recovery.reading else { return }
        let read = try #require(Catalog[reading.operation])
        #expect(!read.isWrite)
        let given = Set(reading.query.keys).union(reading.fixed.names)
        #expect(given.isSubset(of: read.query.map(\.name)))
        #expect(Set(read.query.filter(\.required).map(\.name)).isSubset(of: given))
        // What is looked through is a list of things, of whose pages only `entries` is one.
        let list = read.answer.first { $0.name == reading.list }
        if reading.entry != nil || Self.isListed(operation.recovery) {
            guard case .array? = list?.schema else {
                Issue.record("\(read.name) has no list \(reading.list)")
                return
            }
            #expect(!read.isPaged || reading.list == "entries")
        }
        let compared = operation.compared
        switch operation.recovery {
        case .none, .gone: break
        case .shown(_, let renamed): #expect(Set(renamed.keys).isSubset(of: input))
        case .listed(_, let same, let unique, let falling):
            #expect(!compared.isEmpty && Set(compared.values).count == compared.count)
            #expect(Set(same ?? []).isSubset(of: compared.keys))
            #expect(unique.map { compared[$0] != nil } ?? true)
            #expect(falling.isSubset(of: input) && falling.isDisjoint(with: compared.keys))
        }
        // What is found by a secret is not found after a restart: no journal keeps it.
        #expect(operation.secretInput.isDisjoint(with: reading.members.union(subject.members)))
        #expect(operation.secretInput.isDisjoint(with: compared.keys.map { String($0.prefix { $0 != "." }) }))
    }

    @Test func whatProvesAConsentIsSecret() {
        #expect(Catalog["events/cancel"]?.secretInput == ["cancellation_token"])
        #expect(Catalog["events/cancel/request"]?.secretAnswer == ["cancellation_token"])
    }

    /// Who has it gets in. It stands in each entry of the list.
    @Test func whatLetsAGuestInIsSecret() {
        for name in ["events/guests/list", "events/guests/get"] {
            #expect(Catalog[name]?.secretAnswer == ["check_in_qr_code"], "\(name)")
        }
    }

    /// A coupon is told by all that its list shows of it; an event by what is surely shown as it was sent.
    @Test func whatACreateIsFoundBy() {
        #expect(
            Catalog["events/coupons/create"]?.compared == [
                "code": "code", "discount.percent_off": "percent_off", "discount.cents_off": "cents_off",
                "discount.currency": "currency", "valid_start_at": "valid_start_at", "valid_end_at": "valid_end_at",
                "event_ticket_type_id": "event_ticket_type_id",
            ])
        #expect(Catalog["events/create"]?.compared == ["name": "name", "start_at": "start_at"])
        #expect(Catalog["events/update"]?.compared == [:])
    }

    /// What a reading asks for comes from the members of the same names, where the row does not name another one.
    @Test func whatAReadingIsGiven() {
        func query(_ name: String) -> [String: String]? { Catalog[name]?.recovery.reading?.query }
        #expect(query("events/coupons/create") == ["event_id": "event_id"])
        #expect(query("events/guests/update-status") == ["event_id": "event_id", "id": "guest_id"])
        #expect(query("events/ticket-types/update") == ["event_id": "event_id"])
        #expect(query("events/create") == [:])
    }

    @Test(arguments: Catalog.operations.map(\.name)) func itsExampleIsValid(name: String) throws {
        let operation = try #require(Catalog[name])
        let validator = SchemaValidator(unknownMembers: .refused)
        // With what it is found by.
        #expect(operation.besides.isSubset(of: operation.example.names))
        let example = JSON.object(operation.sent(operation.example))
        let problems =
            operation.body == nil
            ? validator.problems(in: example, fields: operation.query) : validator.problems(in: example, of: operation)
        #expect(problems == [])
    }

    /// A write that can be lost is found again, or its row says by having none that it cannot be.
    @Test func whatCannotBeFoundAgainIsKnown() {
        let blind = Catalog.operations.filter { operation in
            guard operation.isWrite, case .none = operation.recovery else { return false }
            return true
        }
        #expect(blind.map(\.name) == ["events/ticket-types/create"])
        for operation in Catalog.operations where !operation.isWrite { #expect(operation.touches.isEmpty) }
        for operation in Catalog.operations where operation.isWrite { #expect(!operation.touches.isEmpty) }
    }

    /// A write makes old what it is about, and when that is gone all that belonged to it; a read shows what it is about.
    @Test(arguments: Catalog.operations.map(\.name)) func whatItChangesAndShowsHoldsItsSubject(name: String) throws {
        let operation = try #require(Catalog[name])
        let subject = try #require(operation.subject)
        #expect(operation.isWrite ? operation.touches.contains(subject.kind) : operation.shows.contains(subject.kind))
        if case .gone = operation.recovery {
            #expect(operation.touches.isSuperset(of: .within(subject.kind)))
        }
    }

    @Test(arguments: [
        (#"{"a":"x","b":false}"#, 1), (#"{"a":"x","b":true}"#, 0), (#"{"a":null,"b":false}"#, 0), ("{}", 0),
    ])
    func twoMembersThatDoNotGoTogether(text: String, count: Int) throws {
        let operation = Operation(
            "x", .post, "/v1/x", body: [SchemaField("a", .string(), nullable: true), SchemaField("b", .boolean)],
            rules: [.notWith("a", "b", false)], effects: [.changes], summary: "")
        let problems = SchemaValidator().problems(in: try JSON.parse(text), of: operation)
        #expect(problems.count == count)
        if let problem = problems.first {
            #expect(problem.path == "a" && problem.problem == "cannot be combined with b false")
        }
    }

    /// Of an answer and of the entries of a list.
    private static func names(_ fields: [SchemaField]) -> [String] {
        fields.flatMap { field -> [String] in
            guard case .array(.object(let parts), _) = field.schema else { return [field.name] }
            return [field.name] + parts.map(\.name)
        }
    }

    private static func isListed(_ recovery: Operation.Recovery) -> Bool {
        if case .listed = recovery { true } else { false }
    }
}
