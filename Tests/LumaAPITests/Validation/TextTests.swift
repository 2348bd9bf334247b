import Core
import LumaAPI
import Testing

struct DateTimeTextTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00.000Z", 0 as Int64),
        ("2022-10-19T03:27:13.673Z", 1_666_150_033_673),
        ("2022-10-04T05:20Z", 1_664_860_800_000),
        ("2022-10-04T05:20:00.5+02:00", 1_664_853_600_500),
        ("2022-10-04T05:20:00.1239-00:30", 1_664_862_600_123),
        ("2000-02-29T23:59:59Z", 951_868_799_000),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000),
        ("1969-12-31T23:59:59.999Z", -1),
        ("0000-03-01T00:00:00Z", -62_162_035_200_000),
        ("0000-01-01T00:00:00Z", -62_167_219_200_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("2026-05-01T00:00:00+23:59", 1_777_507_260_000),
    ])
    func reads(_ text: String, _ milliseconds: Int64) {
        #expect(DateTimeText.instant(text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(arguments: [
        "", "2022-10-04", "2022-10-04T05:20:00", "2022-10-04 05:20:00Z", "2022-10-04t05:20:00Z", "2022-10-04T05:20:00z",
        "2022-13-04T05:20:00Z", "2022-00-04T05:20:00Z", "2022-10-00T05:20:00Z", "2022-10-32T05:20:00Z",
        "2022-04-31T05:20:00Z", "2023-02-29T05:20:00Z", "1900-02-29T05:20:00Z", "2022-10-04T24:00:00Z",
        "2022-10-04T05:60:00Z", "2022-10-04T05:20:60Z", "2022-10-04T05:20:00.Z", "2022-10-04T05:20:00+0200",
        "2022-10-04T05:20:00+24:00", "2022-10-04T05:20:00+02", "2022-10-04T05:20:00ZZ", " 2022-10-04T05:20:00Z",
        "22-10-04T05:20:00Z", "+2022-10-04T05:20:00Z", "２022-10-04T05:20:00Z", "2022-10-04T5:20:00Z",
    ])
    func refuses(_ text: String) {
        #expect(DateTimeText.instant(text) == nil)
    }

    @Test func aLongFractionIsCut() {
        #expect(
            DateTimeText.instant("1970-01-01T00:00:00.00" + String(repeating: "9", count: 100_000) + "Z")
                == Timestamp(milliseconds: 9))
    }
}

struct DurationTextTests {
    @Test(arguments: [
        ("PT1H30M", 5400), ("P1DT12H30M", 131_400), ("PT0M", 0), ("P7D", 604_800), ("P1W", 604_800), ("-PT10M", -600),
        ("PT90S", 90), ("P1W2DT3H4M5S", 788_645),
    ])
    func reads(_ text: String, _ seconds: Int) {
        #expect(DurationText.seconds(text) == seconds)
    }

    @Test(arguments: [
        "", "P", "PT", "-", "P1DT", "1H", "PT1", "PTH", "P1H", "PT1D", "PT1M1H", "PT1H1H", "P1M", "P1Y", "PT1.5H",
        "PT1HT1M", "--PT1H", "PT1H ", "pt1h", "PT9999999999H",
    ])
    func refuses(_ text: String) {
        #expect(DurationText.seconds(text) == nil)
    }

    @Test(arguments: [
        (0, "PT0M"), (60, "PT1M"), (3600, "PT1H"), (5400, "PT1H30M"), (86_400, "P1D"), (131_400, "P1DT12H30M"),
        (-600, "-PT10M"), (45, "PT45S"),
    ])
    func writes(_ seconds: Int, _ text: String) {
        #expect(DurationText.text(seconds: seconds) == text)
        #expect(DurationText.seconds(text) == seconds)
    }
}
