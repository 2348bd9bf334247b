import Core
import Formats

/// What must hold for any bytes that are read as an iCalendar file (RFC 5545). Shared by the fuzz target and by the test that
/// plays its corpus.
public enum CalendarInvariant {
    private struct Reading: Equatable {
        var items: [ReadItem<ICSReader.Event>] = []
        var calendars: [ICSCalendarHead] = []
    }

    /// - Returns: what does not hold, nil when all does.
    public static func problem(with bytes: [UInt8]) -> String? {
        do throws(ReadProblem) {
            let text = try FileText(bytes, isCalendar: true)
            return text.utf8 == bytes ? problem(of: bytes) : problem(of: text.utf8) ?? problem(of: bytes)
        } catch {
            return error.line >= 1 && error.isFatal ? problem(of: bytes) : "refused without a line: \(error)"
        }
    }

    private static func problem(of bytes: [UInt8]) -> String? {
        let whole = read(bytes, piece: bytes.count)
        for piece in [1, 7] where read(bytes, piece: piece) != whole { return "it reads otherwise by \(piece) octets" }
        if let fatal = whole.items.firstIndex(where: isFatal), fatal != whole.items.count - 1 {
            return "reading goes on after its end"
        }
        for calendar in whole.calendars {
            for zone in calendar.zones.prefix(8) { if let problem = problem(with: zone) { return problem } }
        }
        for case .row(let event) in whole.items.prefix(64) {
            for property in event.properties { if let problem = problem(with: property) { return problem } }
            if let problem = written(event) { return problem }
        }
        return nil
    }

    /// What was read, written by our own writer and read again, says the same.
    private static func written(_ event: ICSReader.Event) -> String? {
        guard let start = event["DTSTART"].flatMap(ICSTime.init)?.local.timestamp(secondsEast: 0) else { return nil }
        let first = ICSEvent(uid: "u", stamp: start, start: start, summary: event["SUMMARY"]?.text ?? "")
        var texts = [event["DESCRIPTION"]?.text ?? "", event["LOCATION"]?.text ?? ""]
        var summary = first.summary
        // Our writer gives one kind of line end, and no control characters: what it has written once, it writes for ever.
        for round in 0..<2 {
            var again = first
            (again.summary, again.description, again.location) = (summary, texts[0], texts[1])
            var writer = ICSWriter()
            writer.begin(ICSCalendar(product: "p", name: "n"))
            writer.add(again)
            writer.end()
            let reading = read(writer.take(), piece: 64, limits: ReadLimits())
            guard reading.items.count == 1, case .row(let back)? = reading.items.first, back.problems.isEmpty,
                back["DTSTART"].flatMap(ICSTime.init)?.local.timestamp(secondsEast: 0) == start
            else { return "written it reads as \(reading.items)" }
            let found = ["SUMMARY", "DESCRIPTION", "LOCATION"].map { back[$0]?.text ?? "" }
            if round == 1, found != [summary] + texts { return "written again it reads as \(found)" }
            (summary, texts) = (found[0], Array(found[1...]))
        }
        return nil
    }

    private static let narrow = ReadLimits(fieldBytes: 1024, rowBytes: 4096, fields: 64, rows: 256)

    private static func read(_ bytes: [UInt8], piece: Int, limits: ReadLimits = narrow) -> Reading {
        var reader = ICSReader(limits: limits)
        var reading = Reading()
        var rest = bytes[...]
        while !rest.isEmpty {
            reader.feed(rest.prefix(max(piece, 1))) { reading.items.append($0) }
            rest = rest.dropFirst(max(piece, 1))
        }
        reader.finish { reading.items.append($0) }
        reading.calendars = reader.calendars
        return reading
    }

    private static func isFatal(_ item: ReadItem<ICSReader.Event>) -> Bool {
        if case .problem(let problem) = item { problem.isFatal } else { false }
    }

    private static func problem(with zone: ICSZone) -> String? {
        guard let rules = try? zone.rules() else { return nil }
        for year in stride(from: 1899, through: 2301, by: 67) {
            guard let local = LocalDateTime(year: year, month: 7, day: 1, hour: 12) else { continue }
            if case .unique(let instant) = rules.resolve(local), rules.local(at: instant) != local {
                return "\(local.text) is not what its own instant shows"
            }
        }
        return nil
    }

    private static func problem(with property: ICSProperty) -> String? {
        let time = ICSTime(property)
        if let time, property.value.utf8.count > 16 { return "\(property.value) was read as \(time.local.text)" }
        _ = ICSDuration(property.value)
        _ = ICSEvent.Place(property.value)
        let text = property.text
        if HTMLText.isHTML(text), HTMLText.isHTML(HTMLText.markdown(text).replacing("\\<", with: "")) {
            return "Markdown of \(text) is HTML"
        }
        guard property.name == "RRULE", let rule = try? ICSRecurrence(property.value),
            let start = LocalDateTime(year: 2027, month: 1, day: 5, hour: 18)
        else { return nil }
        let dates = rule.dates(from: start, max: 40).dates
        guard dates.first == start, dates.count <= 40, zip(dates, dates.dropFirst()).allSatisfy(<) else {
            return "\(property.value) gives \(dates.map(\.text))"
        }
        return nil
    }
}
