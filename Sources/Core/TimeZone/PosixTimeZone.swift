/// A rule for all years, as POSIX's `TZ` variable and the footer of a TZif file state it: one offset, or a standard one
/// and another for a part of every year.
struct PosixTimeZone: Sendable, Equatable {
    /// A day of every year.
    enum Day: Sendable, Equatable {
        /// 1–365; 29 February is never counted.
        case julian(Int)
        /// 0–365; 29 February is counted.
        case zeroBased(Int)
        /// Month 1–12; week 1–5, where 5 means the last; weekday 0–6 from Sunday.
        case weekday(month: Int, week: Int, weekday: Int)
    }

    /// A moment of every year: seconds after the start of a day, on the clock that is about to be changed. May
    /// be negative or over a day (RFC 9636 §3.3.1).
    struct Moment: Sendable, Equatable {
        let day: Day
        let second: Int
    }

    struct Daylight: Sendable, Equatable {
        let offset: TimeZoneRules.Offset
        let start: Moment
        let end: Moment
    }

    let standard: TimeZoneRules.Offset
    let daylight: Daylight?

    func offset(second: Int64) -> TimeZoneRules.Offset {
        guard daylight != nil else { return standard }
        // A change happens at least once in any such stretch.
        let past = second - 2 * 366 * 86_400
        return transitions(in: past...second).last?.offset ?? standard
    }

    /// The changes in these seconds, in order; of several at one instant only the last.
    func transitions(in seconds: ClosedRange<Int64>) -> [TimeZoneRules.Transition] {
        guard let daylight else { return [] }
        // A moment can be a week outside its year.
        let firstYear = Self.year(of: seconds.lowerBound - 8 * 86_400)
        let lastYear = Self.year(of: seconds.upperBound + 8 * 86_400)
        var found: [(year: Int, transition: TimeZoneRules.Transition)] = []
        for year in firstYear...lastYear {
            let start = daylight.start.second(in: year) - Int64(standard.secondsEast)
            let end = daylight.end.second(in: year) - Int64(daylight.offset.secondsEast)
            found.append((year, .init(start: start, offset: daylight.offset)))
            found.append((year, .init(start: end, offset: standard)))
        }
        // Where daylight saving never ends, each year's end is the instant of the next year's start, which must win.
        found.sort { ($0.transition.start, $0.year) < ($1.transition.start, $1.year) }
        var result: [TimeZoneRules.Transition] = []
        for (_, transition) in found where seconds.contains(transition.start) {
            if result.last?.start == transition.start { result.removeLast() }
            result.append(transition)
        }
        return result
    }

    private static func year(of second: Int64) -> Int {
        CivilDate(days: Int(second.flooredQuotient(86_400))).components.year
    }
}

extension PosixTimeZone.Moment {
    /// Seconds since 1970 on the local clock.
    func second(in year: Int) -> Int64 { Int64(dayNumber(in: year) * 86_400 + second) }

    private func dayNumber(in year: Int) -> Int {
        let newYear = CivilDate.days(year: year, month: 1, day: 1)
        switch day {
        case .julian(let day):
            let isPastLeapDay = day >= 60 && CivilDate.isLeap(year: year)
            return newYear + day - 1 + (isPastLeapDay ? 1 : 0)
        case .zeroBased(let day): return newYear + day
        case .weekday(let month, let week, let weekday):
            let first = CivilDate(days: CivilDate.days(year: year, month: month, day: 1))
            let firstMatch = (weekday - first.weekday).flooredRemainder(7)
            let length = CivilDate.daysIn(month: month, of: year)
            var day = firstMatch + (week - 1) * 7
            if day >= length { day -= 7 }
            return first.days + day
        }
    }
}

// The text form: `EST5EDT,M3.2.0,M11.1.0`, `<+0330>-3:30`, `IST-1GMT0,M10.5.0,M3.5.0/1`.

extension PosixTimeZone {
    /// Reads `std offset [dst [offset],start[/time],end[/time]]` (RFC 9636 §3.3.1, POSIX base definitions §8.3); nil
    /// for anything else. POSIX counts offsets westward.
    init?(_ bytes: [UInt8]) {
        var text = TimeText(bytes)
        guard let name = text.zoneName(), let west = text.signedTime(hours: 24) else { return nil }
        standard = TimeZoneRules.Offset(secondsEast: -west, abbreviation: name, isDST: false)
        guard !text.isAtEnd else {
            daylight = nil
            return
        }
        guard let name = text.zoneName() else { return nil }
        var east = standard.secondsEast + 3600
        if text.current != UInt8(ascii: ",") {
            guard let west = text.signedTime(hours: 24) else { return nil }
            east = -west
        }
        guard let start = text.moment(), let end = text.moment(), text.isAtEnd else { return nil }
        let offset = TimeZoneRules.Offset(secondsEast: east, abbreviation: name, isDST: true)
        daylight = Daylight(offset: offset, start: start, end: end)
    }
}

extension TimeText {
    /// Takes letters, at least three, or letters, digits and signs within `<>`.
    fileprivate mutating func zoneName() -> String? {
        let isQuoted = take("<")
        var name: [UInt8] = []
        while let byte = current, name.count < TimeZoneRules.longestAbbreviation {
            let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            let isPart = isQuoted ? byte.isASCIIAlphanumeric || isSign : (byte | 0x20) &- UInt8(ascii: "a") < 26
            guard isPart, take(Unicode.Scalar(byte)) else { break }
            name.append(byte)
        }
        guard name.count >= 3, !isQuoted || take(">") else { return nil }
        return String(decoding: name, as: UTF8.self)
    }

    /// Takes `[+-]h[h[h]][:mm[:ss]]`; gives seconds.
    fileprivate mutating func signedTime(hours: Int) -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard let hour = number(), hour <= hours else { return nil }
        var second = hour * 3600
        if take(":") {
            guard let minute = digits(2), minute < 60 else { return nil }
            second += minute * 60
            if take(":") {
                guard let last = digits(2), last < 60 else { return nil }
                second += last
            }
        }
        return isNegative ? -second : second
    }

    /// Takes `,day[/time]`; without a time it is two o'clock.
    fileprivate mutating func moment() -> PosixTimeZone.Moment? {
        guard take(","), let day = day() else { return nil }
        guard take("/") else { return PosixTimeZone.Moment(day: day, second: 7200) }
        return signedTime(hours: 167).map { PosixTimeZone.Moment(day: day, second: $0) }
    }

    /// Takes `Jn`, `n` or `Mm.w.d`.
    private mutating func day() -> PosixTimeZone.Day? {
        if take("J") {
            guard let day = number(), (1...365).contains(day) else { return nil }
            return .julian(day)
        }
        if take("M") {
            guard let month = number(), (1...12).contains(month), take("."), let week = number(),
                (1...5).contains(week), take("."), let weekday = number(), weekday <= 6
            else { return nil }
            return .weekday(month: month, week: week, weekday: weekday)
        }
        guard let day = number(), day <= 365 else { return nil }
        return .zeroBased(day)
    }
}
