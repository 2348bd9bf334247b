import Core
import HTTP
import Testing

@testable import LumaSandbox

/// Guests as they are listed and found.
struct GuestListTests {
    private let list = "/v1/events/guests/list"
    private static let seeded = [
        "Autumn retrospective", "Office hours", "Community meetup", "Hands-on workshop", "Benefit concert",
    ]

    @Test(arguments: seeded, [1, 7, 50]) func theCountsOfAnEventAreThoseOfItsGuests(_ name: String, _ limit: Int) throws
    {
        var visitor = Visitor()
        let event = try visitor.seeded(name)
        let counts = visitor.get("/v1/events/get", ["event_id": event]).json["guest_counts"]
        var tally: [String: GuestTally.Count] = [:]
        let guests = visitor.guests(of: event, pages: limit)
        for guest in guests {
            let tickets = guest["event_tickets"]?.arrayValue ?? []
            let status = guest["approval_status"]?.stringValue ?? ""
            tally[status, default: .init()].guests += 1
            tally[status, default: .init()].tickets += tickets.count
            let checkedIn = tickets.filter { $0["checked_in_at"]?.stringValue != nil }
            if checkedIn.isEmpty { continue }
            tally["checked_in", default: .init()].guests += 1
            tally["checked_in", default: .init()].tickets += checkedIn.count
        }
        for status in GuestTally.statuses {
            let expected = tally[status] ?? .init()
            #expect(counts?[status]?["guests"]?.intValue == expected.guests, "\(status)")
            #expect(counts?[status]?["tickets"]?.intValue == expected.tickets, "\(status)")
        }
        #expect(Set(guests.compactMap { $0["id"]?.stringValue }).count == guests.count)
        #expect(Set(guests.compactMap { $0["user_email"]?.stringValue }).count == guests.count)
        #expect(Set(guests.compactMap { $0["user_id"]?.stringValue }).count == guests.count)
    }

    @Test func theFirstEventsHaveGuests() throws {
        var visitor = Visitor()
        var counts: [Int] = []
        for name in Self.seeded {
            let event = try visitor.seeded(name)
            counts.append(visitor.guests(of: event).count)
        }
        #expect(counts == [20, 0, 12, 9, 57])
    }

    @Test func theSeedDecides() throws {
        func ids(_ seed: UInt64) throws -> [String?] {
            var visitor = Visitor(SandboxConfiguration(seed: seed))
            let event = try visitor.seeded("Community meetup")
            return visitor.guests(of: event).map { $0["id"]?.stringValue }
        }
        #expect(try ids(3) == ids(3))
        #expect(try Set(ids(3)).isDisjoint(with: ids(4)))
    }

    @Test(arguments: [
        ("approved", 4), ("pending_approval", 3), ("invited", 2), ("waitlist", 0), ("declined", 0), ("session", 0),
    ])
    func oneStatusAlone(_ status: String, _ count: Int) throws {
        var visitor = Visitor()
        let event = try visitor.seeded("Hands-on workshop")
        let entries = visitor.get(list, ["event_id": event, "approval_status": status]).entries
        #expect(entries.count == count)
        #expect(entries.allSatisfy { $0["approval_status"] == .string(status) })
    }

    @Test(arguments: [
        ("name", "user_name"), ("email", "user_email"), ("registered_at", "registered_at"),
        ("created_at", "registered_at"),
    ])
    func sortsByAColumnBothWays(_ column: String, _ member: String) throws {
        var visitor = Visitor()
        let event = try visitor.seeded("Community meetup")
        func values(_ direction: String) -> [String] {
            var copy = visitor
            let query: KeyValuePairs = ["event_id": event, "sort_column": column, "sort_direction": direction]
            return copy.get(list, query).entries.compactMap { $0[member]?.stringValue?.lowercased() }
        }
        let up = values("asc")
        #expect(up.count == 12)
        #expect(up == up.sorted())
        #expect(values("desc") == Array(up.sorted().reversed()))
    }

    /// Who is invited has not registered: with the last unless somebody asks for the opposite of upwards.
    @Test(
        arguments: [
            ("asc", false), ("desc", true), ("asc nulls last", false), ("desc nulls last", false), (nil, false),
        ] as [(String?, Bool)])
    func entriesWithoutAValueStandAtOneEnd(_ direction: String?, _ isFirst: Bool) throws {
        var visitor = Visitor()
        let event = try visitor.seeded("Hands-on workshop")
        let reply =
            if let direction {
                visitor.get(
                    list, ["event_id": event, "sort_column": "registered_at", "sort_direction": direction])
            } else { visitor.get(list, ["event_id": event]) }
        let times = reply.entries.map { $0["registered_at"]?.stringValue }
        #expect(times.count == 9)
        let some = times.compactMap(\.self)
        let known = some.map(Optional.some)
        let unknown: [String?] = [nil, nil]
        #expect(times == (isFirst ? unknown + known : known + unknown))
        let up = some.sorted()
        #expect(some == (direction?.hasPrefix("asc") == true ? up : Array(up.reversed())))
    }

    @Test(arguments: [
        ("event_id", "evt-none", 403), ("approval_status", "going", 400), ("sort_column", "age", 400),
        ("sort_direction", "up", 400), ("pagination_cursor", "x", 400), ("pagination_limit", "0", 400),
    ])
    func listRefuses(_ name: String, _ value: String, _ status: Int) throws {
        var visitor = Visitor()
        let event = try visitor.seeded("Community meetup")
        let reply =
            name == "event_id"
            ? visitor.get(list, [name: value] as KeyValuePairs)
            : visitor.get(list, ["event_id": event, name: value] as KeyValuePairs)
        reply.expectRefusal(status, status == 403 ? "access to this event" : name)
    }

