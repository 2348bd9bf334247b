import Core
import HTTP
import LumaAPI
import LumaClient
import TestKit
import Testing

@MainActor @Suite struct OperationTests {
    @Test func aListAsksForWhatIsSetAndGivesItsPage() async throws {
        let fixture = Fixture([.json(200, ["entries": [["id": "evt-1"]], "has_more": true, "next_cursor": "n/2="])])
        var parameters = EventListParameters()
        parameters.limit = 2
        parameters.cursor = "a b"
        parameters.sort = .descending
        parameters.status = "pending"
        parameters.platforms = ["luma", "external"]
        parameters.after = Timestamp(milliseconds: 0)
        let page = try await fixture.client.listEvents(
            parameters, deadline: fixture.deadline(), context: fixture.context)
        #expect(page.entries == [["id": "evt-1"]])
        #expect(page.hasMore && page.nextCursor == "n/2=")
        #expect(
            fixture.transport.lines == [
                "GET /v1/calendars/events/list?after=1970-01-01T00:00:00.000Z&pagination_cursor=a%20b"
                    + "&pagination_limit=2&sort_column=start_at&sort_direction=desc&status=pending"
                    + "&platforms=luma&platforms=external"
            ])
    }

    @Test(arguments: ["{}", #"{"entries":{},"has_more":false}"#, #"{"entries":[]}"#, "[", ""])
    func aPageThatIsNoneIsMalformed(body: String) async {
        let fixture = Fixture([.success(OutboundResponse(status: 200, body: Array(body.utf8)))])
        let error = await failure {
            _ = try await fixture.client.listEvents(
                EventListParameters(), deadline: fixture.deadline(), context: fixture.context)
        }
        #expect(error == .malformedAnswer)
    }

    @Test func aCancellationIsAskedForAndCarriesItsToken() async throws {
        let fixture = Fixture([
            .json(200, ["cancellation_token": "tok", "is_paid": true, "guest_count": 3]), .json(200, [:]),
        ])
        let request = try await fixture.client.requestCancellation(
            "evt-1", deadline: fixture.deadline(), context: fixture.context)
        #expect(request.isPaid && request.guestCount == 3)
        #expect(!String(reflecting: request).contains("tok\""))
        _ = try await fixture.client.cancelEvent(
            "evt-1", token: request.token, shouldRefund: false, deadline: fixture.deadline(), context: fixture.context)
        #expect(
            fixture.transport.requests.map { String(decoding: $0.body, as: UTF8.self) } == [
                #"{"event_id":"evt-1"}"#,
                #"{"event_id":"evt-1","cancellation_token":"tok","should_refund":false}"#,
            ])
    }

    @Test func aRequestForACancellationChangesNothingAndIsRepeated() async throws {
        let fixture = Fixture([
            .lost(.timeout), .json(200, ["cancellation_token": "tok", "is_paid": false, "guest_count": 0]),
        ])
        _ = try await fixture.client.requestCancellation(
            "evt-1", deadline: fixture.deadline(), context: fixture.context)
        #expect(fixture.transport.requests.count == 2)
    }

    @Test func anEntityMayBeUnknown() async throws {
        let fixture = Fixture([.json(200, ["entity": nil]), .json(200, ["entity": ["type": "event"]])])
        let unknown = try await fixture.client.lookupEntity(
            slug: "a", deadline: fixture.deadline(), context: fixture.context)
        let known = try await fixture.client.lookupEntity(
            slug: "b", deadline: fixture.deadline(), context: fixture.context)
        #expect(unknown == Optional<JSON>.none)
        #expect(known == ["type": "event"])
    }

    @Test func aTicketTypeIsNeverCreatedTwice() async {
        let fixture = Fixture([.lost(.timeout)])
        let error = await failure {
            _ = try await fixture.client.write(
                try #require(Catalog["events/ticket-types/create"]),
                ["event_id": "evt-1", "name": "VIP", "type": "free"], deadline: fixture.deadline(),
                context: fixture.context)
        }
        guard case .unknownOutcome(let outcome) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(outcome.operation == "events/ticket-types/create" && outcome.finding == .notSettled)
        #expect(fixture.transport.requests.count == 1)
    }

    @Test func aCreateThatCannotBeLookedForIsUnknownAtOnce() async {
        let fixture = Fixture([.lost(.timeout)])
        let error = await failure {
            _ = try await fixture.client.createEvent(
                ["name": "x"], deadline: fixture.deadline(), context: fixture.context)
        }
        #expect(error?.label == "unknown_outcome")
        #expect(fixture.transport.requests.count == 1)
    }
}
