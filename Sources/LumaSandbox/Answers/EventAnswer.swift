import Core
import LumaAPI

/// An event as Luma answers it, from the record and from what is derived of it.
struct EventAnswer {
    let state: SandboxState
    let now: Timestamp

    /// The whole event, as `events/get` answers it.
    func full(_ event: EventRecord) -> JSON {
        let markdown = event.settings["description_md"]?.stringValue ?? ""
        let tally = event.tally
        let counts = GuestTally.statuses.map { status in
            let count = tally[status]
            let both: JSON = ["guests": .number(count.guests), "tickets": .number(count.tickets)]
            return (name: status, value: both)
        }
        return .object(
            JSONObject(
                luma(event) + [
                    ("description", .string(PlainText.of(markdown: markdown))), ("description_md", .string(markdown)),
                    ("hosts", [PersonAnswer.owner(id: state.userId)]), ("guest_counts", .object(JSONObject(counts))),
                ]))
    }

    /// The event without description, hosts and counts, as a list answers it.
    func entry(_ event: EventRecord) -> JSON {
        .object(JSONObject((event.platform == .luma ? luma(event) : external(event)) + [("tags", [])]))
    }

    /// The public address.
    static func url(_ event: EventRecord) -> String {
        event.platform == .luma ? "https://luma.com/\(event.slug)" : event.slug
    }

    static let coverURL = "https://images.lumacdn.com/event-covers/sandbox/default.png"

    private typealias Members = [(name: String, value: JSON)]

    private func base(_ event: EventRecord) -> Members {
        let seconds = (event.endAt.milliseconds - event.startAt.milliseconds) / 1000
        return [
            ("platform", .string(event.platform.rawValue)), ("id", .string(event.id)),
            ("calendar_id", .string(state.calendarId)), ("start_at", .string(event.startAt.rfc3339)),
            ("duration_interval", .string(DurationText.of(seconds: Int(seconds)))),
            ("end_at", .string(event.endAt.rfc3339)),
            ("created_at", .string(event.createdAt.rfc3339)),
            ("timezone", event.settings["timezone"] ?? "UTC"),
            ("name", event.settings["name"] ?? ""), ("url", .string(Self.url(event))),
            ("geo_address_json", address(event)), ("coordinate", event.settings["coordinate"] ?? nil),
        ]
    }

    private func external(_ event: EventRecord) -> Members { base(event) + [("host", event.settings["host"] ?? nil)] }

    private func luma(_ event: EventRecord) -> Members {
        func setting(_ name: String, _ fallback: JSON) -> (name: String, value: JSON) {
            (name, event.settings[name] ?? fallback)
        }
        return base(event) + [
            ("user_id", .string(state.userId)), ("access", "manage"),
            setting("cover_url", .string(Self.coverURL)), setting("visibility", "public"),
            ("location_type", .string(LocationType.of(event))), setting("location_visibility", "public"),
            setting("waitlist_status", "disabled"), ("spots_remaining", spotsRemaining(event)),
            ("display_price", displayPrice(event)), setting("meeting_url", nil), setting("registration_open", true),
            ("require_approval", .bool(event.ticketTypes.contains { isAvailable($0) && $0.requiresApproval })),
            setting("max_capacity", nil), setting("can_register_for_multiple_tickets", false),
            setting("registration_questions", []), setting("feedback_email", ["enabled": true, "delay": "PT0M"]),
        ]
    }

    /// There is no geocoder here: a manual address has no city, a place of Google's no street. Its id is no text for people.
    private func address(_ event: EventRecord) -> JSON {
        guard let given = event.settings["geo_address_json"] else { return nil }
        let place = given["place_id"]
        let text = given["address"] ?? (place == nil ? "" : "A place on Google Maps")
        return [
            "address": text, "city": nil, "region": nil, "country": nil, "city_state": nil, "full_address": text,
            "google_maps_place_id": place ?? nil, "apple_maps_place_id": nil,
            "description": given["description"] ?? nil,
        ]
    }

    private func spotsRemaining(_ event: EventRecord) -> JSON {
        guard let capacity = event.settings["max_capacity"]?.wholeValue else { return nil }
        let taken = event.tally["approved"]
        let perTicket = event.settings["can_register_for_multiple_tickets"]?.boolValue ?? false
        return .number(max(0, capacity - (perTicket ? taken.tickets : taken.guests)))
    }

