public import Core

/// When something is, as iCalendar writes it (RFC 5545 §3.3.4, §3.3.5).
public struct ICSTime: Sendable, Equatable {
    /// What makes an instant of the date and time.
    public enum Kind: Sendable, Equatable {
        case utc
        /// The zone of the parameter TZID, as it stands there.
        case zone(String)
        /// The same time of day wherever one is.
        case floating
        /// A day without a time: VALUE=DATE.
        case date
    }

    /// The date and time as they are written; midnight for a day.
    public let local: LocalDateTime
    public let kind: Kind

    /// Reads the value of DTSTART or DTEND.
    /// - Returns: nil for what is no date and no time.
    public init?(_ property: ICSProperty) {
        self.init(
            value: property.value, isDate: property.parameter("VALUE")?.uppercased() == "DATE",
            zone: property.parameter("TZID"))
    }

    /// Reads the values of EXDATE or RDATE, which may be several.
    /// - Returns: nil when one is none of these.
    public static func list(_ property: ICSProperty) -> [ICSTime]? {
        let isDate = property.parameter("VALUE")?.uppercased() == "DATE"
        let zone = property.parameter("TZID")
        var times: [ICSTime] = []
        for value in property.value.split(separator: ",", omittingEmptySubsequences: false) {
            guard let time = ICSTime(value: String(value), isDate: isDate, zone: zone) else { return nil }
            times.append(time)
        }
        return times
    }

    /// Reads a value that stands alone, such as that of UNTIL.
    init?(value: String, isDate mustBeDate: Bool = false, zone: String? = nil) {
        // Some programs write the letters small.
        let bytes = value.utf8.map { $0 == UInt8(ascii: "t") || $0 == UInt8(ascii: "z") ? $0 & 0xdf : $0 }
        let isDate = mustBeDate || bytes.count == 8
        guard let year = Self.digits(bytes, 0, 4), let month = Self.digits(bytes, 4, 2),
            let day = Self.digits(bytes, 6, 2)
        else { return nil }
        if isDate {
            guard bytes.count == 8, let local = LocalDateTime(year: year, month: month, day: day) else { return nil }
            (self.local, kind) = (local, .date)
            return
        }
        let isUTC = bytes.count == 16 && bytes[15] == UInt8(ascii: "Z")
        guard bytes.count == 15 || isUTC, bytes[8] == UInt8(ascii: "T"), let hour = Self.digits(bytes, 9, 2),
            let minute = Self.digits(bytes, 11, 2), let second = Self.digits(bytes, 13, 2),
            let local = LocalDateTime(
                year: year, month: month, day: day, hour: hour, minute: minute, second: min(second, 59)),
            // A leap second is the last of its minute.
            second <= 60
        else { return nil }
        self.local = local
        kind = isUTC ? .utc : zone.map(Kind.zone) ?? .floating
    }

    fileprivate static func digits(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int? {
        guard start + count <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[start..<start + count] {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }
}

/// How long something lasts, as iCalendar writes it (RFC 5545 §3.3.6): days by the calendar, and then time that passes.
/// Where the clocks change, a day is not 24 hours.
public struct ICSDuration: Sendable, Equatable {
    /// Days by the calendar, weeks among them.
    public let days: Int
    /// Seconds that pass besides.
    public let seconds: Int

    /// Reads `P2W`, `P1DT12H`, `+PT90M`.
    /// - Returns: nil for what is none, for what is negative, and for more than a thousand years.
    public init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        if rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        guard rest.popFirst() == UInt8(ascii: "P") else { return nil }
        var days = 0
        var seconds = 0
        var units = Self.units[...]
        var isTime = false
        var parts = 0
        while !rest.isEmpty {
            if !isTime, rest.first == UInt8(ascii: "T") {
                isTime = true
                rest = rest.dropFirst()
            }
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty, digits.count <= 9, let number = Int(String(decoding: digits, as: UTF8.self)) else {
                return nil
            }
            rest = rest[digits.endIndex...]
            guard let letter = rest.popFirst(),
                let index = units.firstIndex(where: { $0.letter == letter && $0.isTime == isTime })
            else { return nil }
            if isTime { seconds += number * units[index].size } else { days += number * units[index].size }
            units = units[(index + 1)...]
            parts += 1
        }
        guard parts > 0, days <= 366_000, seconds <= 366_000 * 86_400 else { return nil }
        self.days = days
        self.seconds = seconds
    }

    private static let units: [(letter: UInt8, isTime: Bool, size: Int)] = [
        (UInt8(ascii: "W"), false, 7), (UInt8(ascii: "D"), false, 1), (UInt8(ascii: "H"), true, 3600),
        (UInt8(ascii: "M"), true, 60), (UInt8(ascii: "S"), true, 1),
    ]
}
