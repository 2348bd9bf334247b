import Core
import Formats

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
