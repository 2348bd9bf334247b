package import Core
import Settings

/// The fields that a command line says, as the body of a create or an update.
package struct EventDraft {
    /// The clock and the zone that the times are read by.
    package let zone: CommandZone
    /// What `today` and `tomorrow` are counted from.
    package let now: Timestamp
    private(set) var body: JSONObject
    /// The end was said by words such as `tomorrow`, which count otherwise than people think more often than a date does.
    private(set) var isEndInWords = false

    /// - Parameter base: the fields of `--from`; options beat them.
    package init(_ base: JSONObject, zone: CommandZone, now: Timestamp) {
        (body, self.zone, self.now) = (base, zone, now)
    }

    /// Takes what has an option of its own.
    package mutating func take(_ call: EventsCall) throws(CommandFailure) {
        if let name = call.text(EventsOptions.name) { body["name"] = .string(name) }
        for row in EventFields.table {
            if let text = call.text(row.option) { body[row.field] = EventFields.value(text, row.kind) }
        }
        for field in call.all(EventsOptions.clear) {
            if let given = body[field], given != .null {
                throw CommandFailure(.usage, "--clear \(CommandFailure.line(field)): the same field is set")
            }
            body[field] = .null
        }
    }

    /// Takes the times, as instants with the offset that their zone has then.
    /// - Parameter knownStart: when the event begins if the command line does not say, for `--duration`.
    package mutating func takeTimes(_ call: EventsCall, knownStart: Timestamp?) throws(CommandFailure) {
        var start = knownStart
        if let text = call.text(EventsOptions.start) {
            let instant = try zone.instant(text, EventsOptions.start, now: now)
            body["start_at"] = .string(zone.text(instant))
            start = instant
        }
        if call.has(EventsOptions.end), call.has(EventsOptions.duration) {
            throw CommandFailure(.usage, "--end and --duration cannot be combined")
        }
        if let text = call.text(EventsOptions.end) {
            let word = String(text.lowercased().drop { $0 == " " }.prefix { $0 != " " })
            // `20:00` and `friday 20:00` are the next ones after the start; `tomorrow` is tomorrow, in each option.
            let isFromNow = ["now", "today", "tomorrow"].contains(word)
            let instant = try zone.instant(text, EventsOptions.end, now: isFromNow ? now : start ?? now)
            body["end_at"] = .string(zone.text(instant))
            isEndInWords = word.utf8.first.map { !(0x30...0x39).contains($0) } ?? false
        }
        if let text = call.text(EventsOptions.duration) {
            guard let seconds = NaturalDuration.seconds(text) else {
                throw CommandFailure(.usage, "--duration: expected a length such as 90m, 2h or 1h30m")
            }
            guard let start else { throw CommandFailure(.usage, "--duration: needs --start") }
            body["end_at"] = .string(zone.text(start.advanced(seconds: Double(seconds))))
        }
    }

    package mutating func set(_ field: String, _ value: JSON) { body[field] = value }
}

/// The fields of an event that have an option of their own; any other comes with `--from`.
package enum EventFields {
    /// How the option's text becomes a value.
    package enum Kind: Sendable {
        case text, number, boolean
        /// A place that is written as its address.
        case address
    }

    /// An option, and the field that it sets.
    package struct Row: Sendable {
        package let option: OptionRow
        package let field: String
        package let kind: Kind
    }

    /// In the order of the help.
    package static let table: [Row] = [
        row("--description", "description_md", .text, "TEXT", "Description, in Markdown."),
        row("--meeting-url", "meeting_url", .text, "URL", "URL of an online event."),
        row("--address", "geo_address_json", .address, "ADDRESS", "Address."),
        row("--capacity", "max_capacity", .number, "NUMBER", "Maximum number of guests."),
        row("--visibility", "visibility", ["public", "members-only", "private"], "Who can see it."),
        row("--require-approval", "require_rsvp_approval", .boolean, "", "Require approval of registrations."),
        row("--waitlist", "waitlist_status", ["enabled", "disabled"], "Offer a waitlist."),
        row("--guest-list", "show_guest_list", .boolean, "", "Show approved guests the guest list."),
        row("--slug", "slug", .text, "NAME", "Last part of its URL."),
        row("--cover-url", "cover_url", .text, "URL", "Cover image, on Luma's image host."),
        row("--color", "tint_color", .text, "COLOR", "Tint colour, such as #bb2dc7."),
    ]

    /// The options alone, for the help and the reader of the command line.
    package static let options = table.map(\.option)

    private static func row(
        _ name: String, _ field: String, _ kind: Kind, _ placeholder: String, _ help: String
    ) -> Row {
        var value = OptionRow.Value.free
        if case .boolean = kind { value = .yes(["true", "false"]) }
        return Row(option: OptionRow(name, value, placeholder, help), field: field, kind: kind)
    }

    private static func row(_ name: String, _ field: String, _ words: [String], _ help: String) -> Row {
        Row(option: OptionRow(name, .words(words), "WORD", help), field: field, kind: .text)
    }

    /// The option that sets a field, or a part of it.
    package static func option(of field: String) -> String? {
        let head = String(field.prefix { $0 != "." && $0 != "[" })
        switch head {
        case "name": return EventsOptions.name.name
        case "start_at": return EventsOptions.start.name
        case "end_at": return EventsOptions.end.name
        case "timezone": return EventsOptions.zone.name
        case "template_type": return EventsOptions.template.name
        default: return table.first { $0.field == head }?.option.name
        }
    }

    /// The value of a field as it is written on the command line. Text that does not fit stays text, so that the gateway's
    /// own check says what belongs there.
    package static func value(_ text: String, _ kind: Kind) -> JSON {
        switch kind {
        case .text: .string(text)
        case .number: Int(text).map { .number(JSONNumber($0)) } ?? .string(text)
        case .boolean:
            if case .boolean(let value)? = SettingKind.boolean.parse(text) { .bool(value) } else { .string(text) }
        case .address: ["type": "manual", "address": .string(text)]
        }
    }
}
