public import Core

extension ICSRecurrence {
    /// How many rounds are looked through: a rule whose dates do not exist, such as 30 February, must not keep anybody.
    private static let maxRounds = 40_000
    private static let lastYear = 9999

    /// The dates of the rule in order, the start first whether the rule names it or not: it is the first instance of a series
    /// (RFC 5545 §3.8.5.3).
    ///
    /// - Parameters:
    ///   - start: DTSTART on the clocks of its zone. Each date has its time of day.
    ///   - last: UNTIL on the same clocks, where the rule has one.
    ///   - max: how many are given at most.
    /// - Returns: the dates, and whether there are or may be more.
    public func dates(
        from start: LocalDateTime, until last: LocalDateTime? = nil, max: Int
    ) -> (dates: [LocalDateTime], isCut: Bool) {
        var budget = StepBudget()
        return dates(from: start, until: last, max: max, &budget)
    }

    /// The same for one of several rules that share what their file may cost.
    public func dates(
        from start: LocalDateTime, until last: LocalDateTime? = nil, max: Int, _ budget: inout StepBudget
    ) -> (dates: [LocalDateTime], isCut: Bool) {
        let first = start.date
        let timeOfDay = start.milliseconds - Int64(first.days) * 86_400_000
        var limit = max
        if case .count(let count) = bound { limit = min(max, count) }
        var dates = [start]
        for round in 0..<Self.maxRounds {
            guard budget.take(stepsOfRound) else { return (dates, true) }
            guard let days = days(of: round, from: first) else { return (dates, false) }
            for day in days where day > first.days {
                let date = LocalDateTime(milliseconds: Int64(day) * 86_400_000 + timeOfDay)
                if let last, date > last { return (dates, false) }
                if dates.count >= limit {
                    if case .count(let count) = bound, count <= max { return (dates, false) }
                    return (dates, true)
                }
                dates.append(date)
            }
        }
        if case .count(let count) = bound, dates.count >= count { return (dates, false) }
        return (dates, true)
    }

    /// Days that are looked at in one round, at most.
    private var stepsOfRound: Int {
        switch frequency {
        case .daily: 1
        case .weekly: 7
        case .monthly: weekdays.isEmpty && monthDays.isEmpty ? 1 : 31
        case .yearly: weekdays.isEmpty && monthDays.isEmpty ? 12 : 366
        }
    }

    /// The days of one round, in order and each once; nil after the last year.
    private func days(of round: Int, from first: CivilDate) -> [Int]? {
        let (year, month, _) = first.components
        let days: [Int]
        switch frequency {
        case .daily:
            let day = CivilDate(days: first.days + round * interval)
            guard day.components.year <= Self.lastYear else { return nil }
            days = isIn(months: day) && isIn(monthDays: day) && isIn(weekdays: day) ? [day.days] : []
        case .weekly:
            let sinceWeekStart = (first.weekday - weekStart + 7) % 7
            let begin = first.days - sinceWeekStart + round * interval * 7
            guard CivilDate(days: begin).components.year <= Self.lastYear else { return nil }
            let wanted = weekdays.isEmpty ? [first.weekday] : weekdays.map(\.day)
            days = (begin..<begin + 7).filter { day in
                let date = CivilDate(days: day)
                return wanted.contains(date.weekday) && isIn(months: date)
            }
        case .monthly:
            let months = year * 12 + month - 1 + round * interval
            guard months / 12 <= Self.lastYear else { return nil }
            let isWanted = self.months.isEmpty || self.months.contains(months % 12 + 1)
            days = isWanted ? self.days(ofMonth: months % 12 + 1, months / 12, first) : []
        case .yearly:
            let wanted = year + round * interval
            guard wanted <= Self.lastYear else { return nil }
            days = self.days(ofYear: wanted, first)
        }
        return selected(Set(days).sorted())
    }

    private func days(ofYear year: Int, _ first: CivilDate) -> [Int] {
        if months.isEmpty, monthDays.isEmpty, !weekdays.isEmpty {
            let begin = CivilDate.day(year, 1, 1)
            return days(of: begin..<begin + (CivilDate.isLeap(year: year) ? 366 : 365))
        }
        let wanted =
            !months.isEmpty ? months : monthDays.isEmpty ? [first.components.month] : Array(1...12)
        return wanted.flatMap { days(ofMonth: $0, year, first) }
    }

    private func days(ofMonth month: Int, _ year: Int, _ first: CivilDate) -> [Int] {
        let length = CivilDate.daysIn(month: month, of: year)
        let begin = CivilDate.day(year, month, 1)
        if !monthDays.isEmpty {
            let days = monthDays.map { $0 > 0 ? $0 : length + 1 + $0 }.filter { (1...length).contains($0) }
            let dates = days.map { begin + $0 - 1 }
            if weekdays.isEmpty { return dates }
            let wanted = Set(self.days(of: begin..<begin + length))
            return dates.filter { wanted.contains($0) }
        }
        if !weekdays.isEmpty { return days(of: begin..<begin + length) }
        let day = first.components.day
        return day <= length ? [begin + day - 1] : []
    }

    /// The days of BYDAY in a month or year.
    private func days(of range: Range<Int>) -> [Int] {
        weekdays.flatMap { weekday -> [Int] in
            let offset = (weekday.day - CivilDate(days: range.lowerBound).weekday + 7) % 7
            let first = range.lowerBound + offset
            if weekday.ordinal == 0 { return Array(stride(from: first, to: range.upperBound, by: 7)) }
            let count = (range.upperBound - first + 6) / 7
            let index = weekday.ordinal > 0 ? weekday.ordinal - 1 : count + weekday.ordinal
            return (0..<count).contains(index) ? [first + index * 7] : []
        }
    }

    private func selected(_ days: [Int]) -> [Int] {
        if positions.isEmpty { return days }
        let indices = Set(positions.map { $0 > 0 ? $0 - 1 : days.count + $0 })
        return days.indices.filter(indices.contains).map { days[$0] }
    }

    private func isIn(months day: CivilDate) -> Bool { months.isEmpty || months.contains(day.components.month) }

    private func isIn(monthDays day: CivilDate) -> Bool {
        let (year, month, number) = day.components
        let fromEnd = number - CivilDate.daysIn(month: month, of: year) - 1
        return monthDays.isEmpty || monthDays.contains(number) || monthDays.contains(fromEnd)
    }

    private func isIn(weekdays day: CivilDate) -> Bool {
        weekdays.isEmpty || weekdays.contains { $0.day == day.weekday }
    }
}

extension CivilDate {
    /// The number of a day that exists.
    fileprivate static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        CivilDate(year: year, month: month, day: day)?.days ?? 0
    }
}

/// How much work a file may ask for before it is refused, counted in steps and not in time: the same file ends the same on every machine.
public struct StepBudget: Sendable, Equatable {
    /// What a rule may cost that stands alone.
    public static let ofOneRule = 5_000_000

    /// Steps in all.
    public let max: Int
    /// Steps that were taken.
    public private(set) var taken = 0
    /// More was asked for than there is.
    public private(set) var isSpent = false

    public init(max: Int = ofOneRule) { self.max = max }

    /// - Returns: whether there were so many left; if not, nothing is given any more.
    public mutating func take(_ steps: Int) -> Bool {
        guard !isSpent, steps <= max - taken else {
            isSpent = true
            return false
        }
        taken += steps
        return true
    }
}
