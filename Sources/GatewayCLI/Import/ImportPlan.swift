import Core
import GatewayAPI

/// What an import is going to do: every row of the file read and checked, before the first is sent.
package struct ImportPlan: Sendable {
    /// A row that may be sent.
    package struct Row: Sendable, Equatable {
        /// From 1, as the file has them.
        package let number: Int
        /// Where it stands in the file.
        package let place: ImportPlace
        package let name: String
        /// The path that it is sent to.
        package let path: String
        /// The event as JSON.
        package let body: [UInt8]
        /// With which it is sent: made of its identity, else of what it says. The same row has the same key in every run.
        package var key: String
        /// Made of what it says, where the key is not.
        package var said: String?
        /// By what the file itself tells its events apart, whatever they say. Nil where it does not.
        package var identity: String?
        /// Other identities under which the same event may have been imported.
        package var aliases: [String] = []
        /// The series that it is a date of.
        package var series: String?

        /// The line where it begins.
        package var line: Int { place.line }
        /// The same for rows that say the same.
        package var content: String { said ?? key }
    }

    /// Something that is wrong with a row, or with the file when there is no row.
    package struct Problem: Sendable, Equatable {
        /// The number of the row; nil when the whole file is wrong.
        package let row: Int?
        package let place: ImportPlace
        package let name: String
        /// What is wrong, without the cell.
        package let text: String
        /// The cell that it is about.
        package var value: String?

        /// The line where it begins; 0 for the whole file.
        package var line: Int { place.line }
        /// With the cell.
        package var shown: String { value.map { "\(text), not \"\(APIError.shortened($0, to: 60))\"" } ?? text }
    }

    /// A row that says the same as an earlier one, and is not sent.
    package struct Duplicate: Sendable, Equatable {
        package let row: Row
        /// The number of the earlier one.
        package let first: Int
        package let firstPlace: ImportPlace
    }

    /// Something that holds for several rows: what they say and their events will not have, or what is hardly meant.
    package struct Finding: Sendable, Equatable {
        /// In words for a person.
        package let what: String
        package var places: [ImportPlace]
    }

    /// A row that is no event to be made, such as one that is cancelled.
    package struct PassedOver: Sendable, Equatable {
        /// The number of the row.
        package let row: Int
        package let place: ImportPlace
        package let name: String
        /// In words that follow the name.
        package let reason: String

        package var line: Int { place.line }
    }

    /// Something that was used or left out where the file does not say all.
    package struct Note: Sendable, Equatable {
        /// 0 for the whole file.
        package let line: Int
        package let text: String
    }

    /// Those that may be sent, in the order of the file.
    package var rows: [Row] = []
    package var problems: [Problem] = []
    package var duplicates: [Duplicate] = []
    /// How the file is written, and how many rows it has: `';' separated, UTF-8, 12 rows (2 blank)`.
    package var readAs: String?
    /// The first rows as they are understood.
    package var previews: [String] = []
    /// Columns or members that are not imported.
    package var leftOut: [String] = []
    /// What rows say and their events will not have.
    package var losses: [Finding] = []
    /// What is right by its form and hardly meant, such as a start in the past.
    package var remarks: [Finding] = []
    /// Rows that are no events to be made.
    package var passedOver: [PassedOver] = []
    /// What was used where the file does not say all.
    package var notes: [Note] = []
    /// The identities of the dates of each series, those that are taken out too.
    package var series: [String: Set<String>] = [:]
    /// The file could not be read to its end, or its header cannot be used: nothing of it may be sent.
    package var isUnusable = false

    /// Rows that have a problem.
    package var invalid: Int { Set(problems.compactMap(\.row)).count }
    /// Rows of the file.
    package var count: Int { rows.count + duplicates.count + passedOver.count + invalid }

    /// Notes something of the file that the event will not have.
    package mutating func lose(_ what: String, _ place: ImportPlace) { Self.note(what, place, &losses) }

    /// Notes something that a person should know and that loses nothing.
    package mutating func remark(_ what: String, _ place: ImportPlace) { Self.note(what, place, &remarks) }

    private static let maxFindings = 1000

    private static func note(_ what: String, _ place: ImportPlace, _ findings: inout [Finding]) {
        if let index = findings.firstIndex(where: { $0.what == what }) {
            findings[index].places.append(place)
        } else if findings.count < maxFindings {
            findings.append(Finding(what: what, places: [place]))
        }
    }
}

/// Where a row is in its file.
package struct ImportPlace: Sendable, Equatable {
    /// The line where it begins, from 1.
    package let line: Int
    /// The row of a spreadsheet that shows the file; nil for what is no table.
    package var row: Int?

    /// The number by which a person finds it.
    package var number: Int { row ?? line }
    /// `row 5` or `line 5`.
    package var text: String { (row == nil ? "line " : "row ") + String(number) }

    /// `row 2`, `rows 2, 3, 5 and 1997 more`.
    package static func list(_ places: [ImportPlace]) -> String {
        let word = places.first?.row == nil ? "line" : "row"
        let numbers = places.prefix(3).map { String($0.number) }
        if places.count == 1 { return word + " " + numbers[0] }
        if places.count > 3 { return word + "s " + numbers.joined(separator: ", ") + " and \(places.count - 3) more" }
        return word + "s " + numbers.dropLast().joined(separator: ", ") + " and " + (numbers.last ?? "")
    }
}
