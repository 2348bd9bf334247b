import Core
import GatewayAPI

/// What an import is going to do: every row of the file read and checked, before the first is sent.
struct ImportPlan: Sendable {
    /// A row that may be sent.
    struct Row: Sendable, Equatable {
        /// From 1, as the file has them.
        let number: Int
        let place: ImportPlace
        let name: String
        /// The path that it is sent to.
        let path: String
        let body: [UInt8]
        /// With which it is sent: made of its identity, else of what it says. The same row has the same key in every run.
        var key: String
        /// Made of what it says, where the key is not.
        var said: String?
        /// By what the file itself tells its events apart, whatever they say. Nil where it does not.
        var identity: String?
        /// Other identities under which the same event may have been imported.
        var aliases: [String] = []
        /// The series that it is a date of.
        var series: String?

        /// The line where it begins.
        var line: Int { place.line }
        /// The same for rows that say the same.
        var content: String { said ?? key }
    }

    /// Something that is wrong with a row, or with the file when there is no row.
    struct Problem: Sendable, Equatable {
        let row: Int?
        let place: ImportPlace
        let name: String
        let text: String
        /// The cell that it is about.
        var value: String?

        var line: Int { place.line }
        /// With the cell.
        var shown: String { value.map { "\(text), not \"\(APIError.shortened($0, to: 60))\"" } ?? text }
    }

    /// A row that says the same as an earlier one, and is not sent.
    struct Duplicate: Sendable, Equatable {
        let row: Row
        /// The number of the earlier one.
        let first: Int
        let firstPlace: ImportPlace
    }

    /// Something that holds for several rows: what they say and their events will not have, or what is hardly meant.
    struct Finding: Sendable, Equatable {
        let what: String
        var places: [ImportPlace]
    }

    /// A row that is no event to be made, such as one that is cancelled.
    struct PassedOver: Sendable, Equatable {
        let row: Int
        let place: ImportPlace
        let name: String
        /// In words that follow the name.
        let reason: String

        var line: Int { place.line }
    }

    /// Something that was used or left out where the file does not say all.
    struct Note: Sendable, Equatable {
        /// 0 for the whole file.
        let line: Int
        let text: String
    }

    var rows: [Row] = []
    var problems: [Problem] = []
    var duplicates: [Duplicate] = []
    /// How the file is written, and how many rows it has: `';' separated, UTF-8, 12 rows (2 blank)`.
    var readAs: String?
    /// The first rows as they are understood.
    var previews: [String] = []
    /// Columns or members that are not imported.
    var leftOut: [String] = []
    /// What rows say and their events will not have.
    var losses: [Finding] = []
    /// What is right by its form and hardly meant, such as a start in the past.
    var remarks: [Finding] = []
    /// Rows that are no events to be made.
    var passedOver: [PassedOver] = []
    var notes: [Note] = []
    /// The identities of the dates of each series, those that are taken out too.
    var series: [String: Set<String>] = [:]
    /// The file could not be read to its end, or its header cannot be used: nothing of it may be sent.
    var isUnusable = false

    /// Rows that have a problem.
    var invalid: Int { Set(problems.compactMap(\.row)).count }
    /// Rows of the file.
    var count: Int { rows.count + duplicates.count + passedOver.count + invalid }

    mutating func lose(_ what: String, _ place: ImportPlace) { Self.note(what, place, &losses) }

    mutating func remark(_ what: String, _ place: ImportPlace) { Self.note(what, place, &remarks) }

    private static let mostFindings = 1000

    private static func note(_ what: String, _ place: ImportPlace, _ findings: inout [Finding]) {
        if let index = findings.firstIndex(where: { $0.what == what }) {
            findings[index].places.append(place)
        } else if findings.count < mostFindings {
            findings.append(Finding(what: what, places: [place]))
        }
    }
}

/// Where a row is in its file.
struct ImportPlace: Sendable, Equatable {
    /// The line where it begins, from 1.
    let line: Int
    /// The row of a spreadsheet that shows the file; nil for what is no table.
    var row: Int?

    /// The number by which a person finds it.
    var number: Int { row ?? line }
    /// `row 5` or `line 5`.
    var text: String { (row == nil ? "line " : "row ") + String(number) }

    /// `row 2`, `rows 2, 3, 5 and 1997 more`.
    static func list(_ places: [ImportPlace]) -> String {
        let word = places.first?.row == nil ? "line" : "row"
        let numbers = places.prefix(3).map { String($0.number) }
        if places.count == 1 { return word + " " + numbers[0] }
        if places.count > 3 { return word + "s " + numbers.joined(separator: ", ") + " and \(places.count - 3) more" }
        return word + "s " + numbers.dropLast().joined(separator: ", ") + " and " + (numbers.last ?? "")
    }
}