    /// The lowest price among the available types; null as soon as one of them is free.
    private func displayPrice(_ event: EventRecord) -> JSON {
        let available = event.ticketTypes.filter(isAvailable)
        guard available.allSatisfy(\.isPaid) else { return nil }
        func amount(_ type: TicketTypeRecord) -> Double { type.values["cents"]?.doubleValue ?? 0 }
        guard let cheapest = available.min(by: { amount($0) < amount($1) }) else { return nil }
        return [
            "amount": cheapest.values["cents"] ?? 0, "currency": cheapest.values["currency"] ?? "usd",
            "is_flexible": cheapest.values["is_flexible"] ?? false,
        ]
    }

    private func isAvailable(_ type: TicketTypeRecord) -> Bool {
        guard !type.isHidden else { return false }
        if let start = type.saleBound("valid_start_at"), start > now { return false }
        if let end = type.saleBound("valid_end_at"), end <= now { return false }
        return true
    }
}

extension TicketTypeRecord {
    var requiresApproval: Bool { values["require_approval"]?.boolValue ?? false }

    /// The instant of `valid_start_at` or `valid_end_at`; a bare date is midnight UTC.
    func saleBound(_ name: String) -> Timestamp? { values[name]?.stringValue.flatMap(Self.instant) }

    static func instant(_ text: String) -> Timestamp? {
        Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00:00Z")
    }

    /// The ticket type as Luma answers it.
    var answer: JSON {
        let members = Shapes.ticketType.map { field in
            (name: field.name, value: field.name == "id" ? .string(id) : values[field.name] ?? nil)
        }
        return .object(JSONObject(members))
    }
}

extension JSON {
    static func number(_ value: Int) -> JSON { .number(JSONNumber(value)) }
}

/// Plain text from Markdown, as far as an emulator needs it: marks go, words stay. One pass over the bytes.
enum PlainText {
    static func of(markdown: String) -> String {
        let lines = Array(markdown.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var output: [UInt8] = []
        for (index, line) in lines.enumerated() {
            if index > 0 { output.append(UInt8(ascii: "\n")) }
            appendWords(of: withoutMark(line), to: &output)
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The line without the `#` of a heading or the `>` of a quotation.
    private static func withoutMark(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let text = line.drop { $0 == UInt8(ascii: " ") }
        let rest = text.drop { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: ">") }
        return rest.count < text.count && rest.first == UInt8(ascii: " ") ? rest.dropFirst() : line
    }

    /// `[text](address)` becomes `text`; `*` and `` ` `` go. The ends found are kept, so that no byte is searched twice.
    private static func appendWords(of line: ArraySlice<UInt8>, to output: inout [UInt8]) {
        var position = line.startIndex
        var close = line.startIndex
        var end = line.startIndex
        func next(_ byte: Unicode.Scalar, from start: Int) -> Int {
            line[min(start, line.endIndex)...].firstIndex(of: UInt8(ascii: byte)) ?? line.endIndex
        }
        while position < line.endIndex {
            switch line[position] {
            case UInt8(ascii: "*"), UInt8(ascii: "`"): break
            case UInt8(ascii: "["):
                if close <= position { close = next("]", from: position + 1) }
                if close + 1 < line.endIndex, line[close + 1] == UInt8(ascii: "(") {
                    if end < close + 2 { end = next(")", from: close + 2) }
                    if end < line.endIndex {
                        output.append(contentsOf: line[(position + 1)..<close])
                        position = end
                        break
                    }
                }
                output.append(line[position])
            default: output.append(line[position])
            }
            position += 1
        }
    }
}

/// A length of time with all its parts, as Luma writes it: `P0Y0M0DT1H30M0S`.
enum DurationText {
    static func of(seconds: Int) -> String {
        let time = "\(seconds / 3600 % 24)H\(seconds / 60 % 60)M\(seconds % 60)S"
        return "P0Y0M\(seconds / 86_400)DT\(time)"
    }
}

/// Where an event takes place, as Luma classifies it.
enum LocationType {
    private static let platforms: [(host: String, type: String)] = [
        ("zoom.us", "zoom"), ("meet.google.com", "meet"), ("discord.com", "discord"), ("discord.gg", "discord"),
        ("twitch.tv", "twitch"), ("twitter.com", "twitter"), ("x.com", "twitter"), ("youtube.com", "youtube"),
        ("youtu.be", "youtube"),
    ]

    static func of(_ event: EventRecord) -> String {
        if event.settings["geo_address_json"] != nil || event.settings["coordinate"] != nil { return "offline" }
        guard let url = event.settings["meeting_url"]?.stringValue, !url.isEmpty else { return "missing" }
        let afterScheme = url.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2).first ?? ""
        let host = afterScheme.split(separator: ":").first.map { $0.lowercased() } ?? ""
        return platforms.first { host == $0.host || host.hasSuffix("." + $0.host) }?.type ?? "unknown"
    }
}
