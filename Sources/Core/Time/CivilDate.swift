/// A day of the proleptic Gregorian calendar: the calendar of RFC 3339 and of time zone rules.
public struct CivilDate: Sendable, Hashable, Comparable {
    /// Days since 1970-01-01; negative before.
    public let days: Int

    /// The day this many days after 1970-01-01.
    public init(days: Int) { self.days = days }

    /// The day of this year, month (1–12) and day of the month; nil when there is no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard abs(year) <= Self.lastYear, (1...12).contains(month), day >= 1,
            day <= Self.daysIn(month: month, of: year)
        else { return nil }
        days = Self.days(year: year, month: month, day: day)
    }

    public static func < (a: CivilDate, b: CivilDate) -> Bool { a.days < b.days }

    /// Bounds the arithmetic on years, well past all that a `Timestamp` can reach.
    static let lastYear = 400_000_000

    /// Whether the year has a 29 February.
    public static func isLeap(year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// The length of a month (1–12).
    public static func daysIn(month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year: year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The year, the month (1–12) and the day of the month (1–31).
    public var components: (year: Int, month: Int, day: Int) {
        // Years are counted from 1 March, so that the leap day is the last of its year, and in eras of 400 years, which
        // all have 146,097 days.
        let shifted = days + Self.daysFromMarch0000To1970
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// 0 for Sunday to 6 for Saturday.
    public var weekday: Int { (days + 4).flooredRemainder(7) }

    private static let daysFromMarch0000To1970 = 719_468

    /// The inverse of `components`, for a date that exists.
    static func days(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.flooredQuotient(400)
        let yearOfEra = shiftedYear - era * 400
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - daysFromMarch0000To1970
    }
}
