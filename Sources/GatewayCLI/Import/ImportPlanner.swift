package import Core
import Crypto
package import Formats
package import GatewayAPI

/// Reads a file's bytes, makes an event of each row, and checks it by the code that serves `POST /events/`.
package struct ImportPlanner {
    /// What the command line says about the rows.
    package struct Settings: Sendable, Equatable {
        package var format = ImportFormat.csv
        /// Names of columns that mean other fields.
        package var map: [ImportMapping] = []
        /// For rows that name none.
        package var template: String?
        /// The time zone of rows that name none.
        package var zone: String?
        /// Rows that say the same become an event each.
        package var allowsDuplicates = false
        /// Of the import: other keys for the same rows.
        package var name = ""
        /// How a table is written, as far as the command line says so.
        package var table = TableDialect.Options()
        /// The order of the numbers of dates; nil to recognize it.
        package var dateOrder: DateOrder?
        /// The clock, for times that nobody can mean; nil looks at none.
        package var now: Timestamp?
        /// What is said of a calendar.
        package var calendar = CalendarSettings()

        fileprivate var forCalendar: CalendarSettings {
            var settings = calendar
            (settings.zone, settings.hasTemplate) = (zone, template != nil)
            return settings
        }
    }

    package let settings: Settings
    package let zones: TimeZoneDatabase
    package let templates: TemplateCatalog
    /// The file so far: how it is written is known when all of it was seen.
    private var held: [UInt8] = []
    /// Enough was seen to tell that it is text.
    private var isBegun = false
    /// What was made of the rows so far.
    package var plan = ImportPlan()
    /// Rows that were read.
    package var number = 0
    /// Rows by what they are checked to mean, and how often the same document came.
    package var seen: [[UInt8]: (number: Int, place: ImportPlace)] = [:]
    /// How often each document came, by its digest.
    package var occurrences: [[UInt8]: Int] = [:]
    /// Lines of the events of a calendar by their identities.
    private var identities: [String: Int] = [:]

    package init(_ settings: Settings, zones: TimeZoneDatabase, templates: TemplateCatalog) {
        self.settings = settings
        self.zones = zones
        self.templates = templates
    }

    /// Takes the next bytes of the file, cut anywhere.
    package mutating func feed(_ bytes: ArraySlice<UInt8>) {
        if plan.isUnusable { return }
        held += bytes
        guard !isBegun, held.count >= FileSignature.length else { return }
        isBegun = true
        // What is no text at all is not read to its end.
        guard let signature = FileSignature(held[...]) else { return }
        held = []
        refuse(ReadProblem(line: 1, "the file " + signature.advice, isFatal: true))
    }

    /// The end of the file.
    package mutating func finish() -> ImportPlan {
        if plan.isUnusable { return plan }
        let bytes = held
        held = []
        let text: FileText
        do throws(ReadProblem) {
            text = try FileText(bytes, settings.table.encoding, isCalendar: settings.format == .ics)
        } catch {
            refuse(ReadProblem(line: error.line, error.text, isFatal: true))
            return plan
        }
        switch settings.format {
        case .csv: take(table: text)
        case .ndjson: take(lines: text)
        case .ics: take(calendar: text)
        }
        return plan
    }

    // MARK: Rows of the formats

    /// What begins like a calendar or like JSON is no table, whatever its name ends with.
    private static func otherFormat(_ text: [UInt8]) -> String? {
        let rest = text.drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
        if rest.starts(with: "BEGIN:VCALENDAR".utf8) { return "is a calendar: say --format ics" }
        if rest.starts(with: "[{".utf8) || rest.starts(with: "[\n".utf8) {
            return "is one list in JSON: write its events one on each line, and say --format ndjson"
        }
        return rest.starts(with: "{\"".utf8) ? "is made of lines of JSON: say --format ndjson" : nil
    }

    private mutating func take(table text: FileText) {
        if let other = Self.otherFormat(text.utf8) {
            return refuse(ReadProblem(line: 1, "the file \(other)", isFatal: true))
        }
        let fields = ImportFields(map: settings.map)
        let table = Table(text, settings.table) { fields.role(of: $0, isExport: false) != nil }
        let blank = table.blankRows == 0 ? "" : " (\(table.blankRows) blank)"
        let count = table.rows.count + table.blankRows
        plan.readAs = "\(table.dialect.description), \(Plural.count(count, "row"))\(blank)"
        guard let header = table.header else {
            let problem =
                table.problem ?? ReadProblem(line: 1, "the file is empty: its first line must name the columns")
            return refuse(ReadProblem(line: problem.line, problem.text, isFatal: true))
        }
        let rows = CSVRows(table, header, fields, settings.dateOrder)
        plan.leftOut = rows.columns.leftOut
        for problem in rows.columns.problems {
            refuse(
                ReadProblem(line: problem.record.line, problem.text, isFatal: true),
                ImportPlace(line: problem.record.line, row: problem.record.row))
        }
        if plan.isUnusable { return }
        for record in table.rows {
            accept(ImportPlace(line: record.line, row: record.row)) { () throws(ReadProblem) in try rows.event(record) }
        }
        if let problem = table.problem { refuse(problem) }
    }

    private mutating func take(lines text: FileText) {
        tell(text)
        var reader = NDJSONReader()
        var rows = JSONRows(ImportFields(map: settings.map))
        var items: [ReadItem<NDJSONReader.Row>] = []
        for piece in Self.pieces(text) { reader.feed(piece) { items.append($0) } }
        reader.finish { items.append($0) }
        for item in items {
            switch item {
            case .problem(let problem): refuse(problem)
            case .row(let row):
                accept(ImportPlace(line: row.line)) { () throws(ReadProblem) in try rows.event(row) }
            }
        }
        if !plan.isUnusable { plan.leftOut = rows.leftOut }
    }

    private mutating func take(calendar text: FileText) {
        tell(text)
        var reader = ICSReader(limits: ReadLimits(fields: 4096))
        var rows = CalendarRows(zones: zones, settings: settings.forCalendar)
        var items: [ReadItem<ICSReader.Event>] = []
        for piece in Self.pieces(text) { reader.feed(piece) { items.append($0) } }
        reader.finish { items.append($0) }
        for item in items {
            switch item {
            case .problem(let problem): refuse(problem)
            case .row(let event): rows.add(event)
            }
        }
        if !plan.isUnusable { take(rows.items(reader.calendars)) }
    }

    /// A reader keeps the lines of one piece at a time.
    private static func pieces(_ text: FileText) -> some Sequence<ArraySlice<UInt8>> {
        stride(from: 0, to: text.utf8.count, by: pieceBytes).lazy.map {
            text.utf8[$0..<min($0 + pieceBytes, text.utf8.count)]
        }
    }

    private static let pieceBytes = 64 << 10

    /// Says in which encoding a file was read whose standard knows one alone.
    private mutating func tell(_ text: FileText) {
        if text.encoding != .utf8 { plan.readAs = text.encoding.name }
    }

    /// As reports keep it. An import of another name makes the same once more.
    private func identity(_ identity: String) -> String {
        var shown = identity
        // A report's line is bounded, and every line of it must be read again.
        if identity.utf8.count > Self.longestIdentity, let digest = try? Digest.sha256(Array(identity.utf8)) {
            shown = "sha256:" + Hex.encode(digest)
        }
        return settings.name.isEmpty ? shown : "\(shown) (\(settings.name))"
    }

    private static let longestIdentity = 1000

    private mutating func take(_ found: (items: [CalendarItem], notes: [CalendarNote], series: [String: [String]])) {
        for (uid, identities) in found.series { plan.series[identity(uid)] = Set(identities.map(identity)) }
        plan.notes += found.notes.map { ImportPlan.Note(line: $0.line, text: $0.text) }
        for item in found.items {
            let place = ImportPlace(line: item.line)
            switch item.outcome {
            case .event(let event, let lost):
                var row = ImportedRow(event: event)
                row.lost = lost
                row.identities = item.identities.map(identity)
                row.series = item.series.map(identity)
                if let identity = row.identities.first, let line = identities.updateValue(item.line, forKey: identity) {
                    refuse(
                        ReadProblem(
                            line: item.line,
                            "has the UID and the date of the event in line \(line); one of them must go"))
                    continue
                }
                let made = row
                accept(place) { () throws(ReadProblem) in made }
            case .passedOver(let reason):
                number += 1
                plan.passedOver.append(
                    ImportPlan.PassedOver(row: number, place: place, name: item.name, reason: reason))
            case .problems(let problems):
                number += 1
                plan.problems += problems.map {
                    ImportPlan.Problem(row: number, place: ImportPlace(line: $0.line), name: item.name, text: $0.text)
                }
            }
        }
    }
}
