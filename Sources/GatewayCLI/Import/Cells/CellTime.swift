import Core
import Formats

/// A time of day as tables show it: `19:00`, `7:00:00 PM`, `7pm`, `7 p.m.`, `19h30`, `19.30 Uhr`.
package enum CellTime {
    /// - Returns: milliseconds from midnight; nil for what is no time.
    package static func milliseconds(_ text: String) -> Int64? {
        var scanner = CellScanner(text)
        guard let time = take(&scanner), scanner.isAtEnd else { return nil }
        return time
    }

    /// Takes a time from where the scanner stands.
    package static func take(_ scanner: inout CellScanner) -> Int64? {
        guard let hour = scanner.digits(atMost: 2)?.value else { return nil }
        var minute: Int?
        var second = 0
        var fraction = 0
        if scanner.take("h") {
            minute = 0
            if let next = scanner.next, (0x30...0x39).contains(next) {
                guard let found = scanner.digits(atMost: 2), found.count == 2 else { return nil }
                minute = found.value
            }
        } else if let found = german(&scanner) {
            minute = found
        } else if scanner.take(":") {
            guard let found = scanner.digits(atMost: 2), found.count == 2 else { return nil }
            minute = found.value
            if scanner.take(":") {
                guard let found = scanner.digits(atMost: 2), found.count == 2 else { return nil }
                second = found.value
                if scanner.take(".") {
                    guard let found = scanner.digits(atMost: 9) else { return nil }
                    fraction = scaled(found.value, digits: found.count)
                }
            }
        }
        var half = scanner
        half.skipBlanks()
        if minute != nil, half.take("uhr") { scanner = half }
        let isMorning = half.take("a.m.") || half.take("am")
        let isEvening = !isMorning && (half.take("p.m.") || half.take("pm"))
        var hours = hour
        if isMorning || isEvening {
            guard (1...12).contains(hour) else { return nil }
            hours = hour % 12 + (isEvening ? 12 : 0)
            scanner = half
        } else if minute == nil {
            // A number alone is no time.
            return nil
        }
        guard hours < 24, minute ?? 0 < 60, second < 60 else { return nil }
        return Int64(((hours * 60 + (minute ?? 0)) * 60 + second) * 1000 + fraction)
    }

    /// `.30 Uhr` or ` Uhr`; without its word a point is that of a number.
    private static func german(_ scanner: inout CellScanner) -> Int? {
        var ahead = scanner
        var minute = 0
        if ahead.take(".") {
            guard let found = ahead.digits(atMost: 2), found.count == 2 else { return nil }
            minute = found.value
        }
        ahead.skipBlanks()
        guard ahead.take("uhr") else { return nil }
        scanner = ahead
        return minute
    }

    /// Milliseconds of the digits after the point.
    private static func scaled(_ value: Int, digits: Int) -> Int {
        var value = value
        for _ in digits..<max(digits, 3) { value *= 10 }
        for _ in 0..<max(0, digits - 3) { value /= 10 }
        return value
    }
}

/// A start and an end in one cell, as Notion and people write them: `July 1, 2027 7:00 PM → 9:00 PM`, `19:00–21:00`.
package enum CellRange {
    /// The surest first.
    private static let separators = ["→", " – ", " — ", " - ", "–", "—", "-", " bis ", " to ", " until ", " à ", " a "]

    /// - Returns: nil for a cell that says one thing, or that is no range.
    package static func parts(_ text: String) -> (start: String, end: String)? {
        if text.utf8.count > 200 || isMoment(text) || isFarInstant(text) { return nil }
        for separator in separators {
            for range in text.ranges(of: separator) {
                let parts = (
                    TableText.trimmed(String(text[..<range.lowerBound])),
                    TableText.trimmed(String(text[range.upperBound...]))
                )
                if isMoment(parts.0), isMoment(parts.1) { return parts }
            }
        }
        return nil
    }

    /// The texts of a cell that may be dates: its parts, or itself.
    package static func texts(_ text: String) -> [String] { parts(text).map { [$0.start, $0.end] } ?? [text] }

    private static func isMoment(_ text: String) -> Bool {
        CellDate(text) != nil || CellTime.milliseconds(text) != nil || isInstant(text)
            || LocalDateTime(TableTimes.withT(text)) != nil
    }

    /// No clock is more minutes from UTC, in either direction.
    package static let farthestOffset = 14 * 60

    /// Whether it is a date and a time with an offset that a clock has: what follows in `2027-07-01 19:00-21:00` is an end.
    package static func isInstant(_ text: String) -> Bool {
        offset(TableTimes.withT(text)).map { abs($0) <= farthestOffset } ?? false
    }

    /// Whether it is a date and a time with an offset that no clock has. Programs write a `T` before the time and people do not:
    /// without one, what follows a hyphen is an end.
    package static func isFarInstant(_ text: String) -> Bool {
        let written = TableTimes.withT(text)
        guard let offset = offset(written), abs(offset) > farthestOffset else { return false }
        return offset > 0 || written == text
    }

    /// The minutes from UTC of an instant as programs write it; nil for anything else.
    private static func offset(_ written: String) -> Int? {
        guard Timestamp(rfc3339: written) != nil else { return nil }
        let tail = Array(written.utf8.suffix(6))
        guard tail.count == 6, tail[0] == UInt8(ascii: "-") || tail[0] == UInt8(ascii: "+") else { return 0 }
        let digits = tail.map { Int($0) - 0x30 }
        let minutes = (digits[1] * 10 + digits[2]) * 60 + digits[4] * 10 + digits[5]
        return tail[0] == UInt8(ascii: "-") ? -minutes : minutes
    }
}
