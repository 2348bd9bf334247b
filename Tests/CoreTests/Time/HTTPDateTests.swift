import Core
import Testing

@Suite struct HTTPDateTests {
    @Test(
        arguments: [
            (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (1_709_251_199_999, "Thu, 29 Feb 2024 23:59:59 GMT"), (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_800_000, "Wed, 01 Mar 2000 00:00:00 GMT"), (4_107_542_400_000, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (-1000, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (.min, "Sat, 01 Jan 0000 00:00:00 GMT"), (.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] as [(Int64, String)])
    func anInstantIsWrittenAsIMFFixdate(_ milliseconds: Int64, _ text: String) {
        #expect(Timestamp(milliseconds: milliseconds).httpDate == text)
        #expect(Timestamp(milliseconds: milliseconds).httpDateBytes.count == 29)
    }

    @Test(
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Wed Nov 16 08:49:37 1994", 784_975_777),
            ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
        ] as [(String, Int64)])
    func allThreeFormsAreRead(_ text: String, _ seconds: Int64) {
        #expect(Timestamp(httpDate: text)?.milliseconds == seconds * 1000)
    }

    @Test(arguments: [
        "", "Sun", "Sun, 6 Nov 1994 08:49:37 GMT", "sun, 06 nov 1994 08:49:37 gmt", "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Sunday, 06 Nov 1994 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994", "Sun Nov  6 08:49:37 1994 GMT", "120", "Sun,06 Nov 1994 08:49:37 GMT",
    ])
    func anyOtherTextIsRefused(_ text: String) { #expect(Timestamp(httpDate: text) == nil) }

    @Test func twoDigitsMeanTheYearThatIsNotFarAhead() throws {
        let now = try #require(Timestamp(rfc3339: "2026-11-20T00:00Z"))
        #expect(Timestamp(httpDate: "Sunday, 06-Nov-94 08:49:37 GMT", now: now)?.rfc3339.prefix(4) == "1994")
        #expect(Timestamp(httpDate: "Friday, 01-Jan-27 00:00:00 GMT", now: now)?.rfc3339.prefix(4) == "2027")
        #expect(Timestamp(httpDate: "Wednesday, 01-Jan-75 00:00:00 GMT", now: now) == nil)
        #expect(Timestamp(httpDate: "Tuesday, 01-Jan-75 00:00:00 GMT", now: now)?.rfc3339.prefix(4) == "2075")
        #expect(Timestamp(httpDate: "Thursday, 01-Jan-76 00:00:00 GMT", now: now)?.rfc3339.prefix(4) == "1976")
    }

    @Test func whatIsWrittenReadsBack() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            let instant = Timestamp(milliseconds: .random(in: -62_167_219_200...253_402_300_799, using: &random) * 1000)
            #expect(Timestamp(httpDate: instant.httpDate) == instant)
        }
    }
}

@Suite struct ISODurationTests {
    @Test(arguments: [
        ("PT1H30M", 5400), ("P1DT12H30M", 131_400), ("PT0S", 0), ("PT90M", 5400), ("P2W", 1_209_600), ("P1D", 86_400),
        ("PT1S", 1), ("PT1H1S", 3601), ("P0D", 0), ("P10DT0H", 864_000), ("PT0036H", 129_600),
        ("P0Y0M0DT1H30M0S", 5400), ("P0Y0M1DT0H0M0S", 86_400), ("P0M1D", 86_400), ("P0Y", 0),
    ])
    func aTextIsALength(_ text: String, _ seconds: Int) { #expect(ISODuration(text)?.seconds == seconds) }

    @Test(arguments: [
        "", "P", "PT", "1H", "PT1", "P1", "PT1H30", "P1H", "PT1D", "P1Y", "P1M", "P1DT", "PT1M1H", "PT1H1H", "pt1h",
        "-PT1H", "PT-1H", "PT1.5H", "PT 1H", "PT1H ", "P1DT1HT1M", "P1W1D", "P1WT1H", "PT99999999999999999999S",
        "P9223372036854775807D", "PTH", "PT1X", "P1Y0M0DT1H0M0S",
        "P0Y1M0DT1H0M0S", "P0M0Y1D", "P0Y1W",
    ])
    func anyOtherTextIsRefused(_ text: String) { #expect(ISODuration(text) == nil) }

    @Test(arguments: [
        (0, "PT0S"), (1, "PT1S"), (60, "PT1M"), (3600, "PT1H"), (5400, "PT1H30M"), (86_400, "P1D"),
        (131_400, "P1DT12H30M"), (90_061, "P1DT1H1M1S"), (1_209_600, "P14D"),
    ])
    func aLengthIsWritten(_ seconds: Int, _ text: String) throws {
        let duration = try #require(ISODuration(seconds: seconds))
        #expect(duration.text == text)
        #expect(ISODuration(text) == duration)
    }

    @Test func thereIsNoNegativeLength() { #expect(ISODuration(seconds: -1) == nil) }
}
