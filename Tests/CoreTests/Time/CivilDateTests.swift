import Core
import Testing

@Suite struct CivilDateTests {
    @Test(arguments: [
        (1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 2, 29, 11_016), (2000, 3, 1, 11_017), (1900, 3, 1, -25_508),
        (0, 1, 1, -719_528), (-1, 12, 31, -719_529), (9999, 12, 31, 2_932_896), (2011, 12, 30, 15_338),
    ])
    func aDateHasItsNumber(_ year: Int, _ month: Int, _ day: Int, _ days: Int) throws {
        let date = try #require(CivilDate(year: year, month: month, day: day))
        #expect(date.days == days)
        #expect(CivilDate(days: days).components == (year, month, day))
    }

    @Test(arguments: [
        (2022, 2, 29), (1900, 2, 29), (2022, 4, 31), (2022, 0, 1), (2022, 13, 1), (2022, 1, 0), (2022, 1, 32),
        (Int.max, 1, 1), (Int.min + 1, 1, 1),
    ])
    func aDateThatDoesNotExistIsRefused(_ year: Int, _ month: Int, _ day: Int) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    /// Walks day by day through more than a whole era of 400 years on each side of year 0, counting for itself.
    @Test func everyDayFollowsTheOneBefore() throws {
        var (year, month, day) = (-450, 1, 1)
        let first = try #require(CivilDate(year: year, month: month, day: day))
        for days in first.days..<first.days + 2 * 200_000 {
            let date = CivilDate(days: days)
            guard date.components == (year, month, day), CivilDate(year: year, month: month, day: day) == date else {
                Issue.record("\(days): \(date.components), expected \((year, month, day))")
                return
            }
            day += 1
            if day > CivilDate.daysIn(month: month, of: year) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    @Test(arguments: [(1970, 1, 1, 4), (1994, 11, 6, 0), (2000, 2, 29, 2), (1969, 12, 31, 3), (1, 1, 1, 1)])
    func theWeekdayIsKnown(_ year: Int, _ month: Int, _ day: Int, _ weekday: Int) {
        #expect(CivilDate(year: year, month: month, day: day)?.weekday == weekday)
    }
}

@Suite struct LocalDateTimeTests {
    @Test func partsComeBack() throws {
        let value = try #require(
            LocalDateTime(year: 1969, month: 7, day: 20, hour: 20, minute: 17, second: 40, millisecond: 7))
        #expect(value.date.components == (1969, 7, 20))
        #expect([value.hour, value.minute, value.second, value.millisecond] == [20, 17, 40, 7])
        #expect(value.text == "1969-07-20T20:17:40.007")
        #expect(LocalDateTime(value.text) == value)
    }

    @Test(arguments: [
        ("2022-10-04T05:20", "2022-10-04T05:20:00.000"), ("2022-10-04T05:20:01", "2022-10-04T05:20:01.000"),
        ("2022-10-04T05:20:01.9999", "2022-10-04T05:20:01.999"),
    ])
    func aTextIsRead(_ text: String, _ full: String) { #expect(LocalDateTime(text)?.text == full) }

    @Test(arguments: [
        "2022-10-04T05:20Z", "2022-10-04T05:20+02:00", "2022-10-04", "2022-10-04T5:20", "2022-10-04T05:20:",
        "2022-10-04T05:20:60", "2023-02-29T00:00", "2022-10-04T05:20:00.", "",
    ])
    func anyOtherTextIsRefused(_ text: String) { #expect(LocalDateTime(text) == nil) }

    @Test func partsOutOfRangeAreRefused() {
        #expect(LocalDateTime(year: 2022, month: 1, day: 1, hour: 24) == nil)
        #expect(LocalDateTime(year: 2022, month: 1, day: 1, minute: 60) == nil)
        #expect(LocalDateTime(year: 2022, month: 1, day: 1, second: 60) == nil)
        #expect(LocalDateTime(year: 2022, month: 1, day: 1, millisecond: 1000) == nil)
        #expect(LocalDateTime(year: 2022, month: 1, day: 1, hour: -1) == nil)
        #expect(LocalDateTime(year: 100_001, month: 1, day: 1) == nil)
    }

    @Test func offsetsThatMakeNoSenseDoNotTrap() {
        let value = LocalDateTime(milliseconds: .min)
        #expect(value.timestamp(secondsEast: .max).milliseconds == .min)
        #expect(Timestamp(milliseconds: .max).local(secondsEast: .max).milliseconds == .max)
        #expect(value.text == "0000-01-01T00:00:00.000")
    }
}
