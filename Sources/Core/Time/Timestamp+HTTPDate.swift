// Dates in HTTP fields (RFC 9110 §5.6.7): one form to write, three to read.

extension Timestamp {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`: IMF-fixdate, to the second. An instant outside the years 0000–9999 is given as
    /// the nearest that the form can hold.
    public var httpDate: String { String(decoding: httpDateBytes, as: UTF8.self) }

    /// Bytes of an `httpDate`.
    public static let httpDateLength = 29

    /// `httpDate` as ASCII bytes, always `httpDateLength` of them.
    public var httpDateBytes: [UInt8] {
        let local = LocalDateTime(milliseconds: min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999))
        let (year, month, day) = local.date.components
        var output: [UInt8] = []
        output.reserveCapacity(Self.httpDateLength)
        output.append(name: Self.shortWeekdays[local.date.weekday])
        output.append(contentsOf: ", ".utf8)
        output.append(decimal: day, width: 2)
        output.append(UInt8(ascii: " "))
        output.append(name: Self.months[month - 1])
        output.append(UInt8(ascii: " "))
        output.append(decimal: year, width: 4)
        output.append(UInt8(ascii: " "))
        local.appendTime(to: &output)
        output.append(contentsOf: " GMT".utf8)
        return output
    }

    /// Reads a date of an HTTP field in any of the three forms that a recipient must accept:
    ///
    ///     Sun, 06 Nov 1994 08:49:37 GMT     IMF-fixdate
    ///     Sunday, 06-Nov-94 08:49:37 GMT    RFC 850
    ///     Sun Nov  6 08:49:37 1994          asctime
    ///
    /// Letter case counts. The weekday must be the day's. A year of two digits means the one that is less than 50 years
    /// in the future of `now`. Second 60 means the second after 59.
    public init?(httpDate text: String, now: Timestamp = Timestamp(milliseconds: 0)) {
        guard text.utf8.count <= TimeText.longest else { return nil }
        var cursor = TimeText(text)
        let weekday: Int
        let date: CivilDate
        let second: Int
        if let long = cursor.name(of: Self.weekdays) {
            guard cursor.take(word: ", "), let day = cursor.digits(2), cursor.take("-"),
                let month = cursor.name(of: Self.months), cursor.take("-"), let short = cursor.digits(2),
                cursor.take(" "), let time = cursor.time(), cursor.take(word: " GMT"),
                let found = CivilDate(year: Self.year(short, now: now), month: month + 1, day: day)
            else { return nil }
            (weekday, date, second) = (long, found, time)
        } else {
            guard let name = cursor.name(of: Self.shortWeekdays) else { return nil }
            let isFixdate = cursor.take(",")
            guard cursor.take(" "), let (found, time) = isFixdate ? cursor.fixdate() : cursor.asctime() else {
                return nil
            }
            (weekday, date, second) = (name, found, time)
        }
        guard cursor.isAtEnd, date.weekday == weekday else { return nil }
        self.init(milliseconds: Int64(date.days * 86_400 + second) * 1000)
    }

    static let weekdays: [StaticString] = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    static let shortWeekdays: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    static let months: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func year(_ lastTwoDigits: Int, now: Timestamp) -> Int {
        let current = now.local(secondsEast: 0).date.components.year
        let latest = current + 49
        return latest - (latest - lastTwoDigits).flooredRemainder(100)
    }
}

extension TimeText {
    /// Takes one of these names; gives its index.
    fileprivate mutating func name(of names: [StaticString]) -> Int? {
        for (index, name) in names.enumerated() where take(word: name) { return index }
        return nil
    }

    /// Takes `08:49:37`; gives the second of the day.
    fileprivate mutating func time() -> Int? {
        guard let minutes = hourAndMinute(), take(":"), let second = digits(2), second <= 60 else { return nil }
        return minutes * 60 + second
    }

    /// Takes `06 Nov 1994 08:49:37 GMT`.
    fileprivate mutating func fixdate() -> (CivilDate, Int)? {
        guard let day = digits(2), take(" "), let month = name(of: Timestamp.months), take(" "),
            let year = digits(4), take(" "), let second = time(), take(word: " GMT"),
            let date = CivilDate(year: year, month: month + 1, day: day)
        else { return nil }
        return (date, second)
    }

    /// Takes `Nov  6 08:49:37 1994`, where a day of one digit has a space in front.
    fileprivate mutating func asctime() -> (CivilDate, Int)? {
        guard let month = name(of: Timestamp.months), take(" "), let day = digits(take(" ") ? 1 : 2), take(" "),
            let second = time(), take(" "), let year = digits(4),
            let date = CivilDate(year: year, month: month + 1, day: day)
        else { return nil }
        return (date, second)
    }
}

extension [UInt8] {
    fileprivate mutating func append(name: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }
}
