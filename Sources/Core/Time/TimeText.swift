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
