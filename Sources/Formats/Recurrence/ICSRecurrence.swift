/// On which dates something repeats: the value of RRULE (RFC 5545 §3.3.10).
///
/// Read are those parts with which people's calendars write series of days: FREQ from DAILY to YEARLY, INTERVAL, COUNT, UNTIL,
/// BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS and WKST. A rule with any other part is refused by the part's name, and never read
/// as if the part were not there.
public struct ICSRecurrence: Sendable, Equatable {
    /// How long one round of the rule is.
    public enum Frequency: String, Sendable, CaseIterable {
        case daily = "DAILY"
        case weekly = "WEEKLY"
        case monthly = "MONTHLY"
        case yearly = "YEARLY"
    }

    /// Where the rule ends.
    public enum Bound: Sendable, Equatable {
        /// After so many dates, the first included.
        case count(Int)
        /// With the last date that is not after this.
        case until(ICSTime)
        case none
    }

    /// `MO`, or the second or last of a month or year: `2MO`, `-1SU`.
    struct Weekday: Sendable, Equatable {
        /// 0 for every one.
        let ordinal: Int
        /// 0 for Sunday to 6 for Saturday.
        let day: Int
    }

    /// Why a value is no rule that is read.
    public enum Failure: Error, Sendable, Equatable {
        /// It is none by the standard.
        case malformed
        /// It has a part, or a value of FREQ, that is not read.
        case unsupported(String)
    }

    let frequency: Frequency
    var interval = 1
    /// Where it ends: COUNT, UNTIL or nowhere.
    public private(set) var bound = Bound.none
    var months: [Int] = []
    var monthDays: [Int] = []
    var weekdays: [Weekday] = []
    var positions: [Int] = []
    var weekStart = 1

    private static let days = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
    private static let maxValues = 400
    private static let unsupported: Set<String> = ["BYSECOND", "BYMINUTE", "BYHOUR", "BYYEARDAY", "BYWEEKNO"]

    /// Reads the value of RRULE.
    public init(_ text: String) throws(Failure) {
        var parts: [(name: String, value: String)] = []
        for part in text.split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, parts.count < 32 else { throw .malformed }
            let name = pair[0].uppercased()
            guard !parts.contains(where: { $0.name == name }) else { throw .malformed }
            parts.append((name, pair[1].uppercased()))
        }
        guard let word = parts.first(where: { $0.name == "FREQ" })?.value else { throw .malformed }
        guard let frequency = Frequency(rawValue: word) else {
            throw ["SECONDLY", "MINUTELY", "HOURLY"].contains(word) ? .unsupported("FREQ=" + word) : .malformed
        }
        self.frequency = frequency
        for (name, value) in parts where name != "FREQ" { try read(name, value) }
        try checkParts()
    }

    private mutating func read(_ name: String, _ value: String) throws(Failure) {
        switch name {
        case "INTERVAL": interval = try Self.number(value, 1...10_000)
        case "COUNT":
            guard bound == .none else { throw .malformed }
            bound = .count(try Self.count(value))
        case "UNTIL":
            guard bound == .none, let time = ICSTime(value: value) else { throw .malformed }
            bound = .until(time)
        case "BYMONTH": months = try Self.numbers(value, 12, signed: false)
        case "BYMONTHDAY": monthDays = try Self.numbers(value, 31)
        case "BYSETPOS": positions = try Self.numbers(value, 366)
        case "BYDAY":
            // Each once: what is written twice is looked at once.
            for item in try Self.list(value).map(Self.weekday) where !weekdays.contains(item) { weekdays.append(item) }
        case "WKST":
            guard let day = Self.days.firstIndex(of: value) else { throw .malformed }
            weekStart = day
        case _ where Self.unsupported.contains(name): throw .unsupported(name)
        // Whatever else is there may change everything (RFC 7529 has RSCALE and SKIP).
        default: throw .unsupported(String(name.prefix(40)))
        }
    }

    /// Combinations that the standard forbids, or that mean nothing.
    private func checkParts() throws(Failure) {
        let hasOrdinals = weekdays.contains { $0.ordinal != 0 }
        if hasOrdinals, frequency == .daily || frequency == .weekly { throw .malformed }
        if frequency == .weekly, !monthDays.isEmpty { throw .malformed }
        if !positions.isEmpty, months.isEmpty, monthDays.isEmpty, weekdays.isEmpty { throw .malformed }
    }

    /// A number of dates; whether it is a million or more makes no difference to anybody.
    private static func count(_ value: String) throws(Failure) -> Int {
        guard (1...64).contains(value.utf8.count), value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .malformed
        }
        let count = Int(value).map { min($0, maxCount) } ?? maxCount
        guard count > 0 else { throw .malformed }
        return count
    }

    private static let maxCount = 1_000_000

    private static func list(_ value: String) throws(Failure) -> [Substring] {
        let items = value.split(separator: ",", omittingEmptySubsequences: false)
        guard items.count <= maxValues else { throw .malformed }
        return items
    }

    private static func weekday(_ text: Substring) throws(Failure) -> Weekday {
        guard let day = days.firstIndex(of: String(text.suffix(2))) else { throw .malformed }
        let number = text.dropLast(2)
        if number.isEmpty { return Weekday(ordinal: 0, day: day) }
        return Weekday(ordinal: try signed(number, 53), day: day)
    }

    private static func numbers(_ value: String, _ most: Int, signed: Bool = true) throws(Failure) -> [Int] {
        var numbers: [Int] = []
        for item in try list(value) {
            let found = signed ? try self.signed(item, most) : try number(String(item), 1...most)
            if !numbers.contains(found) { numbers.append(found) }
        }
        return numbers
    }

    /// A number that is not 0, with a sign or without one.
    private static func signed(_ text: Substring, _ most: Int) throws(Failure) -> Int {
        let isNegative = text.first == "-"
        let digits = isNegative || text.first == "+" ? text.dropFirst() : text
        let number = try number(String(digits), 1...most)
        return isNegative ? -number : number
    }

    private static func number(_ text: String, _ range: ClosedRange<Int>) throws(Failure) -> Int {
        guard !text.isEmpty, text.utf8.count <= 7, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(text), range.contains(number)
        else { throw .malformed }
        return number
    }
}
