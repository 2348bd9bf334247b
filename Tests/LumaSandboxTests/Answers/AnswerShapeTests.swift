import Core
import HTTP
import LumaAPI
import Testing

@testable import LumaSandbox

/// Every answer against the row that promises it.
struct AnswerShapeTests {
    /// A journey through all operations; each reply with its operation.
    private func journey(legacy: Bool) throws -> [(operation: LumaAPI.Operation, reply: Reply)] {
        var visitor = Visitor()
        var replies: [(operation: LumaAPI.Operation, reply: Reply)] = []
        func path(_ operation: LumaAPI.Operation) -> String { legacy ? operation.legacyPaths[0] : operation.path }
        func get(_ name: String, _ query: KeyValuePairs<String, String> = [:]) throws -> JSON {
            let operation = try #require(Catalog[name])
            replies.append((operation, visitor.get(path(operation), query)))
            return replies[replies.count - 1].reply.json
        }
        func post(_ name: String, _ body: JSON) throws -> JSON {
            let operation = try #require(Catalog[name])
            replies.append((operation, visitor.post(path(operation), body)))
            return replies[replies.count - 1].reply.json
        }
        let paid = try visitor.seeded("Benefit concert")
        let id = try #require(
            try post(
                "events/create",
                [
                    "name": "x", "start_at": "2026-07-01T18:00:00Z", "timezone": "UTC", "slug": "here",
                    "coordinate": ["longitude": 1, "latitude": 2.5], "meeting_url": "https://zoom.us/j/1",
                    "registration_questions": [["id": "q", "label": "l", "required": false, "question_type": "text"]],
                ])["id"]?.stringValue)
        let event: JSON = .string(id)
        _ = try get("users/get-self")
        _ = try get("calendars/get")
        for id in [id, paid] {
            _ = try get("events/get", ["event_id": id])
            _ = try get("events/ticket-types/list", ["event_id": id, "include_hidden": "true"])
        }
        _ = try get("calendars/events/list", ["platforms": "luma", "platforms": "external", "pagination_limit": "3"])
        _ = try get("calendars/events/list", ["platforms": "external"])
        for slug in ["here", "sandbox-calendar", "nobody"] { _ = try get("entities/lookup", ["slug": slug]) }
        _ = try post("events/update", ["event_id": event, "name": "y"])
        let created = try post("events/ticket-types/create", ["event_id": event, "name": "t", "type": "free"])
        let type = created["id"] ?? created["ticket_type"]?["id"]
        _ = try post("events/ticket-types/update", ["event_ticket_type_id": type ?? nil, "name": "u"])
        _ = try post(
            "events/coupons/create",
            [
                "event_id": event, "code": "one", "discount": ["discount_type": "percent", "percent_off": 10],
                "event_ticket_type_id": type ?? nil,
            ])
        for id in [id, paid] { _ = try get("events/coupons/list", ["event_id": id]) }
        let guests = try get("events/guests/list", ["event_id": paid, "pagination_limit": "3"])["entries"]?.arrayValue
        let guest = try #require(guests?.first?["id"]?.stringValue)
        for status in ["declined", "approved"] {
            _ = try post(
                "events/guests/update-status",
                [
                    "event_id": .string(paid), "guest_id": .string(guest), "status": .string(status),
                    "should_refund": true,
                ])
            _ = try get("events/guests/get", ["event_id": paid, "id": guest])
        }
        for name in ["Hands-on workshop", "Autumn retrospective", "Office hours"] {
            let seeded = try visitor.seeded(name)
            _ = try get("events/guests/list", ["event_id": seeded])
        }
        let token = try post("events/cancel/request", ["event_id": event])["cancellation_token"]
        _ = try post("events/cancel", ["event_id": event, "cancellation_token": token ?? nil])
        return replies
    }

    @Test func currentAnswersAreExactlyWhatTheRowsPromise() throws {
        let validator = SchemaValidator(unknownMembers: .refused)
        let replies = try journey(legacy: false)
        #expect(Set(replies.map(\.operation.name)) == Set(Catalog.operations.map(\.name)))
        for (operation, reply) in replies {
            #expect(reply.status == 200, "\(operation.name) \(reply.json)")
            #expect(reply[field: "Content-Type"] == "application/json")
            #expect(validator.problems(in: reply.json, fields: operation.answer) == [], "\(operation.name)")
        }
    }

    /// Also that every optional member of the event is there: the sandbox manages what it holds.
    @Test func anEventIsComplete() throws {
        for (operation, reply) in try journey(legacy: false) where operation.name == "events/get" {
            #expect(Set(reply.json.objectValue?.names ?? []) == Set(Shapes.event.map(\.name)))
        }
    }

    @Test func legacyAnswersHoldTheCurrentOnes() throws {
        let validator = SchemaValidator()
        for (operation, reply) in try journey(legacy: true) {
            #expect(reply.status == 200, "\(operation.name) \(reply.json)")
            var object = try #require(reply.json.objectValue)
            if let wrapper = operation.legacy.wrapper {
                let inner = try #require(object[wrapper]?.objectValue)
                #expect(Set(object.names) == Set([wrapper] + operation.legacy.besideWrapper))
                object[wrapper] = nil
                object.members += inner.members
            }
            for (current, old) in operation.legacy.renamedAnswer {
                #expect(object[current] == nil)
                object[current] = object[old]
            }
            #expect(validator.problems(in: .object(object), fields: operation.answer) == [], "\(operation.name)")
            #expect((object["id"] == nil) == (object["api_id"] == nil))
        }
    }

    @Test func idsHaveTheirPrefixes() throws {
        for (operation, reply) in try journey(legacy: false) {
            for field in operation.answer {
                guard case .id(let prefix) = field.schema else { continue }
                #expect(
                    reply.json[field.name]?.stringValue?.hasPrefix(prefix) == true, "\(operation.name) \(field.name)")
            }
        }
    }
}
