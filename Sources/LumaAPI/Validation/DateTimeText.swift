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
