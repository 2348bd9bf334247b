import Core
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00Z", 0), ("1970-01-01T00:00:00Z", 0), ("2022-10-04T05:20:00.000Z", 1_664_860_800_000),
            ("2022-10-04T05:20Z", 1_664_860_800_000), ("2022-10-04T07:20:00+02:00", 1_664_860_800_000),
            ("2022-10-04T00:50-04:30", 1_664_860_800_000), ("2022-10-04T05:20:00-00:00", 1_664_860_800_000),
            ("2022-10-04T05:20:00.1Z", 1_664_860_800_100), ("2022-10-04T05:20:00.12Z", 1_664_860_800_120),
            ("2022-10-04T05:20:00.1239999999Z", 1_664_860_800_123), ("1969-12-31T23:59:59.999Z", -1),
            ("1969-12-31T23:59:59.9999Z", -1), ("0000-01-01T00:00Z", -62_167_219_200_000),
            ("0000-02-29T00:00Z", -62_162_121_600_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
            ("2000-02-29T00:00Z", 951_782_400_000), ("2024-02-29T12:00+23:59", 1_709_121_660_000),
            ("2022-10-04T23:59:59.5-23:59", 1_664_927_999_500 + 86_340_000),
        ] as [(String, Int64)])
    func aValidTextIsAnInstant(_ text: String, _ milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2022", "2022-10-04", "2022-10-04T05:20", "2022-10-04T05:20:00", "2022-10-04 05:20:00Z",
        "2022-10-04t05:20:00Z", "2022-10-04T05:20:00z", "2022-10-04T05:20:00.Z", "2022-10-04T05:20.5Z",
        "2022-10-04T05:20:00,5Z", "2022-10-04T05:20:60Z", "2022-10-04T24:00:00Z", "2022-10-04T05:60:00Z",
        "2022-13-04T05:20:00Z", "2022-00-04T05:20:00Z", "2022-10-00T05:20:00Z", "2022-10-32T05:20:00Z",
        "2022-02-29T05:20:00Z", "1900-02-29T00:00Z", "2100-02-29T00:00Z", "2022-04-31T05:20Z",
        "2022-10-04T05:20:00+2:00",
        "2022-10-04T05:20:00+0200", "2022-10-04T05:20:00+02", "2022-10-04T05:20:00+24:00", "2022-10-04T05:20:00+02:60",
        "2022-10-04T05:20:00Z ", " 2022-10-04T05:20:00Z", "2022-10-04T05:20:00ZZ", "22-10-04T05:20:00Z",
        "+2022-10-04T05:20:00Z", "-2022-10-04T05:20:00Z", "2022-1-04T05:20:00Z", "2022-10-04T5:20:00Z",
        "２022-10-04T05:20:00Z", "2022-10-04T05:20:00+02:00[Europe/Paris]",
        "2022-10-04T05:20:00." + String(repeating: "1", count: 60) + "Z",
    ])
    func anyOtherTextIsRefused(_ text: String) { #expect(Timestamp(rfc3339: text) == nil) }

    @Test func everyPrefixIsRefused() {
        let text = "2022-10-04T05:20:00.123+02:00"
        for end in 0..<text.count { #expect(Timestamp(rfc3339: String(text.prefix(end))) == nil) }
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_664_860_800_000, "2022-10-04T05:20:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (-62_167_219_200_001, "0000-01-01T00:00:00.000Z"),
            (253_402_300_800_000, "9999-12-31T23:59:59.999Z"), (.min, "0000-01-01T00:00:00.000Z"),
            (.max, "9999-12-31T23:59:59.999Z"), (951_782_400_007, "2000-02-29T00:00:00.007Z"),
        ] as [(Int64, String)])
    func anInstantIsWrittenAsLumaWritesIt(_ milliseconds: Int64, _ text: String) {
        #expect(Timestamp(milliseconds: milliseconds).rfc3339 == text)
    }

    @Test(arguments: [
        (0, "2022-10-04T05:20:00.000+00:00"), (120, "2022-10-04T07:20:00.000+02:00"),
        (-330, "2022-10-03T23:50:00.000-05:30"), (1439, "2022-10-05T05:19:00.000+23:59"),
        (9999, "2022-10-05T05:19:00.000+23:59"), (.min, "2022-10-03T05:21:00.000-23:59"),
    ])
    func anOffsetIsWrittenOut(_ minutes: Int, _ text: String) {
        let instant = Timestamp(milliseconds: 1_664_860_800_000)
        #expect(instant.rfc3339(offsetMinutes: minutes) == text)
        #expect(Timestamp(rfc3339: text) == instant)
    }

    @Test func whatIsWrittenReadsBack() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<5000 {
            let instant = Timestamp(
                milliseconds: .random(in: -62_167_219_200_000...253_402_300_799_999, using: &random))
            #expect(Timestamp(rfc3339: instant.rfc3339) == instant)
        }
    }

    @Test func arithmeticSaturates() {
        let zero = Timestamp(milliseconds: 0)
        #expect(zero.advanced(seconds: 1.5).milliseconds == 1500)
        #expect(zero.advanced(seconds: -0.001).milliseconds == -1)
        #expect(zero.advanced(seconds: .infinity).milliseconds == .max)
        #expect(zero.advanced(seconds: .nan).milliseconds == .max)
        #expect(zero.advanced(seconds: -.infinity).milliseconds == .min)
        #expect(Timestamp(milliseconds: .max).advanced(milliseconds: 1).milliseconds == .max)
        #expect(Timestamp(milliseconds: .min).advanced(milliseconds: -1).milliseconds == .min)
        #expect(Timestamp(milliseconds: .max).seconds(since: Timestamp(milliseconds: .min)) > 1.8e16)
        #expect(Timestamp(milliseconds: 500).seconds(since: Timestamp(milliseconds: 2000)) == -1.5)
        #expect(Timestamp(milliseconds: -1).seconds == -1)
        #expect(Timestamp(milliseconds: 1999).seconds == 1)
    }
}

