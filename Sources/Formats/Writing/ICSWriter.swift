import Core

/// Writes a calendar (RFC 5545, RFC 7986) piece by piece: `begin`, any number of events, `end`; `take` gives what is
/// there. A calendar without its end is one that was cut off, and every reader says so.
///
/// Times are in UTC. Each event is a pair of instants and nothing recurs, so a zone has nothing to add to when it is; and UTC
/// is the one form that Google, Apple and Outlook all read alike. Of a TZID Google looks at the name and not at the VTIMEZONE,
/// Outlook looks for one of its own zones that is like it, and who knows neither shows the wrong hour. The name of the event's
/// zone is kept in `X-LUMA-TIMEZONE`, which programs pass over and an import here can use.
///
/// There is no METHOD, as this is a state and not a message, and no ORGANIZER and no ATTENDEE: with those a program takes an
/// event for an invitation that waits for a reply, and whoever reads the file gets the hosts' addresses.
public struct ICSWriter: Sendable {
    private var output: [UInt8] = []
    private var line: [UInt8] = []

    public init() {}

    /// Begins the calendar.
    public mutating func begin(_ calendar: ICSCalendar) {
        write("BEGIN", "VCALENDAR")
        write("VERSION", "2.0")
        write(text: "PRODID", calendar.product)
        write("CALSCALE", "GREGORIAN")
        // Programs look for the name in one or the other.
        write(text: "NAME", calendar.name)
        write(text: "X-WR-CALNAME", calendar.name)
        if let refresh = calendar.refresh {
            write("REFRESH-INTERVAL;VALUE=DURATION", refresh.text)
            write("X-PUBLISHED-TTL", refresh.text)
        }
    }

    /// Adds an event.
    public mutating func add(_ event: ICSEvent) {
        write("BEGIN", "VEVENT")
        write(text: "UID", event.uid)
        write("DTSTAMP", Self.utc(event.stamp))
        write("DTSTART", Self.utc(event.start))
        if let end = event.end, end.seconds > event.start.seconds { write("DTEND", Self.utc(end)) }
        write(text: "SUMMARY", event.summary)
        if let description = event.description { write(text: "DESCRIPTION", description) }
        if let location = event.location { write(text: "LOCATION", location) }
        if let place = event.place {
            write("GEO", "\(Self.degrees(place.latitude));\(Self.degrees(place.longitude))")
        }
        if let url = event.url, Self.isURI(url) { write("URL", url) }
        write("STATUS", event.status.rawValue)
        if event.isPrivate { write("CLASS", "PRIVATE") }
        if let created = event.created { write("CREATED", Self.utc(created)) }
        if let modified = event.modified { write("LAST-MODIFIED", Self.utc(modified)) }
        if let sequence = event.sequence { write("SEQUENCE", String(sequence)) }
        if let zone = event.zone { write(text: "X-LUMA-TIMEZONE", zone) }
        if let fields = event.fields { write(text: "X-LUMA-FIELDS", fields) }
        write("END", "VEVENT")
    }

    /// Ends the calendar.
    public mutating func end() { write("END", "VCALENDAR") }

    /// What was written since it was last taken.
    public mutating func take() -> [UInt8] {
        defer { output = [] }
        return output
    }

    private mutating func write(_ name: StaticString, _ value: String) {
        line.removeAll(keepingCapacity: true)
        line += name.description.utf8
        line.append(UInt8(ascii: ":"))
        line += value.utf8
        ICSText.fold(line, into: &output)
    }

    private mutating func write(text name: StaticString, _ text: String) {
        line.removeAll(keepingCapacity: true)
        line += name.description.utf8
        line.append(UInt8(ascii: ":"))
        ICSText.append(text, to: &line)
        ICSText.fold(line, into: &output)
    }

    /// `20270701T230000Z`; a year outside 0000–9999 as the nearest instant that the form can hold.
    static func utc(_ instant: Timestamp) -> String {
        let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999
        let held = Timestamp(milliseconds: min(max(instant.milliseconds, range.lowerBound), range.upperBound))
        return held.rfc3339.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    }

    /// Six decimals are a tenth of a metre.
    static func degrees(_ value: Double) -> String {
        let millionths = Int((value * 1e6).rounded())
        let (whole, rest) = millionths.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        let decimals = String(1_000_000 + rest).dropFirst()
        return "\(millionths < 0 ? "-" : "")\(whole).\(decimals)"
    }

    /// A value of type URI is not escaped, so only what cannot end it is taken.
    private static func isURI(_ text: String) -> Bool {
        (text.hasPrefix("https://") || text.hasPrefix("http://")) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }
}

/// What iCalendar makes of texts and lines (RFC 5545 §3.1, §3.3.11).
enum ICSText {
    /// Octets of one line, its end not counted.
    static let maxOctets = 75

    /// The text as whoever reads the calendar sees it: every kind of line end is `\n`, and every other control character but
    /// the tab, which no property may hold, is a space. So no text can begin a line of its own, whatever a reader takes
    /// for the end of one.
    static func neutral(_ text: String) -> String {
        var output = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0a: if previous != "\r" { output.append("\n") }
            case 0x0d, 0x85, 0x2028, 0x2029: output.append("\n")
            case 0x09: output.append(scalar)
            case 0x00...0x1f, 0x7f...0x9f: output.append(" ")
            default: output.append(scalar)
            }
            previous = scalar
        }
        return String(output)
    }

    /// Appends a text as the value of a property.
    static func append(_ text: String, to line: inout [UInt8]) {
        for octet in neutral(text).utf8 {
            switch octet {
            case 0x0a: line += #"\n"#.utf8
            case UInt8(ascii: "\\"), UInt8(ascii: ";"), UInt8(ascii: ","):
                line.append(UInt8(ascii: "\\"))
                line.append(octet)
            default: line.append(octet)
            }
        }
    }

    /// Appends a line in parts that are short enough, none of which begins within a character.
    static func fold(_ line: [UInt8], into output: inout [UInt8]) {
        var start = 0
        var room = maxOctets
        while line.count - start > room {
            var end = start + room
            while line[end] & 0xc0 == 0x80 { end -= 1 }
            output += line[start..<end]
            output += "\r\n ".utf8
            start = end
            // The blank that marks a continuation counts.
            room = maxOctets - 1
        }
        output += line[start...]
        output += "\r\n".utf8
    }
}
