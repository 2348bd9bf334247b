import Core
import GatewayAPI
import TestKit
import Testing

@testable import Gateway

/// Events from templates, as clients of REST make them.
@Suite struct TemplatesTests {
    private static func event(_ type: String, _ more: JSONObject = [:]) -> JSON {
        var event: JSONObject = [
            "template_type": .string(type), "name": .string("From \(type)"), "start_at": "2030-06-01T18:00:00Z",
            "timezone": "UTC",
        ]
        event.members += more.members
        return .object(event)
    }

    @Test(arguments: [
        ("meetup", "2030-06-01T20:00:00.000Z", false), ("workshop", "2030-06-01T21:00:00.000Z", true),
        ("conference", "2030-06-02T02:00:00.000Z", true), ("social_gathering", "2030-06-01T22:00:00.000Z", false),
        ("webinar", "2030-06-01T19:00:00.000Z", false),
    ])
    func aTemplateMakesAnEvent(type: String, end: String, needsApproval: Bool) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let one = try await gateway.ask("GET /templates/\(type)")
            #expect(
                one.json?["type"]?.stringValue == type && one.json?["require_rsvp_approval"] == .bool(needsApproval))
            let link: JSONObject = ["meeting_url": "https://meet.example.com/x"]
            let created = try await gateway.ask("POST /templates/create", [], Self.event(type, link))
            #expect(created.status == 201, "\(created.text)")
            #expect(created.json?["end_at"]?.stringValue == end)
            #expect(created.json?["require_approval"] == .bool(needsApproval) && created.json?["warnings"] == nil)
            // A location that does not fit the template is honoured, never dropped.
            #expect(created.json?["meeting_url"] == "https://meet.example.com/x")
            // The example that it brings along makes an event.
            let example = try #require(one.json?["example"])
            let shown = try await gateway.ask("POST /templates/create", [], example)
            #expect(shown.status == 201, "\(shown.text)")
        }
    }

    @Test func whatIsGivenBeatsTheTemplate() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let list = try await gateway.ask("GET /templates")
            #expect(
                list.json?.arrayValue?.compactMap { $0["type"]?.stringValue }
                    == ["meetup", "workshop", "conference", "social_gathering", "webinar"])
            let own: JSONObject = [
                "require_rsvp_approval": false, "end_at": "2030-06-01T18:30:00Z", "visibility": "private",
            ]
            let made = try await gateway.ask("POST /templates/create/", [], Self.event("workshop", own))
            #expect(made.status == 201 && made.json?["require_approval"] == false)
            #expect(made.json?["end_at"] == "2030-06-01T18:30:00.000Z" && made.json?["visibility"] == "private")
        }
    }

    @Test func wrongInputIsToldByName() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let unknown = try await gateway.ask("GET /templates/meetupp")
            #expect(unknown.status == 404 && unknown.reason == "template_not_found")
            let missing = try await gateway.ask("POST /templates/create", [], ["name": "x"])
            let fields = (missing.json?["details"]?["fields"]?.arrayValue ?? []).compactMap { $0["field"]?.stringValue }
            #expect(missing.status == 422 && Set(fields).isSuperset(of: ["template_type", "start_at", "timezone"]))
            let wrong = try await gateway.ask("POST /templates/create", [], Self.event("meetupp"))
            #expect(wrong.status == 422 && wrong.text.contains("meetup"))
            #expect(gateway.luma.asked == [])
        }
    }
}
