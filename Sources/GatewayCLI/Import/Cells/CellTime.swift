/// A time of day as tables show it: `19:00`, `7:00:00 PM`, `7pm`, `7 p.m.`, `19h30`, `19.30 Uhr`.
package enum CellTime {
    /// - Returns: milliseconds from midnight; nil for what is no time.
    package static func milliseconds(_ text: String) -> Int64? {
        var scanner = CellScanner(text)
        guard let time = take(&scanner), scanner.isAtEnd else { return nil }
        return time
    }

    /// Takes a time from where the scanner stands.
    package static func take(_ scanner: inout CellScanner) -> Int64? {
        guard let hour = scanner.digits(atMost: 2)?.value else { return nil }
        var minute: Int?
        var second = 0
        var fraction = 0
        if scanner.take("h") {
            minute = 0
            if let next = scanner.next, (0x30...0x39).contains(next) {
                guard let found = scanner.digits(atMost: 2), found.count == 2 else { return nil }
                minute = found.value
            }
        } else if let found = german(&scanner) {
            minute = found
        } else if scanner.take(":") {
            guard let found = scanner.digits(atMost: 2), found.count == 2 else { return nil }
            minute = found.value
            if scanner.take(":") {
                guard let found = scanner.digits(atMost: 2), found.count == 2 else { return nil }
                second = found.value
                if scanner.take(".") {
                    guard let found = scanner.digits(atMost: 9) else { return nil }
                    fraction = scaled(found.value, digits: found.count)
                }
            }
        }
        var half = scanner
        half.skipBlanks()
        if minute != nil, half.take("uhr") { scanner = half }
        let isMorning = half.take("a.m.") || half.take("am")
        let isEvening = !isMorning && (half.take("p.m.") || half.take("pm"))
        var hours = hour
        if isMorning || isEvening {
            guard (1...12).contains(hour) else { return nil }
            hours = hour % 12 + (isEvening ? 12 : 0)
            scanner = half
        } else if minute == nil {
            // A number alone is no time.
            return nil
        }
        guard hours < 24, minute ?? 0 < 60, second < 60 else { return nil }
        return Int64(((hours * 60 + (minute ?? 0)) * 60 + second) * 1000 + fraction)
    }

    /// `.30 Uhr` or ` Uhr`; without its word a point is that of a number.
    private static func german(_ scanner: inout CellScanner) -> Int? {
        var ahead = scanner
        var minute = 0
        if ahead.take(".") {
            guard let found = ahead.digits(atMost: 2), found.count == 2 else { return nil }
            minute = found.value
        }
        ahead.skipBlanks()
        guard ahead.take("uhr") else { return nil }
        scanner = ahead
        return minute
    }

    /// Milliseconds of the digits after the point.
    private static func scaled(_ value: Int, digits: Int) -> Int {
        var value = value
        for _ in digits..<max(digits, 3) { value *= 10 }
        for _ in 0..<max(0, digits - 3) { value /= 10 }
        return value
    }
}
