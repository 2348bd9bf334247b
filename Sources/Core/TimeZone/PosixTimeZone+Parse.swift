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
