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

/// A date and a time of day as a wall clock shows them, without saying where: to the millisecond, in the proleptic
/// Gregorian calendar. A time zone makes an instant of it (`TimeZoneRules.resolve`).
public struct LocalDateTime: Sendable, Hashable, Comparable {
    /// Milliseconds from 1970-01-01T00:00 on the same clock, each day counted as 24 hours.
    public let milliseconds: Int64

    /// The date and time this many milliseconds after 1970-01-01T00:00 on the same clock.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// A date and time by its parts; nil when one is out of its range or the month has no such day. There is no
    /// second 60.
    public init?(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0
    ) {
        // A hundred thousand years leave room for every later addition.
        guard abs(year) <= 100_000, let date = CivilDate(year: year, month: month, day: day),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second),
            (0...999).contains(millisecond)
        else { return nil }
        let secondOfDay = (hour * 60 + minute) * 60 + second
        milliseconds = Int64(date.days) * 86_400_000 + Int64(secondOfDay * 1000 + millisecond)
    }

    public static func < (a: LocalDateTime, b: LocalDateTime) -> Bool { a.milliseconds < b.milliseconds }

    /// The day.
    public var date: CivilDate { CivilDate(days: Int(milliseconds.flooredQuotient(86_400_000))) }
    private var millisecondOfDay: Int { Int(milliseconds.flooredRemainder(86_400_000)) }
    /// 0–23.
    public var hour: Int { millisecondOfDay / 3_600_000 }
    /// 0–59.
    public var minute: Int { millisecondOfDay / 60_000 % 60 }
    /// 0–59.
    public var second: Int { millisecondOfDay / 1000 % 60 }
    /// 0–999.
    public var millisecond: Int { millisecondOfDay % 1000 }

    /// The instant at which a clock `secondsEast` of Greenwich shows this; saturates.
    public func timestamp(secondsEast: Int) -> Timestamp {
        Timestamp(milliseconds: milliseconds).advanced(milliseconds: -Int64(Int32(clamping: secondsEast)) * 1000)
    }
}

extension LocalDateTime {
    /// Reads `YYYY-MM-DDTHH:MM[:SS[.fraction]]`, without an offset; a fraction is cut to milliseconds.
    public init?(_ text: String) {
        guard text.utf8.count <= TimeText.longest else { return nil }
        var cursor = TimeText(text)
        guard let value = cursor.dateTime(), cursor.isAtEnd else { return nil }
        self = value
    }

    /// `2022-10-04T05:20:00.000`. A year outside 0000–9999, which the form cannot hold, is given as the nearest instant
    /// that it can.
    public var text: String {
        var output: [UInt8] = []
        append(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends `text` as ASCII.
    func append(to output: inout [UInt8]) {
        let value = LocalDateTime(milliseconds: min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999))
        let (year, month, day) = value.date.components
        output.append(decimal: year, width: 4)
        output.append(UInt8(ascii: "-"))
        output.append(decimal: month, width: 2)
        output.append(UInt8(ascii: "-"))
        output.append(decimal: day, width: 2)
        output.append(UInt8(ascii: "T"))
        value.appendTime(to: &output)
        output.append(UInt8(ascii: "."))
        output.append(decimal: value.millisecond, width: 3)
    }

    /// Appends `05:20:00`.
    func appendTime(to output: inout [UInt8]) {
        output.append(decimal: hour, width: 2)
        output.append(UInt8(ascii: ":"))
        output.append(decimal: minute, width: 2)
        output.append(UInt8(ascii: ":"))
        output.append(decimal: second, width: 2)
    }
}

extension LocalDateTime: CustomStringConvertible {
    public var description: String { text }
}
