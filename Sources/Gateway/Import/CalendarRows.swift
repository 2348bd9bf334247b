import Core
import Formats

/// Makes events of the VEVENTs of a calendar file.
///
/// | iCalendar | Event |
/// |---|---|
/// | SUMMARY | `name` |
/// | DTSTART with TZID | `start_at` and `timezone` |
/// | DTSTART in UTC | `start_at`; the zone is our own X-LUMA-TIMEZONE, else `--zone`, else X-WR-TIMEZONE, else UTC |
/// | DTSTART floating | a local time in `--zone`, else in the calendar's zone; without either it is refused |
/// | DTSTART of VALUE=DATE | midnight in that same zone; without an end it lasts the day |
/// | DTEND or DURATION | `end_at`; days are counted by the calendar, the rest in time that passes |
/// | DESCRIPTION | `description_md` |
/// | LOCATION | `meeting_url` when it is a web address, else `geo_address_json` |
/// | CLASS of PRIVATE or CONFIDENTIAL | `visibility` is `private` |
/// | URL | `meeting_url`, unless LOCATION is one or it is an event's page on Luma |
///
/// An event that repeats, or that is cancelled, is refused: it would not become what it was.
struct CalendarRows {
    let zones: TimeZoneDatabase
    /// `--zone`.
    let defaultZone: String?

    /// Properties that make many events of one.
    private static let repeating = ["RRULE", "RDATE", "EXRULE", "RECURRENCE-ID"]

    func event(_ event: ICSReader.Event) throws(ReadProblem) -> JSONObject {
        if let name = Self.repeating.first(where: { event[$0] != nil }) {
            throw ReadProblem(
                line: event.line,
                "\(shown(event)) repeats (\(name)), and an event on Luma does not; give each date an event of its own")
        }
        if event["STATUS"]?.value.uppercased() == "CANCELLED" {
            throw ReadProblem(line: event.line, "\(shown(event)) is cancelled (STATUS)")
        }
        var object = JSONObject()
        if let summary = event["SUMMARY"]?.text { object["name"] = .string(summary) }
        try addTimes(event, &object)
        if let text = event["DESCRIPTION"]?.text, !text.isEmpty { object["description_md"] = .string(text) }
        if let place = event["LOCATION"]?.text, !place.isEmpty {
            if WebURL.isValid(place) {
                object["meeting_url"] = .string(place)
            } else {
                object["geo_address_json"] = ["type": "manual", "address": .string(place)]
            }
        }
        if object["meeting_url"] == nil, let url = event["URL"]?.value, WebURL.isValid(url), !Self.isLumaPage(url) {
            object["meeting_url"] = .string(url)
        }
        if let access = event["CLASS"]?.value.uppercased(), ["PRIVATE", "CONFIDENTIAL"].contains(access) {
            object["visibility"] = "private"
        }
        return object
    }

    private static func isLumaPage(_ url: String) -> Bool {
        let host = url.split(separator: "/", maxSplits: 2).dropFirst().first?.lowercased() ?? ""
        return ["luma.com", "lu.ma"].contains { host == $0 || host.hasSuffix("." + $0) }
    }

    // MARK: Times

    private func addTimes(_ event: ICSReader.Event, _ object: inout JSONObject) throws(ReadProblem) {
        // Without a start the check of the event says so.
        guard let property = event["DTSTART"] else { return }
        guard let start = ICSTime(property) else {
            throw ReadProblem(line: event.line, "DTSTART of \(shown(event)) is no date and time")
        }
        let zone = try zone(of: start, event)
        object["start_at"] = .string(Self.text(start))
        object["timezone"] = .string(zone)
        if let property = event["DTEND"] {
            guard let end = ICSTime(property), (end.kind == .date) == (start.kind == .date) else {
                throw ReadProblem(
                    line: event.line, "DTEND of \(shown(event)) is no \(start.kind == .date ? "date" : "date and time")"
                )
            }
            object["end_at"] = .string(try endText(end, zone, event))
        } else if let property = event["DURATION"] {
            guard let duration = ICSDuration(property.value) else {
                throw ReadProblem(line: event.line, "DURATION of \(shown(event)) is no length of time, such as PT1H30M")
            }
            object["end_at"] = .string(try end(of: start, after: duration, zone, event))
        } else if start.kind == .date {
            let next = LocalDateTime(milliseconds: start.local.milliseconds + 86_400_000)
            object["end_at"] = .string(next.text)
        }
    }

