package import Core

/// A date as spreadsheets keep it: days from 1899-12-30, the time as their fraction.
///
/// What was cut to a few decimals cannot be known to the minute, and is refused rather than shifted.
package struct SerialDate: Equatable {
    /// Whole days; nil for a number under 1, which is a time alone.
    package let day: CivilDate?
    /// Milliseconds from midnight; nil for a whole number.
    package let time: Int64?

    package enum Reading: Equatable {
        case date(SerialDate)
        /// It was cut, and may be any time within these.
        case cut(from: String, to: String)
        /// It is no number, or none that is a date of this century.
        case none
    }

    /// - Parameter text: digits, and perhaps a point or a comma and decimals.
    package static func read(_ text: String) -> Reading {
        let parts = text.utf8.split(omittingEmptySubsequences: false) { $0 == 0x2e || $0 == 0x2c }
        guard (1...2).contains(parts.count), let whole = digits(parts[0], atMost: 5) else { return .none }
        guard whole == 0 || (36_526...73_050).contains(whole) else { return .none }
        let day = whole == 0 ? nil : CivilDate(days: whole - 25_569)
        guard parts.count == 2 else { return day == nil ? .none : .date(SerialDate(day: day, time: nil)) }
        guard parts[1].count <= 17, let fraction = digits(parts[1], atMost: 17) else { return .none }
        return time(fraction, decimals: parts[1].count, day)
    }

    private static func digits(_ text: Substring.UTF8View, atMost most: Int) -> Int? {
        guard !text.isEmpty, text.count <= most, text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static let minute = 60_000.0

    private static func time(_ fraction: Int, decimals: Int, _ day: CivilDate?) -> Reading {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let exact = Double(fraction) / scale * 86_400_000
        // Half of the last decimal, either way.
        let slack = 0.5 / scale * 86_400_000
        if decimals <= 3 {
            // As it is kept when it is short by itself: noon is .5, a quarter past three .635416….
            guard exact.truncatingRemainder(dividingBy: 5 * minute) == 0, fraction % 10 != 0 || decimals == 1 else {
                let first = max(0, (exact - slack) / minute)
                let last = min(1439, (exact + slack) / minute)
                return .cut(from: clock(Int(first.rounded(.up))), to: clock(Int(last.rounded(.down))))
            }
            return .date(SerialDate(day: day, time: Int64(exact)))
        }
        let nearest = (exact / minute).rounded() * minute
        let isWhole = abs(nearest - exact) <= max(slack, 500)
        let time = isWhole ? nearest : (exact / 1000).rounded() * 1000
        guard time < 86_400_000 else { return .none }
        guard isWhole || decimals >= 6 else {
            return .cut(from: clock(Int(exact / minute)), to: clock(Int(exact / minute) + 1))
        }
        return .date(SerialDate(day: day, time: Int64(time)))
    }

    private static func clock(_ minutes: Int) -> String {
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minutes / 60)):\(two(minutes % 60))"
    }
}
