import Core
import Formats
import Foundation
import GatewayAPI
import HTTP
import LumaClient
import TestKit
import Testing

@testable import Gateway

/// Events as calendars and as rows of a table.
@MainActor @Suite struct EventFormatTests {
    nonisolated static let event: JSON = [
        "platform": "luma", "id": "evt-1", "name": "Tea, late", "start_at": "2027-07-01T23:00:00.000Z",
        "end_at": "2027-07-02T01:30:00.000Z", "created_at": "2026-01-02T03:04:05.678Z",
        "timezone": "America/New_York", "url": "https://luma.com/tea", "visibility": "public",
        "location_type": "offline", "location_visibility": "public", "max_capacity": nil, "spots_remaining": 12,
        "registration_open": true, "meeting_url": "https://meet.example/tea",
        "geo_address_json": [
            "address": "The Loft", "city": "New York", "city_state": "New York, NY",
            "full_address": "1 Main St, New York",
        ],
        "coordinate": ["latitude": 40.7, "longitude": -73.98],
        "tags": [["id": "1", "name": "a"], ["id": "2", "name": "b"]],
    ]

    private func changed(_ changes: JSONObject) -> JSON {
        var object = Self.event.objectValue ?? JSONObject()
        for (name, value) in changes.members { object[name] = value }
        return .object(object)
    }

    @Test func anEventOfLumasIsAnEventOfACalendar() throws {
        let event = try #require(ICSEvent(Self.event))
        #expect(event.uid == "evt-1@luma.com")
        #expect(event.summary == "Tea, late")
        #expect(event.start.rfc3339 == "2027-07-01T23:00:00.000Z" && event.end?.rfc3339 == "2027-07-02T01:30:00.000Z")
        // Luma does not tell when it was last changed.
        #expect(event.stamp.rfc3339 == "2026-01-02T03:04:05.678Z" && event.modified == nil)
        #expect(event.location == "The Loft, 1 Main St, New York")
        #expect(event.place == ICSEvent.Place(latitude: 40.7, longitude: -73.98))
        #expect(event.description == "Join: https://meet.example/tea\n\nhttps://luma.com/tea")
        #expect(event.status == .confirmed && event.zone == "America/New_York")
        #expect(ICSEvent(Self.event, isPending: true)?.status == .tentative)
        let updated = try #require(ICSEvent(changed(["updated_at": "2026-05-05T00:00:00Z", "description": "Hi."])))
        #expect(updated.modified?.rfc3339 == "2026-05-05T00:00:00.000Z" && updated.stamp == updated.modified)
        #expect(updated.description == "Hi.\n\nJoin: https://meet.example/tea\n\nhttps://luma.com/tea")
    }

    @Test func whoOnlyHasAnAddressSeesLess() throws {
        let open = try #require(ICSEvent(Self.event, for: .anybody))
        #expect(open.location == "The Loft, 1 Main St, New York" && open.place != nil)
        #expect(open.description == "https://luma.com/tea")
        let hidden = changed(["location_visibility": "guests-only"])
        let coarse = try #require(ICSEvent(hidden, for: .anybody))
        #expect(coarse.location == "New York, NY" && coarse.place == nil)
        #expect(ICSEvent(hidden)?.place != nil)
        // A word that is not known, none where one belongs, and something else altogether open nothing.
        for visibility in ["members-only", .null, 1, "Public"] as [JSON] {
            let unknown = try #require(ICSEvent(changed(["location_visibility": visibility]), for: .anybody))
            #expect(unknown.location == "New York, NY" && unknown.place == nil, "\(visibility)")
        }
        let online = changed(["geo_address_json": nil, "coordinate": nil])
        #expect(ICSEvent(online)?.location == "https://meet.example/tea")
        #expect(ICSEvent(online, for: .anybody)?.location == nil)
    }

