import Core

extension SandboxState {
    private struct Seed {
        var name: String
        /// Days from the first use; negative for a past event.
        var days: Int64
        var hours: Int64 = 2
        var timezone: String
        var settings: [String: JSON] = [:]
        var tickets: [[String: JSON]] = [TicketTypeRecord.standard]
        var guests = GuestTally()
    }

    /// Makes the events that a new user finds: past and coming, online and on site, free and paid, and two that
    /// other sites host. They start at full hours, days away from `now`.
    mutating func seed(now: Timestamp) {
        isSeeded = true
        let day: Int64 = 86_400_000
        let today = now.milliseconds - (now.milliseconds % day + day) % day
        for seed in Self.seeds {
            let start = today + seed.days * day + 18 * 3_600_000
            let ticketTypes = seed.tickets.map { TicketTypeRecord(id: mint.id("ttype-"), values: $0) }
            let slug = freeSlug()
            var settings = seed.settings
            settings["name"] = .string(seed.name)
            settings["timezone"] = .string(seed.timezone)
            var event = EventRecord(
                id: mint.id("evt-"), createdAt: Timestamp(milliseconds: today - 30 * day),
                startAt: Timestamp(milliseconds: start),
                endAt: Timestamp(milliseconds: start + seed.hours * 3_600_000), slug: slug, settings: settings,
                ticketTypes: ticketTypes)
            event.guests = event.makeGuests(by: seed.guests)
            events.put(event)
        }
        for (days, submission) in [(5 as Int64, EventRecord.Submission.approved), (9, .pending)] {
            let start = today + days * day + 10 * 3_600_000
            let slug = freeSlug()
            events.put(
                EventRecord(
                    id: mint.id("calev-"), platform: .external, submission: submission,
                    createdAt: Timestamp(milliseconds: today - day), startAt: Timestamp(milliseconds: start),
                    endAt: Timestamp(milliseconds: start + 3 * 3_600_000), slug: "https://events.example/\(slug)",
                    settings: [
                        "name": "Neighbours' market", "timezone": "Europe/Berlin", "host": "Market association",
                        "geo_address_json": ["type": "manual", "address": "Market square 1, Berlin"],
                    ]))
        }
    }

    private static let seeds: [Seed] = [
        Seed(
            name: "Autumn retrospective", days: -14, timezone: "Europe/London",
            settings: [
                "description_md": "What went well, and what did **not**.",
                "geo_address_json": ["type": "manual", "address": "12 Harbour Street, Bristol"],
            ],
            guests: GuestTally(counts: [
                "approved": .init(guests: 18, tickets: 18), "checked_in": .init(guests: 15, tickets: 15),
                "declined": .init(guests: 2, tickets: 2),
            ])),
        Seed(
            name: "Office hours", days: -2, hours: 1, timezone: "America/New_York",
            settings: ["meeting_url": "https://meet.google.com/abc-defg-hij"]),
        Seed(
            name: "Community meetup", days: 3, timezone: "America/New_York",
            settings: [
                "description_md": "Talks and pizza. [Past talks](https://example.org/talks).",
                "geo_address_json": ["type": "manual", "address": "200 Main Street, Springfield"],
                "max_capacity": 40,
            ],
            guests: GuestTally(counts: ["approved": .init(guests: 12, tickets: 12)])),
        Seed(
            name: "Hands-on workshop", days: 10, hours: 3, timezone: "Europe/Berlin",
            settings: ["meeting_url": "https://zoom.us/j/123456789", "visibility": "private"],
            tickets: [TicketTypeRecord.standard.merging(["require_approval": true]) { $1 }],
            guests: GuestTally(counts: [
                "approved": .init(guests: 4, tickets: 4), "pending_approval": .init(guests: 3, tickets: 3),
                "invited": .init(guests: 2),
            ])),
        Seed(
            name: "Benefit concert", days: 30, hours: 4, timezone: "Europe/Paris",
            settings: [
                "geo_address_json": ["type": "google", "place_id": "ChIJD7fiBh9u5kcRYJSMaMOCCwQ"],
                "coordinate": ["longitude": 2, "latitude": 48], "max_capacity": 300,
            ],
            tickets: [
                TicketTypeRecord.standard.merging([
                    "name": "Seat", "type": "paid", "cents": 2500, "currency": "eur",
                ]) { $1 },
                TicketTypeRecord.standard.merging(["name": "Press", "is_hidden": true]) { $1 },
            ],
            guests: GuestTally(counts: ["approved": .init(guests: 57, tickets: 61)], hasPaid: true)),
    ]
}

extension TicketTypeRecord {
    /// The free ticket type that an event starts with.
    static let standard: [String: JSON] = [
        "name": "Standard", "type": "free", "require_approval": false, "is_hidden": false, "description": nil,
        "valid_start_at": nil, "valid_end_at": nil, "max_capacity": nil, "cents": nil, "currency": nil,
        "is_flexible": false, "min_cents": nil,
    ]
}
