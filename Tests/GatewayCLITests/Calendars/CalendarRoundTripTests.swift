import Core
import GatewayAPI
import TestKit
import Testing

@testable import Formats
@testable import GatewayCLI

/// What was exported as a calendar is imported as it was, or it is said what is lost.
@Suite struct CalendarRoundTripTests {
    private static let event: JSON = [
        "platform": "luma", "id": "evt-1", "name": "Tea, late", "start_at": "2027-07-01T23:00:00.000Z",
        "end_at": "2027-07-02T01:30:00.000Z", "created_at": "2026-01-02T03:04:05.678Z",
        "timezone": "America/New_York", "url": "https://luma.com/tea", "visibility": "members-only",
        "location_visibility": "guests-only", "max_capacity": 40, "waitlist_status": "enabled",
        "require_approval": true, "registration_open": false, "can_register_for_multiple_tickets": true,
        "registration_questions": [], "meeting_url": "https://meet.example/tea",
        "geo_address_json": [
            "address": "The Loft", "city": "New York", "city_state": "New York, NY",
            "full_address": "1 Main St, New York", "google_maps_place_id": "ChIJ1",
        ],
        "coordinate": ["latitude": 40.7, "longitude": -73.98], "display_price": nil,
        "description": "Come in.", "description_md": "*Come* in.",
    ]

    private func changed(_ changes: JSONObject) -> JSON {
        var object = Self.event.objectValue ?? JSONObject()
        for (name, value) in changes.members { object[name] = value }
        return .object(object)
    }

    private func calendar(_ event: JSON) throws -> String {
        var exported = try #require(ICSEvent(event))
        exported.fields = ExportedFields.text(event)
        var writer = ICSWriter()
        writer.begin(ICSCalendar(product: ListRenderer.product, name: "x"))
        writer.add(exported)
        writer.end()
        return String(decoding: writer.take(), as: UTF8.self)
    }

    private func plan(_ calendar: String) -> ImportPlan {
        var settings = ImportPlanner.Settings()
        settings.format = .ics
        var planner = ImportPlanner(settings, zones: SystemZones.database, templates: TemplateCatalog())
        planner.feed(Array(calendar.utf8)[...])
        return planner.finish()
    }

    private func body(_ plan: ImportPlan) throws -> JSON { try JSON.parse(try #require(plan.rows.first).body) }

    @Test func everythingThatANewEventTakesIsThereAgain() throws {
        let plan = plan(try calendar(Self.event))
        #expect(plan.problems.isEmpty && plan.notes.isEmpty, "\(plan.problems) \(plan.notes)")
        let expected: JSON = [
            "name": "Tea, late", "description_md": "*Come* in.", "visibility": "members-only",
            "meeting_url": "https://meet.example/tea",
            "geo_address_json": ["type": "google", "place_id": "ChIJ1"],
            "location_visibility": "guests-only", "max_capacity": 40,
            "can_register_for_multiple_tickets": true, "registration_open": false, "waitlist_status": "enabled",
            "registration_questions": [], "require_rsvp_approval": true,
            "coordinate": ["latitude": 40.7, "longitude": -73.98],
            "start_at": "2027-07-01T23:00:00.000Z", "timezone": "America/New_York",
            "end_at": "2027-07-02T01:30:00.000Z",
        ]
        #expect(try body(plan).canonical == expected.canonical)
    }

    @Test func anEventOnlineKeepsItsLinkAndNoPlace() throws {
        let plan = plan(try calendar(changed(["geo_address_json": nil, "coordinate": nil])))
        let found = try body(plan)
        #expect(found["meeting_url"] == "https://meet.example/tea" && found["geo_address_json"] == nil)
        #expect(found["description_md"] == "*Come* in.")
    }

    /// In a calendar program, after it was exported.
    @Test func whatWasChangedSinceCounts() throws {
        let text = try calendar(Self.event)
            .replacing("SUMMARY:Tea\\, late", with: "SUMMARY:Coffee")
            .replacing("LOCATION:The Loft\\, 1 Main St\\, New York", with: "LOCATION:Elsewhere 2")
            .replacing("DESCRIPTION:Come in.", with: "DESCRIPTION:Stay out.")
            .replacing("DTSTART:20270701T230000Z", with: "DTSTART:20270701T220000Z")
        let found = try body(plan(text))
        #expect(found["name"] == "Coffee" && found["start_at"] == "2027-07-01T22:00:00.000Z")
        #expect(found["geo_address_json"] == ["type": "manual", "address": "Elsewhere 2"])
        #expect(found["description_md"] == "Stay out." && found["max_capacity"] == 40)
    }

    /// The import stops until that is agreed to.
    @Test func whatWouldBeLostIsNamed() throws {
        #expect(plan(try calendar(Self.event)).losses.isEmpty)
        let price: JSON = ["amount": 2500, "currency": "eur", "is_flexible": false]
        let paid = plan(try calendar(changed(["display_price": price])))
        #expect(paid.losses.map(\.what) == ["price"] && paid.rows.count == 1)
        // An entry of a list.
        let listed = plan(try calendar(changed(["description": nil, "description_md": nil])))
        #expect(listed.losses.map(\.what) == ["description"])
        let found = try body(listed)
        #expect(found["description_md"] == nil && found["require_rsvp_approval"] == true)
        // A calendar of another program has nothing to lose.
        let foreign = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nDTSTART:20270701T230000Z\nEND:VEVENT\nEND:VCALENDAR\n"
        #expect(plan(foreign).losses.isEmpty)
    }

    /// A feed is for programs that show it, and says no more than they show.
    @Test func aFeedHasNoFieldsForAnImport() throws {
        for audience in [ICSEvent.Audience.anybody, .trusted] {
            #expect(try #require(ICSEvent(Self.event, for: audience)).fields == nil)
        }
        #expect(ExportedFields.text(["platform": "external", "name": "x"]) == nil)
    }

    @Test func whatIsNoneOfOursIsNotBelieved() throws {
        for fields in ["", "[]", "{", "1", String(repeating: "[", count: 100)] {
            let text = try calendar(Self.event).split(separator: "\r\n").reduce(into: "") { lines, line in
                // What is left of the folded line is another property's.
                lines += line.hasPrefix("X-LUMA-FIELDS") ? "X-LUMA-FIELDS:\(fields)\r\nX-REST:x\r\n" : line + "\r\n"
            }
            let found = try body(plan(text))
            #expect(found["name"] == "Tea, late" && found["max_capacity"] == nil, "\(fields)")
        }
    }
}
