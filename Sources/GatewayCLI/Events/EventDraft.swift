package import Core

/// The fields that a command line says, as the body of a create or an update.
package struct EventDraft {
    /// The clock and the zone that the times are read by.
    package let zone: CommandZone
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
            throw CommandFailure(.usage, "--end and --duration do not go together")
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