    private static func text(_ time: ICSTime) -> String { time.local.text + (time.kind == .utc ? "Z" : "") }

    private func zone(of start: ICSTime, _ event: ICSReader.Event) throws(ReadProblem) -> String {
        switch start.kind {
        case .zone(let name): return try known(name, event)
        case .utc:
            if let name = event["X-LUMA-TIMEZONE"]?.text { return try known(name, event) }
            if let defaultZone { return defaultZone }
            if let name = event.calendarZone { return try known(name, event) }
            return "UTC"
        case .floating, .date:
            if let defaultZone { return defaultZone }
            if let name = event.calendarZone { return try known(name, event) }
            let what = start.kind == .date ? "a whole day" : "a time without a zone"
            throw ReadProblem(line: event.line, "DTSTART of \(shown(event)) is \(what): say in which zone with --zone")
        }
    }

    /// The IANA name that a TZID is, or ends with: some programs put a path of their own before it.
    private func known(_ name: String, _ event: ICSReader.Event) throws(ReadProblem) -> String {
        var rest = name[...]
        while true {
            if (try? zones.rules(for: String(rest))) != nil { return String(rest) }
            guard name.hasPrefix("/"), let slash = rest.firstIndex(of: "/") else { break }
            rest = rest[rest.index(after: slash)...]
        }
        let hint = zones.suggestion(for: name).map { "; did you mean \($0)?" } ?? ""
        let windows = name.contains(" ") ? "; Windows has names of its own" : ""
        throw ReadProblem(
            line: event.line,
            "zone \"\(APIError.shortened(name))\" of \(shown(event)) is no IANA time zone, such as Europe/Berlin\(windows)\(hint)"
        )
    }

    private func endText(_ end: ICSTime, _ zone: String, _ event: ICSReader.Event) throws(ReadProblem) -> String {
        guard case .zone(let name) = end.kind else { return Self.text(end) }
        let own = try known(name, event)
        if own == zone { return Self.text(end) }
        return try instant(end.local, own, "DTEND", event).rfc3339
    }

    private func end(
        of start: ICSTime, after duration: ICSDuration, _ zone: String, _ event: ICSReader.Event
    ) throws(ReadProblem) -> String {
        let day = LocalDateTime(milliseconds: start.local.milliseconds + Int64(duration.days) * 86_400_000)
        if start.kind == .utc {
            return LocalDateTime(milliseconds: day.milliseconds + Int64(duration.seconds) * 1000).text + "Z"
        }
        if duration.seconds == 0 { return day.text }
        return try instant(day, zone, "DURATION", event).advanced(milliseconds: Int64(duration.seconds) * 1000).rfc3339
    }

    private func instant(
        _ local: LocalDateTime, _ zone: String, _ property: String, _ event: ICSReader.Event
    ) throws(ReadProblem) -> Timestamp {
        guard let rules = try? zones.rules(for: zone) else {
            throw ReadProblem(line: event.line, "zone \"\(APIError.shortened(zone))\" is no IANA time zone")
        }
        switch EventTime.read(local.text, .rules(zone, rules)) {
        case .instant(let instant): return instant
        case .invalid(let fault, let candidates):
            let problem = FieldProblem(property, fault, candidates: candidates).problem
            throw ReadProblem(line: event.line, "\(property) of \(shown(event)) \(problem)")
        case .needsZone, .dependent: preconditionFailure("a zone was given")
        }
    }

    private func shown(_ event: ICSReader.Event) -> String {
        event["SUMMARY"].map { "\"\(APIError.shortened($0.text))\"" } ?? "the event"
    }
}
