import Core
import Formats

/// Takes the text of a cell apart: blanks of every kind are one space, letters are small and without accents.
package struct CellScanner {
    private var rest: ArraySlice<UInt8>

    package init(_ text: String) {
        var output = ""
        var isBlank = false
        for scalar in TableText.trimmed(text).unicodeScalars {
            if TableText.isBlank(scalar) {
                isBlank = true
                continue
            }
            if isBlank { output.append(" ") }
            isBlank = false
            output.unicodeScalars.append(scalar)
        }
        rest = FoldedText.bytes(output)[...]
    }

    package var isAtEnd: Bool { rest.isEmpty }
    package var text: String { String(decoding: rest, as: UTF8.self) }

    /// The octet that comes next.
    package var next: UInt8? { rest.first }

    /// Digits, up to so many; nil when there are none, or more.
    package mutating func digits(atMost most: Int) -> (value: Int, count: Int)? {
        let found = rest.prefix { (0x30...0x39).contains($0) }
        guard !found.isEmpty, found.count <= most else { return nil }
        rest = rest[found.endIndex...]
        return (found.reduce(0) { $0 * 10 + Int($1 - 0x30) }, found.count)
    }

    /// ASCII letters; empty when there are none.
    package mutating func word() -> String {
        let found = rest.prefix { (0x61...0x7a).contains($0) }
        rest = rest[found.endIndex...]
        return String(decoding: found, as: UTF8.self)
    }

    /// Whether this text comes next, which is then passed over.
    package mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    /// Passes over blanks.
    package mutating func skipBlanks() { while take(" ") {} }
}

/// The names of months and weekdays in the languages in which spreadsheets write them, beside English: German, French and Spanish,
/// without accents. A word of one language that is a month in no other and a weekday in none has one meaning.
package enum CalendarWords {
    /// From 0 for January.
    package static let months = numbers([
        "januar jan janvier janv enero ene", "februar feb fevrier fevr fev febrero", "marz maerz mrz mars marzo mar",
        "april apr avril avr abril abr", "mai mayo may", "juni jun juin junio", "juli jul juillet juil julio",
        "august aug aout agosto ago", "september sept sep septembre septiembre setiembre",
        "oktober okt octobre oct octubre", "november nov novembre noviembre",
        "dezember dez decembre dec diciembre dic",
    ])

    /// From 0 for Sunday.
    package static let weekdays = numbers([
        "sonntag so dimanche dim domingo dom", "montag mo lundi lun lunes", "dienstag di mardi mar martes",
        "mittwoch mi mercredi mer miercoles mie", "donnerstag do jeudi jeu jueves jue",
        "freitag fr vendredi ven viernes vie",
        "samstag sonnabend sa samedi sam sabado sab",
    ])

    private static func numbers(_ lists: [String]) -> [String: Int] {
        var numbers: [String: Int] = [:]
        for (number, words) in lists.enumerated() {
            for word in words.split(separator: " ") { numbers[String(word)] = number }
        }
        return numbers
    }
}

/// Words of a table for what is not going to happen.
package enum CancelledWords {
    private static let words: Set<String> = [
        "cancelled", "canceled", "abgesagt", "storniert", "annule", "annulee", "cancelado", "cancelada",
    ]

    /// Whether a text is one of them, whatever its case and accents.
    package static func contains(_ text: String) -> Bool { words.contains(PlainText.words(text)) }
}
