/// A time as a person types it, before a zone makes an instant of it.
///
/// | Text | Means |
/// |---|---|
/// | `2026-12-31T18:00Z`, `2026-12-31 18:00+01:00` | that instant |
/// | `2026-12-31 18:00`, `2026-12-31T18:00:30` | that time of the clock |
/// | `2026-12-31 6pm` | the same day, by a clock of twelve hours |
/// | `2026-12-31`, `today`, `tomorrow`, `friday` | a day |
/// | `today 18:00`, `tomorrow 6:30pm` | by today's date |
/// | `friday 19:30`, `fri 19:30` | the next one that is still to come |
/// | `18:00`, `6pm` | today, or tomorrow if that is over |
/// | `now` | this instant |
public enum NaturalTime: Sendable, Equatable {
    case instant(Timestamp)
    /// What the clock of some zone shows.
    case local(LocalDateTime)
    /// A day without a time.
    case day(CivilDate)

    /// What can be read, for an error.
    public static let expectation =
        "a time such as \"2026-12-31 18:00\", \"tomorrow 18:00\", \"friday 19:30\", \"6:30pm\" or 2026-12-31T18:00:00Z"

    /// The names of the days, from Sunday as `CivilDate.weekday` counts.
    public static let weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]

    /// Reads a text; nil when it is no time.
    /// - Parameters:
    ///   - now: the instant now.
    ///   - localNow: what a clock in the zone that is meant shows now.
    public init?(_ text: String, now: Timestamp, localNow: LocalDateTime) {
        guard text.utf8.count <= TimeText.longest, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let words = text.lowercased().split(separator: " ").map(String.init)
        guard let first = words.first, words.count <= 2 else { return nil }
        // With a T, or with a space in its place, and capital letters again.
        if let exact = Self.exact(words.joined(separator: "T")) {
            self = exact
            return
        }
        if words.count == 1 {
            if first == "now" {
                self = .instant(now)
            } else if let time = Self.timeOfDay(first) {
                let today = LocalDateTime(day: localNow.date, millisecond: time)
                self = .local(today > localNow ? today : LocalDateTime(day: localNow.date.next(1), millisecond: time))
            } else if let day = Self.day(first, localNow, time: nil) {
                self = .day(day)
            } else {
                return nil
            }
            return
        }
        guard let time = Self.timeOfDay(words[1]), let day = Self.day(first, localNow, time: time) else { return nil }
        self = .local(LocalDateTime(day: day, millisecond: time))
    }

    /// A date and a time in digits.
    private static func exact(_ text: String) -> NaturalTime? {
        let text = text.uppercased()
        if let instant = Timestamp(rfc3339: text) { return .instant(instant) }
        return LocalDateTime(text).map { .local($0) }
    }

    /// - Parameter time: the milliseconds of the day that are meant; today counts only if they are still to come.
    private static func day(_ word: String, _ now: LocalDateTime, time: Int64?) -> CivilDate? {
        switch word {
        case "today": return now.date
        case "tomorrow": return now.date.next(1)
        default: break
        }
        if let midnight = LocalDateTime(word + "T00:00") { return midnight.date }
        guard word.utf8.count >= 3, let weekday = weekdays.firstIndex(where: { $0 == word || $0.prefix(3) == word })
        else { return nil }
        let ahead = (weekday - now.date.weekday + 7) % 7
        let isOver = ahead == 0 && time.map { LocalDateTime(day: now.date, millisecond: $0) <= now } ?? true
        return now.date.next(isOver ? 7 : ahead)
    }

    /// `18:00`, `18:00:30`, `6pm`, `6:30pm`, as milliseconds of the day.
    private static func timeOfDay(_ word: String) -> Int64? {
        var digits = word[...]
        var half: Int?
        for (suffix, hours) in [("am", 0), ("pm", 12)] where word.hasSuffix(suffix) {
            (digits, half) = (word.dropLast(2), hours)
        }
        let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
        guard (half == nil ? 2...3 : 1...2).contains(parts.count),
            parts.allSatisfy({ (1...2).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            parts.dropFirst().allSatisfy({ $0.utf8.count == 2 })
        else { return nil }
        let numbers = parts.compactMap { Int($0) } + [0, 0]
        var hour = numbers[0]
        if let half {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + half
        }
        guard hour < 24, numbers[1] < 60, numbers[2] < 60 else { return nil }
        return Int64((hour * 60 + numbers[1]) * 60 + numbers[2]) * 1000
    }
}

extension CivilDate {
    /// The day so many days later.
    fileprivate func next(_ count: Int) -> CivilDate { CivilDate(days: days + count) }
}

extension LocalDateTime {
    /// A day, and so many milliseconds after its midnight.
    public init(day: CivilDate, millisecond: Int64) {
        self.init(milliseconds: Int64(day.days) * 86_400_000 + millisecond)
    }
}
