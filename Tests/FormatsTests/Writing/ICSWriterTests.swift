import Core
import Testing

@testable import Formats

@Suite struct ICSWriterTests {
    /// The bytes as lines, which all must end with CRLF and be short enough.
    static func lines(_ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws -> [String] {
        var lines: [String] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let end = try #require(rest.firstIndex(of: 0x0d), sourceLocation: sourceLocation)
            try #require(rest.dropFirst(end - rest.startIndex + 1).first == 0x0a, sourceLocation: sourceLocation)
            #expect(end - rest.startIndex <= 75, sourceLocation: sourceLocation)
            // No part begins or ends within a character.
            lines.append(
                try #require(String(validating: rest[..<end], as: UTF8.self), sourceLocation: sourceLocation))
            rest = rest[(end + 2)...]
        }
        return lines
    }

    /// The lines put together again.
    static func unfolded(_ bytes: [UInt8]) throws -> [String] {
        // By octets: an accent at the place of a fold would make one character of the blank and itself.
        try lines(bytes).reduce(into: []) { lines, line in
            if line.utf8.first == UInt8(ascii: " "), let last = lines.popLast() {
                lines.append(last + String(line.unicodeScalars.dropFirst()))
            } else {
                lines.append(line)
            }
        }
    }

    /// What a reader makes of a TEXT, written here anew.
    static func unescaped(_ value: String) -> String {
        var output = String.UnicodeScalarView()
        var scalars = value.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "\\" else {
                output.append(scalar)
                continue
            }
            guard let escaped = scalars.next() else { return "(a lone backslash)" }
            output.append(escaped == "n" || escaped == "N" ? "\n" : escaped)
        }
        return String(output)
    }

    /// The value of the summary.
    static func summary(_ lines: [String]) throws -> String {
        let line = try #require(lines.first { $0.utf8.starts(with: "SUMMARY:".utf8) })
        return String(line.unicodeScalars.dropFirst(8))
    }

    static func event(_ summary: String = "Tea") -> ICSEvent {
        ICSEvent(
            uid: "evt-1@luma.com", stamp: Timestamp(milliseconds: 1_700_000_000_999),
            start: Timestamp(milliseconds: 1_800_014_400_000), summary: summary)
    }

    private func written(_ event: ICSEvent) throws -> [String] {
        var writer = ICSWriter()
        writer.add(event)
        return try Self.unfolded(writer.take())
    }