    @Test(
        arguments: [
            [], [:], ["id": "evt-1"], ["id": 1, "start_at": "2027-07-01T23:00:00Z"],
            ["id": "evt-1", "start_at": "soon"],
        ] as [JSON])
    func whatHasNoIdOrStartIsNoEvent(json: JSON) { #expect(ICSEvent(json) == nil) }

    @Test func anEventHasACellForEachColumn() {
        let cells = EventColumn.all.map { $0.cell(Self.event, SystemZones.database) }
        #expect(
            Dictionary(uniqueKeysWithValues: zip(EventColumn.all.map(\.name), cells)) == [
                "id": "evt-1", "name": "Tea, late", "start_at": "2027-07-01T19:00:00.000-04:00",
                "end_at": "2027-07-01T21:30:00.000-04:00", "timezone": "America/New_York",
                "url": "https://luma.com/tea", "meeting_url": "https://meet.example/tea",
                "address": "1 Main St, New York", "city": "New York", "latitude": "40.7", "longitude": "-73.98",
                "visibility": "public", "location_type": "offline", "max_capacity": "", "spots_remaining": "12",
                "registration_open": "true", "require_approval": "", "platform": "luma", "host": "", "tags": "a; b",
                "created_at": "2026-01-02T03:04:05.678Z", "start_local": "2027-07-01 19:00:00",
                "end_local": "2027-07-01 21:30:00", "location_visibility": "public", "waitlist_status": "",
                "price_amount": "", "price_currency": "",
            ])
        let odd = changed(["timezone": "Nowhere/At_All", "start_at": "soon", "geo_address_json": ["address": "Here"]])
        let time = EventColumn.all.first { $0.name == "end_at" }?.cell(odd, SystemZones.database)
        #expect(time == "2027-07-02T01:30:00.000Z")
        #expect(EventColumn.all.first { $0.name == "start_at" }?.cell(odd, SystemZones.database) == "soon")
        // On other clocks it would be a wrong date.
        for name in ["start_local", "end_local"] {
            #expect(EventColumn.all.first { $0.name == name }?.cell(odd, SystemZones.database) == "")
        }
        #expect(EventColumn.all.first { $0.name == "address" }?.cell(odd, SystemZones.database) == "Here")
    }

    /// The columns may be added to and never changed: this list only grows.
    @Test func theColumnsStayWhereTheyAre() {
        let released = [
            "id", "name", "start_at", "end_at", "timezone", "url", "meeting_url", "address", "city", "latitude",
            "longitude", "visibility", "location_type", "max_capacity", "spots_remaining", "registration_open",
            "require_approval", "platform", "host", "tags", "created_at", "start_local", "end_local",
            "location_visibility", "waitlist_status", "price_amount", "price_currency",
        ]
        #expect(Array(EventColumn.all.map(\.name).prefix(released.count)) == released)
    }

