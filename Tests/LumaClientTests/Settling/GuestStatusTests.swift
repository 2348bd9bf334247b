import Core
import HTTP
import LumaAPI
import LumaClient
import TestKit
import Testing

/// A guest's status whose answer is lost: the guest shows it under another name, and what is said of the mail and the money shows nowhere.
@MainActor @Suite struct GuestStatusTests {
    private static let approval: JSONObject = [
        "event_id": "evt-1", "guest_id": "gst-1", "status": "approved", "should_refund": true, "send_email": true,
        "message": "Welcome",
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

    nonisolated static let looks: [(answer: ScriptedTransport.Answer, finding: LookFinding)] = [
        (.json(200, ["approval_status": "approved"]), .done(id: nil)),
        (.json(200, ["approval_status": "waitlist"]), .notSeen),
        (.json(404, ["message": "Guest not found."]), .notSeen),
        // It would mail the guest again, and pay back.
        (.json(200, ["id": "gst-1"]), .untold),
    ]

    @Test(arguments: looks.indices) func itIsFoundAfterARestart(index: Int) async throws {
        let (answer, expected) = Self.looks[index]
        var body = Self.approval
        body["guest_id"] = Optional.none
        let write = LostWrite(
            operation: "events/guests/update-status", subject: "gst-1", body: body,
            sentAt: Timestamp(milliseconds: 0), claimed: [])
        let fixture = Fixture([answer])
        let finding = try await fixture.client.look(
            for: write, deadline: fixture.deadline(), context: fixture.context)
        #expect(finding == expected)
        #expect(fixture.transport.lines == ["GET /v1/events/guests/get?event_id=evt-1&id=gst-1"])
    }
}
