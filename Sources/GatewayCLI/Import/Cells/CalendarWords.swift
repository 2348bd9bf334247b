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
