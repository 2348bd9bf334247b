import Core
import Testing

@Suite struct NaturalTimeTests {
    /// A Wednesday, 15:30 on the clock that is meant and 14:30 UTC.
    private static let now = Timestamp(rfc3339: "2026-12-30T14:30:00Z")!
    private static let localNow = LocalDateTime("2026-12-30T15:30")!

    private func read(_ text: String) -> NaturalTime? {
        NaturalTime(text, now: Self.now, localNow: Self.localNow)
    }

    @Test(arguments: [
        ("2026-12-31 18:00", "2026-12-31T18:00"), ("2026-12-31T18:00:30", "2026-12-31T18:00:30"),
        ("2026-12-31t18:00", "2026-12-31T18:00"), ("2026-12-31  6pm", "2026-12-31T18:00"),
        ("2026-12-31 9:05", "2026-12-31T09:05"), ("2026-12-31 12am", "2026-12-31T00:00"),
        ("2026-12-31 12:15pm", "2026-12-31T12:15"), ("today 18:00", "2026-12-30T18:00"),
        ("today 09:00", "2026-12-30T09:00"), ("tomorrow 18:00", "2026-12-31T18:00"),
        ("Tomorrow 6PM", "2026-12-31T18:00"),
        ("friday 19:30", "2027-01-01T19:30"), ("fri 7:30pm", "2027-01-01T19:30"), ("tue 8:00", "2027-01-05T08:00"),
        ("wednesday 16:00", "2026-12-30T16:00"), ("wednesday 15:30", "2027-01-06T15:30"),
        ("wed 08:00", "2027-01-06T08:00"), ("18:00", "2026-12-30T18:00"), ("15:30", "2026-12-31T15:30"),
        ("8am", "2026-12-31T08:00"), ("18:00:15", "2026-12-30T18:00:15"), (" 18:00 ", "2026-12-30T18:00"),
    ])
    func timesOfAClock(text: String, expected: String) throws {
        #expect(read(text) == .local(try #require(LocalDateTime(expected))))
    }

    @Test(arguments: [
        ("2026-12-31T18:00Z", "2026-12-31T18:00:00Z"), ("2026-12-31 18:00+01:00", "2026-12-31T17:00:00Z"),
        ("2026-12-31t18:00:00z", "2026-12-31T18:00:00Z"), ("2026-12-31 18:00:00.5Z", "2026-12-31T18:00:00.500Z"),
        ("now", "2026-12-30T14:30:00Z"),
    ])
    func instants(text: String, expected: String) throws {
        #expect(read(text) == .instant(try #require(Timestamp(rfc3339: expected))))
    }

    @Test(arguments: [
        ("today", 2026, 12, 30), ("tomorrow", 2026, 12, 31), ("friday", 2027, 1, 1), ("wednesday", 2027, 1, 6),
        ("2027-02-28", 2027, 2, 28),
    ])
    func days(text: String, year: Int, month: Int, day: Int) throws {
        #expect(read(text) == .day(try #require(CivilDate(year: year, month: month, day: day))))
    }

    @Test(arguments: [
        "", " ", "soon", "24:00", "18:60", "18", "13pm", "0am", "6:5pm", "1:00:00pm", "2027-02-29", "2027-02-29 18:00",
        "fr 18:00", "fridayy 18:00", "tomorrow tomorrow", "tomorrow 18:00 now", "2026-12-31 18:00 +01:00", "١٨:٠٠",
        "now 18:00",
        "-1:00", "+6pm", "18:00\n", "\u{1b}[31m18:00", String(repeating: "1", count: 100),
    ])
    func noTime(text: String) { #expect(read(text) == nil) }

    /// Every beginning of what can be read is read or refused, and never stops the program.
    @Test(arguments: ["2026-12-31 18:00:30.123+01:00", "wednesday 11:59:59", "tomorrow 12:30pm"])
    func everyBeginning(text: String) {
        for length in 0...text.count { _ = read(String(text.prefix(length))) }
        #expect(read(text) != nil)
    }

    @Test(arguments: [
        ("2h", 7200), ("90m", 5400), ("1h30m", 5400), ("1d", 86_400), ("45s", 45), ("1:30", 5400), ("PT1H30M", 5400),
        ("pt2h", 7200), ("0:45", 2700), ("1D2H", 93_600),
    ])
    func lengths(text: String, seconds: Int) { #expect(NaturalDuration.seconds(text) == seconds) }

    @Test(arguments: [
        "", "0m", "2", "h", "2x", "30m1h", "1h1h", "1:60", "-1h", "1.5h", "99999999999999999999h",
        "9223372036854775807d",
        "P1Y", "1:3", "5000d",
    ])
    func noLength(text: String) { #expect(NaturalDuration.seconds(text) == nil) }
}
