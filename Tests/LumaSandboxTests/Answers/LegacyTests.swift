import Core
import LumaAPI
import Testing

@testable import LumaSandbox

struct LegacyTests {
    @Test func aWholeJourneyOnLegacyPaths() throws {
        var visitor = Visitor()
        let created = visitor.post(
            "/v1/event/create",
            [
                "name": "Old", "start_at": "2026-07-01T18:00:00Z", "timezone": "UTC",
                "coordinate": ["longitude": 6.95, "latitude": 50.9], "meeting_url": "https://zoom.us/j/1",
            ])
        #expect(created.json.objectValue?.names == ["id", "api_id"])
        let id = try #require(created.json["api_id"]?.stringValue)

        for query in [["id": id], ["api_id": id], ["event_id": id], ["event_api_id": id]] as [KeyValuePairs] {
            let reply = visitor.get("/v1/event/get", query)
            #expect(reply.json.objectValue?.names == ["event", "hosts"])
            #expect(reply.json["event"]?["api_id"] == .string(id))
            #expect(reply.json["event"]?["user_api_id"] == reply.json["event"]?["user_id"])
            #expect(reply.json["event"]?["calendar_api_id"] != nil)
            #expect(reply.json["event"]?["zoom_meeting_url"] == "https://zoom.us/j/1")
            #expect(reply.json["event"]?["geo_longitude"] == "6.95")
            #expect(reply.json["event"]?["geo_latitude"] == "50.9")
            #expect(reply.json["hosts"]?.arrayValue?.first?["api_id"] != nil)
        }
        visitor.get("/v1/event/get").expectRefusal(400, "event_id is required")

        let update: JSON = ["event_api_id": .string(id), "name": "New"]
        #expect(visitor.post("/v1/event/update", update).json == [:])
        let entries = visitor.get("/v1/calendar/list-events", ["after": "2026-07-01T00:00:00Z"]).entries
        #expect(entries.first?["name"] == "New")
        #expect(entries.first?["event"]?["api_id"] == .string(id))
        #expect(entries.first?["event"]?["event"] == nil)

        let types = visitor.get("/v1/event/ticket-types/list", ["event_id": id]).json
        #expect(types["entries"] == nil)
        #expect(types["ticket_types"]?.arrayValue?.first?["api_id"] != nil)

        let token = visitor.post("/v1/event/cancel/request", ["event_api_id": .string(id)]).json["cancellation_token"]
        let cancel: JSON = ["event_id": .string(id), "cancellation_token": token ?? nil]
        #expect(visitor.post("/v1/event/cancel", cancel).json == [:])
        visitor.get("/v1/event/get", ["id": id]).expectRefusal(403, "access to this event")
    }

    @Test func olderNamesAreUnknownOnCurrentPaths() throws {
        var visitor = Visitor()
        let id = try visitor.create()
        visitor.post("/v1/events/update", ["event_api_id": .string(id), "name": "x"]).expectRefusal(400, "event_id")
        #expect(visitor.get("/v1/users/get-self").json["api_id"] == nil)
    }

    @Test func theCurrentNameWins() throws {
        var visitor = Visitor()
        let id = try visitor.create()
        #expect(visitor.get("/v1/event/get", ["id": "evt-none", "event_id": id]).status == 200)
        let body: JSON = ["event_api_id": "evt-none", "event_id": .string(id), "name": "x"]
        #expect(visitor.post("/v1/event/update", body).status == 200)
        // Two older names for one parameter contradict each other.
        visitor.get("/v1/event/get", ["id": id, "api_id": id]).expectRefusal(400, "given once")
    }

    @Test func whatGuestsAreAskedIsLeftAlone() throws {
        var visitor = Visitor()
        let questions: JSON = [["id": "q", "label": "l", "required": false, "question_type": "text"]]
        let id = try visitor.create(["registration_questions": questions])
        let event = visitor.get("/v1/event/get", ["id": id]).json["event"]
        #expect(event?["registration_questions"] == questions)
    }
}