@Suite struct MonotonicTimeTests {
    @Test func arithmeticSaturates() {
        let one = MonotonicTime(nanoseconds: 1)
        #expect(one.advanced(seconds: 2).nanoseconds == 2_000_000_001)
        #expect(one.advanced(seconds: -2).nanoseconds == -1_999_999_999)
        #expect(one.advanced(seconds: 1e300).nanoseconds == .max)
        #expect(one.advanced(seconds: .infinity).nanoseconds == .max)
        #expect(one.advanced(seconds: -.infinity).nanoseconds == .min)
        #expect(one.advanced(seconds: .nan).nanoseconds == .max)
        #expect(MonotonicTime(nanoseconds: .max - 5).advanced(seconds: 1).nanoseconds == .max)
        #expect(MonotonicTime(nanoseconds: .min + 5).advanced(seconds: -1).nanoseconds == .min)
        #expect(MonotonicTime(nanoseconds: .max).seconds(since: MonotonicTime(nanoseconds: .min)) > 1.8e10)
        #expect(one.advanced(seconds: 3).seconds(since: one) == 3)
    }

    @Test(
        arguments: [
            (5, 5, 0), (4, 5, 0), (6, 5, 1), (1_000_005, 5, 1), (1_000_006, 5, 2), (.max, 0, .max), (.min, 0, 0),
            (.min, .max, 0), (.max, .min, .max), (0, .min, .max), (.min, 1, 0), (.max, 1, .max), (-1, .min, .max),
        ] as [(Int64, Int64, Int32)]) func waitsAreRoundedUpAndSaturate(due: Int64, now: Int64, milliseconds: Int32)
    {
        let due = MonotonicTime(nanoseconds: due)
        #expect(due.waitMilliseconds(from: MonotonicTime(nanoseconds: now)) == milliseconds)
    }
}
