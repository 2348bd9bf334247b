import Core
import GatewayAPI
import HTTP
import TestKit
import Testing

@testable import Gateway

/// What Luma answers that nobody expects.
@MainActor @Suite struct EventsServiceTests {
    private static let party: JSON = ["name": "Tea", "start_at": "2027-05-01T18:00:00Z", "timezone": "Europe/Berlin"]

    /// The event exists, whatever Luma takes for an id: the answer is a 201 and its head stays well-formed.
    @Test func anOddIDIsEncodedInTheLocation() async {
        let id = "../a b\r\nX: y"
        let fixture = ServiceFixture([("events/create", [.json(200, ["id": .string(id)])])])
        let input = RequestInput.event(.createEvent, body: Self.party, prefer: "return=minimal")
        let answer = await fixture.written(input).answer
        #expect(answer.status == 201)
        #expect(answer.field("Location") == "/events/..%2Fa%20b%0D%0AX%3A%20y")
        #expect(answer.json?["id"] == .string(id))
    }

    /// No bytes that are not JSON are passed on; an event that cannot be read back is still a created one.
    @Test(arguments: ["", "<html>", "[1]", "{\"id\":", "\u{feff}{}"])
    func aReadThatGivesNoEventHasFailed(_ body: String) async {
        let fixture = ServiceFixture([
            ("events/create", [.json(200, ["id": "evt-1"])]),
            ("events/get", [.success(OutboundResponse(status: 200, body: Array(body.utf8)))]),
        ])
        let input = RequestInput.event(.createEvent, body: Self.party)
        let created = await fixture.written(input).answer
        #expect(created.status == 201)
        #expect(created.json?["id"] == "evt-1")
        #expect(created.json?["warnings"]?.arrayValue?.count == 1)
        let read = await fixture.read(.event(.getEvent, "evt-1"))
        #expect(read.status == 502 && read.reason == "upstream_failure")
    }
}
