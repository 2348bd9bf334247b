public import Core

/// Date and time as Luma's schema writes it: RFC 3339 with optional seconds and a mandatory offset.
public enum DateTimeText {
    /// The instant of a text that matches Luma's pattern, nil for any other. Digits past milliseconds are dropped.
    ///
    /// The calendar is checked (month lengths, leap years); hour 24, second 60 and a text without offset do not match.
    public static func instant(_ text: String) -> Timestamp? {
        var scanner = Scanner(bytes: Array(text.utf8))
        guard let year = scanner.number(4, 0...9999), scanner.take("-"), let month = scanner.number(2, 1...12),
            scanner.take("-"), let day = scanner.number(2, 1...daysIn(month, of: year)), scanner.take("T"),
            let hour = scanner.number(2, 0...23), scanner.take(":"), let minute = scanner.number(2, 0...59)
        else { return nil }
        var second = 0
        var millisecond = 0
        if scanner.take(":") {
            guard let value = scanner.number(2, 0...59) else { return nil }
            second = value
            if scanner.take(".") {
                guard let value = scanner.milliseconds() else { return nil }
                millisecond = value
            }
        }
        guard let offset = scanner.offsetMinutes(), scanner.isAtEnd else { return nil }
        let minutes = (daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute - offset
        return Timestamp(milliseconds: Int64((minutes * 60 + second) * 1000 + millisecond))
    }

    /// The text of an instant as Luma answers it: UTC with milliseconds, such as `2022-10-04T05:20:00.000Z`.
    ///
    /// Instants outside the years 0000 to 9999 are brought to the nearest one inside.
    public static func text(_ instant: Timestamp) -> String {
        let bounds = Timestamp(milliseconds: -62_167_219_200_000)...Timestamp(milliseconds: 253_402_300_799_999)
        let total = min(max(instant, bounds.lowerBound), bounds.upperBound).milliseconds + 62_167_219_200_000
        let (year, month, day) = date(daysSinceYearZero: Int(total / 86_400_000))
        let time = Int(total % 86_400_000)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(time / 3_600_000, 2))"
            + ":\(padded(time / 60_000 % 60, 2)):\(padded(time / 1000 % 60, 2)).\(padded(time % 1000, 3))Z"
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// The civil date of a day counted from 0000-01-01.
    private static func date(daysSinceYearZero days: Int) -> (year: Int, month: Int, day: Int) {
        // Counted from 1 March of the year -400, so that no division sees a negative number.
        let shifted = days + 146_097 - 60
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
        return (
            era * 400 + yearOfEra - 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }

    private static func daysIn(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar; the year is counted from March, so that a leap
    /// day is its last day.
    private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = year + (month > 2 ? 0 : -1) + 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468 - 146_097
    }
}

private struct Scanner {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, UInt32(bytes[position]) == character.value else { return false }
        position += 1
        return true
    }

    private mutating func digit() -> Int? {
        guard position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 else { return nil }
        position += 1
        return Int(bytes[position - 1] - 0x30)
    }

    mutating func number(_ width: Int, _ range: ClosedRange<Int>) -> Int? {
        var value = 0
        for _ in 0..<width {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return range.contains(value) ? value : nil
    }

    /// One digit or more after the point.
    mutating func milliseconds() -> Int? {
        guard var value = digit() else { return nil }
        var places = 1
        while let next = digit() {
            if places < 3 { value = value * 10 + next }
            places += 1
        }
        for _ in places..<max(3, places) { value *= 10 }
        return value
    }

    mutating func offsetMinutes() -> Int? {
        if take("Z") { return 0 }
        let sign = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0, let hours = number(2, 0...23), take(":"), let minutes = number(2, 0...59) else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
