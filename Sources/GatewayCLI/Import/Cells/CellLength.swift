import Core

/// How long something lasts, as tables show it: `2h`, `90 min`, `1.5 hours`, `1:30`, `2 Stunden`, `PT1H30M`. A number alone is none.
package enum CellLength {
    /// Without accents, the longest first where one begins like another.
    private static let units: [(words: [String], seconds: Int)] = [
        (["days", "day", "tage", "tag", "jours", "jour", "dias", "dia", "d"], 86_400),
        (["hours", "hour", "hrs", "hr", "stunden", "stunde", "std", "heures", "heure", "horas", "hora", "h"], 3600),
        (["minutes", "minute", "minuten", "minutos", "mins", "min", "mn", "m"], 60),
    ]

    /// - Returns: nil for what is no length.
    package static func seconds(_ text: String) -> Int? {
        if let seconds = NaturalDuration.seconds(text) { return seconds }
        var scanner = CellScanner(text)
        // `1:30:00` of a spreadsheet.
        if text.utf8.count(where: { $0 == UInt8(ascii: ":") }) == 2 {
            guard let hours = scanner.digits(atMost: 3)?.value, scanner.take(":"),
                let minutes = scanner.digits(atMost: 2)?.value,
                scanner.take(":"), let seconds = scanner.digits(atMost: 2)?.value, scanner.isAtEnd, minutes < 60,
                seconds < 60
            else { return nil }
            let total = (hours * 60 + minutes) * 60 + seconds
            return total > 0 ? total : nil
        }
        var total = 0
        var left = units[...]
        while !scanner.isAtEnd {
            guard let (amount, hundredths) = number(&scanner) else { return nil }
            scanner.skipBlanks()
            let word = scanner.word()
            while let unit = left.first, !unit.words.contains(word) { left.removeFirst() }
            guard let unit = left.popFirst() else { return nil }
            total += amount * unit.seconds + hundredths * unit.seconds / 100
            _ = scanner.take(".")
            _ = scanner.take(",")
            scanner.skipBlanks()
            if scanner.take("and ") || scanner.take("und ") || scanner.take("et ") { scanner.skipBlanks() }
        }
        return total > 0 && total <= 315_576_000 ? total : nil
    }

    /// A whole number, or one with a half or a quarter.
    private static func number(_ scanner: inout CellScanner) -> (Int, Int)? {
        guard let whole = scanner.digits(atMost: 4)?.value else { return nil }
        var ahead = scanner
        guard ahead.take(".") || ahead.take(","), let part = ahead.digits(atMost: 2) else { return (whole, 0) }
        scanner = ahead
        return (whole, part.count == 1 ? part.value * 10 : part.value)
    }
}
