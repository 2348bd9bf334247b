package import Core
import Formats

/// A date, or a date and a time, as tables show it. What three numbers mean is not decided here: a column has one order.
package struct CellDate: Equatable {
    /// The day, or the days that three numbers may be.
    package enum Day: Equatable {
        case known(CivilDate)
        /// By order, for each that makes a day of the numbers; empty when none does.
        case open([DateOrder: CivilDate])
    }

    package let day: Day
    /// Milliseconds from midnight; nil for a date alone.
    package let time: Int64?
    /// Minutes east of UTC, where a time says so; whether any clock shows such a time is not decided here.
    package let offset: Int?

    /// Reads `2027-07-01`, `01/07/2027 19:00`, `7/1/27, 7:00 PM`, `1.7.2027`, `July 1, 2027 at 7pm`, `Thu, 1-Jul-27`,
    /// `Do, 1. Juli 2027 um 19 Uhr`, `14 juillet 2027 19h30`, `July 1, 2027 7:00 PM (GMT+2)`.
    /// - Returns: nil for what is no date.
    package init?(_ text: String) {
        let beginning = CellScanner(text)
        // `mar` is a month first, and a weekday in another language when that gives no date.
        if let date = CellDate(beginning, { Self.number($0, in: NaturalTime.weekdays) })
            ?? CellDate(beginning, { CalendarWords.weekdays[$0] })
        {
            self = date
        } else {
            return nil
        }
    }

    /// - Parameter weekdays: the number of a weekday's name, from 0 for Sunday.
    private init?(_ beginning: CellScanner, _ weekdays: (String) -> Int?) {
        var scanner = beginning
        let weekday = Self.weekday(&scanner, weekdays)
        guard let found = Self.day(&scanner) else { return nil }
        day = Self.falling(on: weekday, found)
        if scanner.isAtEnd {
            (self.time, self.offset) = (nil, nil)
            return
        }
        guard Self.passToTime(&scanner), let time = CellTime.take(&scanner) else { return nil }
        if scanner.isAtEnd {
            (self.time, self.offset) = (time, nil)
            return
        }
        guard let offset = Self.offset(&scanner), scanner.isAtEnd else { return nil }
        (self.time, self.offset) = (time, offset)
    }

    /// The orders that make a day of it; all for one that needs none.
    package var orders: DateOrder {
        switch day {
        case .known: .all
        case .open(let days): days.keys.reduce(into: []) { $0.formUnion($1) }
        }
    }

    /// The day in this order of numbers; nil when the numbers make none in it.
    package func day(_ order: DateOrder) -> CivilDate? {
        switch day {
        case .known(let day): day
        case .open(let days): days[order]
        }
    }

    /// Whether another of these orders makes another day of it.
    package func isAmbiguous(among orders: DateOrder) -> Bool {
        guard case .open(let days) = day else { return false }
        return Set(days.filter { orders.contains($0.key) }.values).count > 1
    }

    // MARK: Reading

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    /// The number of a name, or of what it begins with: `jul`, `sept`.
    private static func number(_ word: String, in names: [String]) -> Int? {
        word.utf8.count < 3 ? nil : names.firstIndex { $0.hasPrefix(word) }
    }

    /// `Thu, ` or `Thursday `; passes over it.
    private static func weekday(_ scanner: inout CellScanner, _ weekdays: (String) -> Int?) -> Int? {
        var ahead = scanner
        guard let found = weekdays(ahead.word()) else { return nil }
        _ = ahead.take(".")
        _ = ahead.take(",")
        ahead.skipBlanks()
        scanner = ahead
        return found
    }

    /// ` UTC`, ` (GMT+2)`, ` (UTC-03:30)`.
    private static func offset(_ scanner: inout CellScanner) -> Int? {
        scanner.skipBlanks()
        let isInBrackets = scanner.take("(")
        guard scanner.take("utc") || scanner.take("gmt") else { return nil }
        var minutes = 0
        let isEast = scanner.take("+")
        if isEast || scanner.take("-") || scanner.take("\u{2212}") {
            guard let hours = scanner.digits(atMost: 2)?.value else { return nil }
            minutes = hours * 60
            if scanner.take(":") {
                guard let found = scanner.digits(atMost: 2), found.count == 2, found.value < 60 else { return nil }
                minutes += found.value
            }
            if !isEast { minutes = -minutes }
        }
        return isInBrackets && !scanner.take(")") ? nil : minutes
    }

    private static func month(_ word: String) -> Int? { number(word, in: months) ?? CalendarWords.months[word] }

    /// Days of another weekday than is said are not meant.
    private static func falling(on weekday: Int?, _ day: Day) -> Day {
        guard let weekday else { return day }
        switch day {
        case .known(let date): return date.weekday == weekday ? day : .open([:])
        case .open(let days): return .open(days.filter { $0.value.weekday == weekday })
        }
    }

    private static func day(_ scanner: inout CellScanner) -> Day? {
        if let next = scanner.next, (0x61...0x7a).contains(next) { return monthFirst(&scanner) }
        guard let first = scanner.digits(atMost: 4) else { return nil }
        var named = scanner
        if let day = monthSecond(&named, first) {
            scanner = named
            return day
        }
        guard let separator = ["/", "-", "."].first(where: { scanner.take($0) }) else { return nil }
        scanner.skipBlanks()
        guard let second = scanner.digits(atMost: 2), scanner.take(separator) else { return nil }
        scanner.skipBlanks()
        guard let third = scanner.digits(atMost: 4) else { return nil }
        if first.count == 4 {
            guard third.count <= 2 else { return nil }
            // Nobody writes the day before the month after a year.
            return CivilDate(year: first.value, month: second.value, day: third.value).map(Day.known) ?? .open([:])
        }
        guard first.count <= 2, third.count == 4 || third.count == 2 || third.count == 1 else { return nil }
        guard let year = year(third) else { return nil }
        var days: [DateOrder: CivilDate] = [:]
        days[.dmy] = CivilDate(year: year, month: second.value, day: first.value)
        days[.mdy] = CivilDate(year: year, month: first.value, day: second.value)
        if third.count == 2, first.count == 2 {
            days[.ymd] = CivilDate(year: 2000 + first.value, month: second.value, day: third.value)
        }
        return .open(days)
    }

    /// Two digits are of this century.
    private static func year(_ digits: (value: Int, count: Int)) -> Int? {
        digits.count == 4 ? digits.value : digits.count == 2 ? 2000 + digits.value : nil
    }

    /// `July 1, 2027`.
    private static func monthFirst(_ scanner: inout CellScanner) -> Day? {
        guard let month = month(scanner.word()) else { return nil }
        _ = scanner.take(".")
        scanner.skipBlanks()
        guard let day = scanner.digits(atMost: 2) else { return nil }
        passOrdinal(&scanner)
        _ = scanner.take(",")
        scanner.skipBlanks()
        guard let year = scanner.digits(atMost: 4).flatMap(year) else { return nil }
        return CivilDate(year: year, month: month + 1, day: day.value).map(Day.known) ?? .open([:])
    }

    /// `1 July 2027`, `1-Jul-27`, of which the first number was read.
    private static func monthSecond(_ scanner: inout CellScanner, _ day: (value: Int, count: Int)) -> Day? {
        guard day.count <= 2 else { return nil }
        passOrdinal(&scanner)
        _ = scanner.take(".")
        _ = scanner.take("-") || scanner.take("/")
        scanner.skipBlanks()
        _ = scanner.take("de ")
        guard let month = month(scanner.word()) else { return nil }
        _ = scanner.take(".")
        _ = scanner.take(",") || scanner.take("-") || scanner.take("/")
        scanner.skipBlanks()
        _ = scanner.take("de ") || scanner.take("del ")
        guard let year = scanner.digits(atMost: 4).flatMap(year) else { return nil }
        return CivilDate(year: year, month: month + 1, day: day.value).map(Day.known) ?? .open([:])
    }

    private static func passOrdinal(_ scanner: inout CellScanner) {
        _ = ["st", "nd", "rd", "th", "er"].first { scanner.take($0) }
    }

    /// What stands between a date and a time: a blank, a comma, `T`, a word.
    private static func passToTime(_ scanner: inout CellScanner) -> Bool {
        let before = scanner.text.utf8.count
        _ = scanner.take(",") || scanner.take("t")
        scanner.skipBlanks()
        // `at`, `um`, `à`, `a las`.
        if ["at ", "um ", "a las ", "a "].contains(where: { scanner.take($0) }) { scanner.skipBlanks() }
        return scanner.text.utf8.count < before
    }
}

/// A date as spreadsheets keep it: days from 1899-12-30, the time as their fraction.
///
/// What was cut to a few decimals cannot be known to the minute, and is refused rather than shifted.
package struct SerialDate: Equatable {
    /// Whole days; nil for a number under 1, which is a time alone.
    package let day: CivilDate?
    /// Milliseconds from midnight; nil for a whole number.
    package let time: Int64?

    /// What a number in a cell is as a date.
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

/// In which order a date of three numbers is written.
package struct DateOrder: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Day, month, year.
    package static let dmy = DateOrder(rawValue: 1)
    /// Month, day, year.
    package static let mdy = DateOrder(rawValue: 2)
    /// Year, month, day.
    package static let ymd = DateOrder(rawValue: 4)
    /// Every order.
    package static let all: DateOrder = [.dmy, .mdy, .ymd]

    /// Each order and the word of `--date-format` for it.
    package static let words: [(word: String, order: DateOrder)] = [("dmy", .dmy), ("mdy", .mdy), ("ymd", .ymd)]

    package var isOne: Bool { rawValue.nonzeroBitCount == 1 }

    /// `dmy or mdy`.
    package var shown: String { Self.words.filter { contains($0.order) }.map(\.word).joined(separator: " or ") }
}
