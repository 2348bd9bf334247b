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
        for member in operation.secretAnswer { #expect(operation.answer.contains { $0.name == member }) }
        for (reading, members) in Self.readings(operation.recovery) {
            let read = try #require(Catalog[reading.operation])
            #expect(!read.isWrite)
            let parameters = Set(read.query.map(\.name))
            #expect(Set(reading.query.keys).isSubset(of: parameters))
            let required = Set(read.query.filter(\.required).map(\.name))
            #expect(required.isSubset(of: reading.query.keys))
            // A ticket type is known by its id alone, and the list of them by the event, which the journal keeps besides.
            let given = Set(reading.query.values).subtracting(["event_id"]).union([reading.entry].compactMap(\.self))
            #expect(given.isSubset(of: input))
            for member in members { #expect(input.contains(String(member.prefix { $0 != "." })), "\(member)") }
        }
    }

    @Test(arguments: Catalog.operations.map(\.name)) func itsExampleIsValid(name: String) throws {
        let operation = try #require(Catalog[name])
        let validator = SchemaValidator(unknownMembers: .refused)
        let example = JSON.object(operation.example)
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

    @Test(arguments: [
        (#"{"a":"x","b":false}"#, 1), (#"{"a":"x","b":true}"#, 0), (#"{"a":null,"b":false}"#, 0), ("{}", 0),
    ])
    func twoMembersThatDoNotGoTogether(text: String, count: Int) throws {
        let operation = Operation(
            "x", .post, "/v1/x", body: [SchemaField("a", .string(), nullable: true), SchemaField("b", .boolean)],
            rules: [.notWith("a", "b", false)], effects: [.changes], repetition: .onlyIfUnseen, summary: "")
        let problems = SchemaValidator().problems(in: try JSON.parse(text), of: operation)
        #expect(problems.count == count)
        if let problem = problems.first {
            #expect(problem.path == "a" && problem.problem == "cannot be combined with b false")
        }
    }

    private static func readings(_ recovery: Operation.Recovery) -> [(Operation.Reading, [String])] {
        switch recovery {
        case .none: []
        case .shown(let reading, let renamed): [(reading, Array(renamed.keys))]
        case .listed(let reading, let same): [(reading, Array(same.keys))]
        case .gone(let reading): [(reading, [])]
        }
    }
}
