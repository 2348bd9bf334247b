/// A cursor over a text of ASCII digits and marks: what the readers of dates, times and durations share.
struct TimeText {
    /// No time that anyone means is longer; bounds the fraction.
    static let longest = 64

    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    /// The byte here; nil at the end.
    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Takes this byte when it is here.
    mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard let current, UInt32(current) == byte.value else { return false }
        position += 1
        return true
    }

    /// Takes this text when it is here.
    mutating func take(word: StaticString) -> Bool {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count,
            (0..<word.utf8CodeUnitCount).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] })
        else { return false }
        position = end
        return true
    }

    /// Takes exactly `count` digits.
    mutating func digits(_ count: Int) -> Int? {
        guard position + count <= bytes.count else { return nil }
        var value = 0
        for index in position..<position + count {
            guard let digit = bytes[index].decimalDigitValue else { return nil }
            value = value * 10 + Int(digit)
        }
        position += count
        return value
    }

    /// Takes all digits that are here, at least one; nil when there is none or the value does not fit.
    mutating func number() -> Int? {
        guard current?.decimalDigitValue != nil else { return nil }
        var value = 0
        while let digit = current?.decimalDigitValue {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(digit))
            guard !overflow, !carry else { return nil }
            value = sum
            position += 1
        }
        return value
    }

    /// Takes `HH:MM`, at most 23:59; gives minutes.
    mutating func hourAndMinute() -> Int? {
        guard let hour = digits(2), hour < 24, take(":"), let minute = digits(2), minute < 60 else { return nil }
        return hour * 60 + minute
    }

    /// Takes `YYYY-MM-DDTHH:MM[:SS[.fraction]]`.
    mutating func dateTime() -> LocalDateTime? {
        guard let year = digits(4), take("-"), let month = digits(2), take("-"), let day = digits(2), take("T"),
            let minutes = hourAndMinute()
        else { return nil }
        var second = 0
        var millisecond = 0
        if take(":") {
            guard let value = digits(2) else { return nil }
            second = value
            if take(".") {
                guard let value = fraction() else { return nil }
                millisecond = value
            }
        }
        return LocalDateTime(
            year: year, month: month, day: day, hour: minutes / 60, minute: minutes % 60, second: second,
            millisecond: millisecond)
    }

    /// Takes digits, at least one, after a decimal point; gives thousandths, the rest cut off.
    private mutating func fraction() -> Int? {
        var value = 0
        var count = 0
        while let digit = current?.decimalDigitValue {
            if count < 3 { value = value * 10 + Int(digit) }
            count += 1
            position += 1
        }
        switch count {
        case 0: return nil
        case 1: return value * 100
        case 2: return value * 10
        default: return value
        }
    }

    /// Takes `Z` or `±HH:MM`; gives minutes east.
    mutating func zone() -> Int? {
        if take("Z") { return 0 }
        if take("+") { return hourAndMinute() }
        if take("-") { return hourAndMinute().map { -$0 } }
        return nil
    }
}

/// Which part of a date and time is wrong, for an error that says so.
public enum TimeFault: Sendable, Hashable {
    /// It has not the form of a date and a time.
    case form
    /// It is a day without a time.
    case noTime
    case month(Int)
    /// The month has no such day.
    case day(year: Int, month: Int, days: Int)
    case hour(Int)
    case minute(Int)
    case second(Int)
    /// What follows the time is neither `Z` nor an offset such as `+02:00`.
    case offset
    /// In UTC it lies outside the years 0000 to 9999.
    case year

    /// Finds what is wrong with a text that neither `Timestamp(rfc3339:)` nor `LocalDateTime(_:)` reads.
    public init(in text: String) {
        self = text.utf8.count <= TimeText.longest ? Self.find(TimeText(text)) : .form
    }

    private static func find(_ text: TimeText) -> TimeFault {
        var cursor = text
        guard let year = cursor.digits(4), cursor.take("-"), let month = cursor.digits(2), cursor.take("-"),
            let day = cursor.digits(2)
        else { return .form }
        guard (1...12).contains(month) else { return .month(month) }
        let days = (28...31).last { CivilDate(year: year, month: month, day: $0) != nil } ?? 31
        guard (1...days).contains(day) else { return .day(year: year, month: month, days: days) }
        if cursor.isAtEnd { return .noTime }
        guard cursor.take("T"), let hour = cursor.digits(2) else { return .form }
        guard hour < 24 else { return .hour(hour) }
        guard cursor.take(":"), let minute = cursor.digits(2) else { return .form }
        guard minute < 60 else { return .minute(minute) }
        if cursor.take(":") {
            guard let second = cursor.digits(2) else { return .form }
            guard second < 60 else { return .second(second) }
            if cursor.take("."), cursor.number() == nil { return .form }
        }
        if cursor.isAtEnd { return .form }
        guard cursor.zone() != nil, cursor.isAtEnd else { return .offset }
        // By its form it is a time: it can only lie outside of the years.
        return .year
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// A stable word for programs.
    public var code: String {
        switch self {
        case .form: "form"
        case .noTime: "no_time"
        case .month: "month"
        case .day: "day"
        case .hour: "hour"
        case .minute: "minute"
        case .second: "second"
        case .offset: "offset"
        case .year: "year"
        }
    }

    /// What is wrong, as a sentence without its end; nil when there is no more to say than that it is no time.
    public var words: String? {
        switch self {
        case .form: nil
        case .noTime: "has no time of day"
        case .month(let month): "there is no month \(month)"
        case .day(let year, let month, let days): "\(Self.months[month - 1]) \(year) has \(days) days"
        case .hour(let hour): "there is no hour \(hour); a day ends at 23:59"
        case .minute(let minute): "there is no minute \(minute)"
        case .second(let second): "there is no second \(second)"
        case .offset: "what follows the time is neither Z nor an offset such as +02:00"
        case .year: "in UTC it lies outside the years 0000 to 9999"
        }
    }
}

extension LocalDateTime {
    /// The same text with a `T` between date and time where a person has put a blank.
    public static func withT(_ text: String) -> String {
        let bytes = text.utf8
        guard bytes.count > 11, bytes.count <= TimeText.longest else { return text }
        let place = bytes.index(bytes.startIndex, offsetBy: 10)
        guard bytes[place] == 0x20, bytes.first?.decimalDigitValue != nil else { return text }
        return String(
            decoding: Array(bytes[..<place]) + [UInt8(ascii: "T")] + bytes[bytes.index(after: place)...], as: UTF8.self)
    }
}