    /// docs/rest.md names every column, in the order of the table.
    @Test func theColumnsAreDocumented() throws {
        let root = URL(filePath: #filePath).appending(path: "../../../../").standardized
        let page = try String(contentsOf: root.appending(path: "docs/rest.md"), encoding: .utf8)
        let table = try #require(page.range(of: "| Columns |"))
        let end = try #require(page.range(of: "\n\n", range: table.upperBound..<page.endIndex))
        let cells = page[table.upperBound..<end.lowerBound].split(separator: "\n").dropFirst(2)
            .compactMap { $0.split(separator: "|").first }
        let named: [String] = cells.flatMap { cell in cell.matches(of: /`([a-z_]+)`/).map { String($0.output.1) } }
        #expect(named == EventColumn.all.map(\.name))
    }

    // MARK: Streams

    private static func entry(_ number: Int) -> JSON {
        ["id": .string("evt-\(number)"), "name": "=1+1", "start_at": "2027-07-01T23:00:00Z", "timezone": "UTC"]
    }

    private static func page(_ numbers: Range<Int>, next: String? = nil) -> ScriptedTransport.Answer {
        .json(
            200,
            [
                "entries": .array(numbers.map(entry)), "has_more": .bool(next != nil),
                "next_cursor": next.map { .string($0) } ?? .null,
            ])
    }

    private func stream(
        _ representation: Representation, _ answers: [ScriptedTransport.Answer]
    ) async throws -> (text: String, error: APIError?) {
        let fixture = ServiceFixture(ScriptedTransport(answers))
        let service = fixture.service
        let query = try EventListQuery([])
        var bytes: [UInt8] = []
        do {
            let first = try await service.page(query, limit: 50, nil, fixture.call())
            try await service.stream(query, as: representation, first: first, nextCall: fixture.call) { bytes += $0 }
        } catch let error as APIError { return (String(decoding: bytes, as: UTF8.self), error) }
        return (String(decoding: bytes, as: UTF8.self), nil)
    }

    @Test func aTableHoldsAllPagesBelowOneHeader() async throws {
        let pages = [Self.page(0..<2, next: "a"), Self.page(2..<2, next: "b"), Self.page(2..<3)]
        let (text, error) = try await stream(.csv, pages)
        let rows = text.components(separatedBy: "\r\n")
        #expect(error == nil && rows.count == 5 && rows[4] == "")
        #expect(rows[0] == EventColumn.all.map(\.name).joined(separator: ","))
        #expect(rows[3].hasPrefix("evt-2,'=1+1,2027-07-01T23:00:00.000+00:00,,UTC,"))
    }

    @Test func aCalendarHoldsAllPages() async throws {
        let (text, error) = try await stream(.calendar, [Self.page(0..<2, next: "a"), Self.page(2..<3)])
        #expect(error == nil)
        #expect(text.hasPrefix("BEGIN:VCALENDAR\r\n") && text.hasSuffix("END:VEVENT\r\nEND:VCALENDAR\r\n"))
        #expect(text.components(separatedBy: "BEGIN:VEVENT\r\n").count == 4)
    }

    @Test func aListWithoutEventsIsWhole() async throws {
        let (table, _) = try await stream(.csv, [Self.page(0..<0)])
        #expect(table.hasPrefix("id,name,") && table.hasSuffix(",waitlist_status,price_amount,price_currency\r\n"))
        let (calendar, _) = try await stream(.calendar, [Self.page(0..<0)])
        #expect(calendar.hasPrefix("BEGIN:VCALENDAR\r\n") && calendar.hasSuffix("\r\nEND:VCALENDAR\r\n"))
    }

    @Test func aFailureInTheMiddleLeavesACalendarWithoutItsEnd() async throws {
        let (text, error) = try await stream(.calendar, [Self.page(0..<2, next: "a"), .status(500)])
        #expect(error?.reason == .upstreamFailure)
        #expect(text.hasSuffix("END:VEVENT\r\n"))
        let (rows, _) = try await stream(.csv, [Self.page(0..<2, next: "a"), .status(500)])
        #expect(rows.components(separatedBy: "\r\n").count == 4)
    }

    // MARK: One event

    private func calendar(_ conditions: Preconditions = Preconditions(), _ body: JSON = event) async -> Answer {
        await ServiceFixture([("events/get", [.json(200, body)])]).answer { service, call throws(APIError) in
            try await service.calendar(try EventID("evt-1"), ReadWish(), conditions, call)
        }
    }

    @Test func oneEventIsACalendarOfItsOwn() async throws {
        let answer = await calendar()
        #expect(answer.status == 200 && answer.field("Content-Type") == "text/calendar; charset=utf-8")
        #expect(answer.field("Content-Disposition") == "attachment; filename=\"evt-1.ics\"")
        #expect(answer.field("Vary") == "Accept" && answer.field("X-Cache") == "MISS")
        #expect(answer.text.contains("X-WR-CALNAME:Tea\\, late\r\n"))
        let tag = try #require(answer.field("ETag"))
        let again = await calendar(Preconditions(ifNoneMatch: tag))
        #expect(again.status == 304 && again.text.isEmpty && again.field("ETag") == tag)
        #expect(again.field("Content-Type") == nil)
        #expect(await calendar(Preconditions(ifMatch: "\"x\"")).status == 412)
        #expect(await calendar(Preconditions(), ["id": "evt-1"]).status == 502)
    }
}