    @Test func aGuestIsFoundByEachName() throws {
        var visitor = Visitor()
        let event = try visitor.seeded("Benefit concert")
        let other = try visitor.seeded("Community meetup")
        let entry = try #require(visitor.get(list, ["event_id": event]).entries.first)
        let code = entry["check_in_qr_code"]?.stringValue ?? ""
        #expect(code.hasPrefix("https://luma.com/check-in/\(event)?pk=g-"))
        let names: [String?] = [
            entry["id"]?.stringValue, entry["user_email"]?.stringValue, entry["user_email"]?.stringValue?.uppercased(),
            entry["event_tickets"]?.arrayValue?.first?["id"]?.stringValue,
            code.split(separator: "=").last.map(String.init),
        ]
        for name in names.compactMap(\.self) {
            let guest = visitor.guest(.string(name), of: event)
            #expect(guest.json["id"] == entry["id"], "\(name)")
            #expect(guest.json["event_ticket_orders"]?.arrayValue?.count == 1)
        }
        #expect(names.compactMap(\.self).count == 5)
        let strangers: [JSON] = [entry["id"] ?? nil, "", "gst-none", "nobody@example.com"]
        for name in strangers {
            visitor.guest(name, of: other).expectRefusal(404, "Guest not found")
        }
        visitor.guest(entry["id"], of: "evt-none").expectRefusal(403, "access to this event")
        visitor.get("/v1/events/guests/get", ["event_id": event]).expectRefusal(400, "id is required")
        // The older path has a name for each kind of name.
        for name in ["id", "api_id", "email", "proxy_key"] {
            let reply = visitor.get(
                "/v1/event/get-guest", ["event_api_id": event, name: entry["id"]?.stringValue ?? ""] as KeyValuePairs)
            #expect(reply.json["guest"]?["api_id"] == entry["id"], "\(name)")
        }
    }

    @Test func peopleRegisterWhenTheyAreTold() throws {
        var visitor = Visitor()
        let event = try visitor.create()
        let made = visitor.register(60, for: event)
        #expect(made.count == 60)
        #expect(made.allSatisfy { $0["approval_status"] == "approved" })
        #expect(visitor.guests(of: event, pages: 9).count == 60)
        #expect(visitor.get(list, ["event_id": event, "pagination_limit": "1000"]).entries.count == 50)
        #expect(visitor.get("/_sandbox/state").json["guests"]?.intValue == 98 + 60)
        let workshop = try visitor.seeded("Hands-on workshop")
        let asking = visitor.register(1, for: workshop)
        #expect(asking.first?["approval_status"] == "pending_approval")
        let counts = visitor.get("/v1/events/get", ["event_id": workshop]).json["guest_counts"]
        #expect(counts?["pending_approval"]?["guests"] == 4)
    }

    @Test(arguments: [
        (#"{"event_id": "evt-none", "count": 1}"#, 403, "access to this event"), ("{}", 403, "access to this event"),
        ("[", 400, "The body must be"),
        (#"{"event_id": "EVENT"}"#, 400, "count must be"),
        (#"{"event_id": "EVENT", "count": 0}"#, 400, "count must be"),
        (#"{"event_id": "EVENT", "count": 1001}"#, 400, "count must be"),
        (#"{"event_id": "EVENT", "count": 1, "status": "session"}"#, 400, "status must be one of"),
        (#"{"event_id": "EVENT", "count": 4}"#, 400, "at most 3 guests"),
    ])
    func registeringRefuses(_ text: String, _ status: Int, _ words: String) throws {
        var visitor = Visitor(SandboxConfiguration(maxGuests: 3, startsWithEvents: false))
        let event = try visitor.create()
        let body = Array(text.replacing("EVENT", with: event).utf8)
        visitor.post("/_sandbox/guests", bytes: body).expectRefusal(status, words)
        #expect(visitor.guests(of: event).isEmpty)
    }

    @Test func theNumberOfGuestsIsBoundedInAll() throws {
        var visitor = Visitor(SandboxConfiguration(maxGuests: 3, startsWithEvents: false))
        let (first, second) = (try visitor.create(), try visitor.create())
        _ = visitor.register(2, for: first)
        _ = visitor.register(1, for: second)
        let more: JSON = ["event_id": .string(second), "count": 1]
        visitor.post("/_sandbox/guests", more).expectRefusal(400, "The sandbox holds at most 3 guests")
        // Those of a cancelled event are gone.
        let token = visitor.post("/v1/events/cancel/request", ["event_id": .string(first)]).json["cancellation_token"]
        let cancel: JSON = ["event_id": .string(first), "cancellation_token": token ?? nil]
        #expect(visitor.post("/v1/events/cancel", cancel).status == 200)
        #expect(visitor.register(2, for: second).count == 2)
    }

    @Test func faultsStrikeGuestsToo() throws {
        var faults = FaultBook(try FaultSet(text: "status=503,on=events/guests/update-status"), seed: 1)
        let paths = ["/v1/events/guests/update-status", "/v1/event/update-guest-status", "/v1/events/guests/get"]
        let struck = paths.map { path in
            let request = SandboxRequest(method: path.hasSuffix("get") ? .get : .post, path: path, apiKey: "k")
            return faults.plan(for: Sandbox.operation(of: request) ?? "") != nil
        }
        #expect(struck == [true, true, false])
    }
}