    @Test func aCalendarIsWrittenInPieces() throws {
        var writer = ICSWriter()
        writer.begin(ICSCalendar(product: "-//a//b//EN", name: "One, two", refresh: ISODuration(seconds: 3600)))
        let head = try Self.unfolded(writer.take())
        #expect(
            head == [
                "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//a//b//EN", "CALSCALE:GREGORIAN", #"NAME:One\, two"#,
                #"X-WR-CALNAME:One\, two"#, "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
            ])
        #expect(writer.take().isEmpty)
        writer.end()
        #expect(try Self.unfolded(writer.take()) == ["END:VCALENDAR"])
        writer.begin(ICSCalendar(product: "p", name: "n"))
        #expect(try Self.unfolded(writer.take()).allSatisfy { !$0.contains("PT") })
    }

    @Test func anEventHasWhatIsKnownOfIt() throws {
        #expect(
            try written(Self.event()) == [
                "BEGIN:VEVENT", "UID:evt-1@luma.com", "DTSTAMP:20231114T221320Z", "DTSTART:20270115T120000Z",
                "SUMMARY:Tea", "STATUS:CONFIRMED", "END:VEVENT",
            ])
        var full = Self.event()
        full.end = Timestamp(milliseconds: 1_800_018_000_000)
        full.description = "One\ntwo; three, four\\five"
        full.location = "Rooftop"
        full.place = ICSEvent.Place(latitude: 40.7, longitude: -73.98)
        full.url = "https://luma.com/tea"
        full.status = .tentative
        full.created = Timestamp(milliseconds: 0)
        full.modified = Timestamp(milliseconds: 1000)
        full.zone = "America/New_York"
        let lines = try written(full)
        for line in [
            "DTEND:20270115T130000Z", #"DESCRIPTION:One\ntwo\; three\, four\\five"#, "LOCATION:Rooftop",
            "GEO:40.700000;-73.980000", "URL:https://luma.com/tea", "STATUS:TENTATIVE", "CREATED:19700101T000000Z",
            "LAST-MODIFIED:19700101T000001Z", "X-LUMA-TIMEZONE:America/New_York",
        ] { #expect(lines.contains(line), "\(line)") }
    }

    @Test(arguments: [
        "javascript:alert(1)", "https://a.example/\r\nATTENDEE:x", "https://a.example/ b", "https://ä.example", "",
    ])
    func aURLThatCouldEndItsLineIsLeftOut(url: String) throws {
        var event = Self.event()
        event.url = url
        #expect(try written(event).allSatisfy { !$0.hasPrefix("URL") && !$0.hasPrefix("ATTENDEE") })
    }

    @Test(arguments: [0, -1, Int64.min, 999]) func anEndThatIsNotAfterTheStartIsLeftOut(span: Int64) throws {
        var event = Self.event()
        event.end = event.start.advanced(milliseconds: span)
        #expect(try written(event).allSatisfy { !$0.hasPrefix("DTEND") })
    }

    @Test(arguments: [
        (Int64.min, "00000101T000000Z"), (.max, "99991231T235959Z"), (-1, "19691231T235959Z"),
        (253_402_300_799_999, "99991231T235959Z"),
    ])
    func everyInstantHasAForm(milliseconds: Int64, text: String) {
        #expect(ICSWriter.utc(Timestamp(milliseconds: milliseconds)) == text)
    }

    @Test(arguments: [
        (0, "0.000000"), (-0.0000001, "0.000000"), (-0.5, "-0.500000"), (52.5200066, "52.520007"),
        (-179.9999999, "-180.000000"), (1e-6, "0.000001"),
    ])
    func degreesAreDecimals(value: Double, text: String) { #expect(ICSWriter.degrees(value) == text) }

    @Test(arguments: [(91, 0), (0, 181), (.nan, 0), (0, -.infinity)] as [(Double, Double)])
    func whatIsNoPlaceIsNone(latitude: Double, longitude: Double) {
        #expect(ICSEvent.Place(latitude: latitude, longitude: longitude) == nil)
    }

    // MARK: Texts

    @Test(arguments: [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"), ("a\u{85}b\u{2028}c\u{2029}d", "a\nb\nc\nd"),
        ("\0\u{1}\u{1b}[2J\u{7f}", "   [2J "),
        ("a\tb", "a\tb"), ("\u{b}\u{c}\u{1c}\u{1d}\u{1e}", "     "), ("\r\r\n\n", "\n\n\n"),
        ("BEGIN:VEVENT\r\nEND:VEVENT", "BEGIN:VEVENT\nEND:VEVENT"),
    ])
    func controlCharactersAreMadeHarmless(text: String, seen: String) throws {
        #expect(Self.unescaped(try Self.summary(written(Self.event(text)))) == seen)
    }

    /// Whatever a text is, its lines are short, hold whole characters, and give it back.
    @Test func randomTextsComeBack() throws {
        var random = SeededGenerator(seed: 20)
        let alphabet = Array("ab ,;:\\\"nN\n\r\t\0\u{7f}äß€漢😀👩‍👩‍👧\u{301}\u{2028}\u{feff}'=".unicodeScalars)
        for length in 0..<400 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<length {
                scalars.append(alphabet[Int(random.next() % UInt64(alphabet.count))])
            }
            let text = String(scalars)
            var event = Self.event(text)
            event.description = text
            let lines = try written(event)
            #expect(lines.count == 8)
            let seen = ICSText.neutral(text)
            let read = Self.unescaped(try Self.summary(lines))
            #expect(read.unicodeScalars.elementsEqual(seen.unicodeScalars))
            #expect(seen.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f || $0 == "\n" || $0 == "\t" })
        }
    }

    /// A character at each place around the fold.
    @Test(arguments: ["x", "ä", "€", "😀"]) func noCharacterIsCut(character: String) throws {
        for length in 55...80 {
            let text = String(repeating: "a", count: length) + String(repeating: character, count: 80)
            #expect(try Self.summary(written(Self.event(text))) == text)
        }
    }
}
