import Core
import HTTP
import LumaAPI
import LumaClient
import TestKit
import Testing

/// A guest's status whose answer is lost: the guest shows it under another name. A message and a refund show nowhere: where they
/// were asked for, the status alone proves nothing.
@MainActor @Suite struct GuestStatusTests {
    private static let approval: JSONObject = [
        "event_id": "evt-1", "guest_id": "gst-1", "status": "approved", "should_refund": false, "send_email": true,
        "message": nil,
    ]

    nonisolated static let answers: [(answer: ScriptedTransport.Answer, finding: UnknownOutcome.Finding?)] = [
        (.json(200, ["id": "gst-1", "approval_status": "approved"]), nil),
        (.json(200, ["id": "gst-1", "approval_status": "declined"]), .unchanged),
        (.json(200, ["id": "gst-1"]), .notSettled),
        (.json(404, ["message": "Guest not found."]), .notSettled),
        (.json(400, ["message": "No."]), .notSettled),
    ]

    @Test(arguments: answers.indices) func itIsReadBackAndNeverSentAgain(index: Int) async throws {
        let (answer, expected) = Self.answers[index]
        let operation = try #require(Catalog["events/guests/update-status"])
        let fixture = Fixture([.lost(.timeout), answer])
        let journal = WriteTests.Journal()
        fixture.context.journal = journal
        var result: WriteResult?
        let error = await failure {
            result = try await fixture.client.write(
                operation, Self.approval, deadline: fixture.deadline(), context: fixture.context)
        }
        if let expected {
            let outcome = UnknownOutcome(operation: operation.name, cause: "timeout", finding: expected)
            #expect(error == .unknownOutcome(outcome) && journal.effects == [.unknown])
        } else {
            #expect(result?.wasSettled == true && journal.effects == [.done(id: nil)])
        }
        #expect(fixture.transport.count("/events/guests/update-status") == 1)
        #expect(fixture.transport.lines[1] == "GET /v1/events/guests/get?event_id=evt-1&id=gst-1")
    }

    nonisolated static let searches: [(answer: ScriptedTransport.Answer, finding: SearchFinding)] = [
        (.json(200, ["approval_status": "approved"]), .done(id: nil)),
        (.json(200, ["approval_status": "waitlist"]), .notSeen),
        (.json(404, ["message": "Guest not found."]), .notSeen),
        // It would mail the guest again, and pay back.
        (.json(200, ["id": "gst-1"]), .undetermined),
    ]

    @Test(arguments: searches.indices) func itIsFoundAfterARestart(index: Int) async throws {
        let (answer, expected) = Self.searches[index]
        let write = LostWrite(
            operation: "events/guests/update-status", subject: "evt-1/guest", body: Self.approval,
            sentAt: Timestamp(milliseconds: 0), claimed: [])
        let fixture = Fixture([answer])
        let finding = try await fixture.client.search(
            for: write, deadline: fixture.deadline(), context: fixture.context)
        #expect(finding == expected)
        #expect(fixture.transport.lines == ["GET /v1/events/guests/get?event_id=evt-1&id=gst-1"])
    }

    /// The guest may have had the status before, and then nothing of it was done.
    @Test(arguments: [("message", "Welcome"), ("should_refund", true)] as [(String, JSON)])
    func moneyAndWordsAreNotProvedByTheStatus(name: String, value: JSON) async throws {
        let operation = try #require(Catalog["events/guests/update-status"])
        var input = Self.approval
        input[name] = value
        let fixture = Fixture([.lost(.timeout), .json(200, ["id": "gst-1", "approval_status": "approved"])])
        let error = await failure {
            _ = try await fixture.client.write(
                operation, input, deadline: fixture.deadline(), context: fixture.context)
        }
        let outcome = UnknownOutcome(operation: operation.name, cause: "timeout", finding: .notSettled)
        #expect(error == .unknownOutcome(outcome))
        let write = LostWrite(
            operation: operation.name, subject: "evt-1/guest", body: input, sentAt: Timestamp(milliseconds: 0),
            claimed: [])
        let later = Fixture([.json(200, ["approval_status": "approved"])])
        let finding = try await later.client.search(for: write, deadline: later.deadline(), context: later.context)
        #expect(finding == .undetermined)
    }

    /// Whatever a guest is called, a later change of one in the same event is in the way, and one in another event is not.
    @Test func guestsOfOneEventAreOneSubject() async throws {
        let operation = try #require(Catalog["events/guests/update-status"])
        var subjects: [String?] = []
        for (event, guest) in [("evt-1", "gst-1"), ("evt-1", "a@example.com"), ("evt-2", "a@example.com")] {
            let fixture = Fixture([.json(200, [:])])
            let journal = WriteTests.Journal()
            fixture.context.journal = journal
            var input = Self.approval
            (input["event_id"], input["guest_id"]) = (.string(event), .string(guest))
            _ = try await fixture.client.write(
                operation, input, deadline: fixture.deadline(), context: fixture.context)
            subjects.append(journal.writes.first?.subject)
            #expect(journal.writes.first?.body["guest_id"]?.stringValue == guest)
        }
        #expect(subjects == ["evt-1/guest", "evt-1/guest", "evt-2/guest"])
    }
}
