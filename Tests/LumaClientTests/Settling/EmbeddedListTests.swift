import Core
import HTTP
import LumaAPI
import LumaClient
import TestKit
import Testing

/// A write whose effect stands in a list inside of another thing, as the hosts do in their event.
@MainActor @Suite struct EmbeddedListTests {
    private typealias Answer = ScriptedTransport.Answer
    nonisolated private static let hosts = Operation.Reading("events/get", list: "hosts")

    nonisolated private static func row(_ recovery: Operation.Recovery) -> Operation {
        Operation(
            "events/hosts/change", .post, "/v1/events/hosts/change",
            body: [
                SchemaField("event_id", .id(prefix: "evt-"), required: true),
                SchemaField("email", .string(), required: true), SchemaField("user_id", .string()),
            ],
            effects: [.changes], summary: "",
            subject: .init(.user, of: (.event, "event_id")), recovery: recovery, touches: [.event])
    }

    nonisolated private static func event(_ hosts: JSON...) -> Answer {
        .json(200, ["id": "evt-1", "entries": [], "hosts": .array(hosts)])
    }

    nonisolated private static let ada: JSON = ["id": "usr-1", "email": "ada@example.com"]
    nonisolated private static let bob: JSON = ["id": "usr-2", "email": "bob@example.com"]

    private func outcome(
        _ recovery: Operation.Recovery, _ answer: Answer
    ) async throws -> (result: WriteResult?, finding: UnknownOutcome.Finding?) {
        let fixture = Fixture([.lost(.timeout), answer])
        let input: JSONObject = ["event_id": "evt-1", "email": "Ada@example.com", "user_id": "usr-1"]
        var result: WriteResult?
        let error = await failure {
            result = try await fixture.client.write(
                Self.row(recovery), input, deadline: fixture.deadline(), context: fixture.context)
        }
        #expect(fixture.transport.lines[1] == "GET /v1/events/get?event_id=evt-1")
        guard case .unknownOutcome(let unknown)? = error else { return (result, nil) }
        return (result, unknown.finding)
    }

    @Test func whatWasAddedIsFoundInTheList() async throws {
        let added = Operation.Recovery.listed(by: Self.hosts, same: ["email"], unique: "email")
        let found = try await outcome(added, Self.event(Self.bob, Self.ada))
        #expect(found.result?.wasSettled == true && found.result?.answer == Self.ada)
        #expect(try await outcome(added, Self.event(Self.bob)).finding == .notFound)
    }

    @Test func whatIsGoneIsNotInTheList() async throws {
        let reading = Operation.Reading("events/get", entry: "user_id", list: "hosts")
        let removed = Operation.Recovery.gone(by: reading)
        #expect(try await outcome(removed, Self.event(Self.bob)).result?.wasSettled == true)
        #expect(try await outcome(removed, Self.event(Self.ada)).finding == .unchanged)
    }

    /// An answer without the list shows nothing.
    @Test func withoutTheListNothingIsProved() async throws {
        let added = Operation.Recovery.listed(by: Self.hosts, same: ["email"], unique: "email")
        let told = try await outcome(added, .json(200, ["id": "evt-1", "entries": [Self.ada]]))
        #expect(told.result == nil && told.finding == .notSettled)
    }
}
