import Core

/// A number as the tables of different countries show it. What may be two numbers is refused: `1.000` is one or a thousand.
package enum CellNumber {
    /// What a text is as a number.
    package enum Reading: Equatable {
        /// As JSON writes it.
        case number(String)
        case ambiguous(String, String)
        case none
    }

    /// Reads a text with or without a sign, with separators of thousands and a decimal point or comma.
    package static func read(_ text: String) -> Reading {
        var rest = Array(text.utf8)
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }
        // A blank, a narrow one or an apostrophe is never a decimal point.
        var text = String(decoding: rest, as: UTF8.self)
        let groups = text.unicodeScalars.split(omittingEmptySubsequences: false) {
            " \u{a0}\u{202f}\u{2009}'’".unicodeScalars.contains($0)
        }.map { Array(String($0).utf8) }
        if groups.count > 1 {
            // Only the last group may have decimals.
            let last = groups[groups.count - 1]
            guard areGroups(groups.dropLast() + [Array(last.prefix(3))]),
                last.count == 3 || last[3] == UInt8(ascii: ".") || last[3] == UInt8(ascii: ",")
            else { return .none }
            text = String(decoding: groups.joined(), as: UTF8.self)
            if last.count == 3 { return .number(signed(isNegative, text)) }
            // Behind other groups a point or a comma is that of the decimals.
            return decimal(text, isNegative)
        }
        let points = text.utf8.count { $0 == UInt8(ascii: ".") }
        let commas = text.utf8.count { $0 == UInt8(ascii: ",") }
        switch (points, commas) {
        case (0, 0): return digits(Array(text.utf8)) ? .number(signed(isNegative, text)) : .none
        case (1, 0), (0, 1):
            let parts = split(text, points == 1 ? UInt8(ascii: ".") : UInt8(ascii: ","))
            if areGroups(parts), parts[0] != [UInt8(ascii: "0")] {
                let joined = String(decoding: parts.joined(), as: UTF8.self)
                return .ambiguous(
                    signed(isNegative, String(decoding: trimmedFraction(parts), as: UTF8.self)),
                    signed(isNegative, joined))
            }
            return decimal(text, isNegative)
        default: return grouped(text, points: points, commas: commas, isNegative)
        }
    }

    /// `1,000,000`, `1.000.000`, `1.234,5`, `1,234.5`.
    private static func grouped(_ text: String, points: Int, commas: Int, _ isNegative: Bool) -> Reading {
        if points == 0 || commas == 0 {
            let parts = split(text, points == 0 ? UInt8(ascii: ",") : UInt8(ascii: "."))
            return areGroups(parts)
                ? .number(signed(isNegative, String(decoding: parts.joined(), as: UTF8.self))) : .none
        }
        guard points == 1 || commas == 1, let last = text.utf8.last(where: { $0 == 0x2e || $0 == 0x2c }),
            (last == 0x2e ? points : commas) == 1
        else { return .none }
        let parts = split(text, last)
        let whole = split(String(decoding: parts[0], as: UTF8.self), last == 0x2e ? 0x2c : 0x2e)
        guard areGroups(whole), digits(parts[1]) else { return .none }
        return .number(signed(isNegative, String(decoding: whole.joined() + [0x2e] + parts[1], as: UTF8.self)))
    }

    private static func decimal(_ text: String, _ isNegative: Bool) -> Reading {
        let parts = text.utf8.split(omittingEmptySubsequences: false) { $0 == 0x2e || $0 == 0x2c }.map(Array.init)
        guard parts.count == 2, digits(parts[0]), digits(parts[1]) else { return .none }
        return .number(signed(isNegative, String(decoding: trimmedFraction(parts), as: UTF8.self)))
    }

    /// Without zeros at the end of the decimals, and without a point when there are none.
    private static func trimmedFraction(_ parts: [[UInt8]]) -> [UInt8] {
        var fraction = parts[1]
        while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        return fraction.isEmpty ? parts[0] : parts[0] + [UInt8(ascii: ".")] + fraction
    }

    private static func split(_ text: String, _ separator: UInt8) -> [[UInt8]] {
        text.utf8.split(separator: separator, omittingEmptySubsequences: false).map(Array.init)
    }

    /// One to three digits, then threes.
    private static func areGroups(_ parts: [[UInt8]]) -> Bool {
        guard let first = parts.first, parts.count > 1, (1...3).contains(first.count), digits(first) else {
            return false
        }
        return parts.dropFirst().allSatisfy { $0.count == 3 && digits($0) }
    }

    private static func digits(_ bytes: [UInt8]) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func signed(_ isNegative: Bool, _ text: String) -> String {
        // JSON has no zeros in front.
        var digits = Array(text.utf8)[...]
        while digits.count > 1, digits.first == UInt8(ascii: "0"), digits.dropFirst().first != UInt8(ascii: ".") {
            digits = digits.dropFirst()
        }
        return (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self)
    }
}

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
