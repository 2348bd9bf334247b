import Core
import Crypto
import Formats

/// What an import is going to do: every row of the file read and checked, before the first is sent.
struct ImportPlan: Sendable {
    /// A row that may be sent.
    struct Row: Sendable, Equatable {
        /// From 1, as the file has them.
        let number: Int
        /// The line where it begins.
        let line: Int
        let name: String
        /// The path that it is sent to.
        let path: String
        let body: [UInt8]
        /// Made of what it says: the same row has the same key in every run.
        let key: String
    }

    /// Something that is wrong with a row, or with the file when there is no row.
    struct Problem: Sendable, Equatable {
        let row: Int?
        let line: Int
        let name: String
        let text: String
    }

    /// A row that says the same as an earlier one, and is not sent.
    struct Duplicate: Sendable, Equatable {
        let row: Row
        /// The number of the earlier one.
        let first: Int
    }

    fileprivate(set) var rows: [Row] = []
    fileprivate(set) var problems: [Problem] = []
    fileprivate(set) var duplicates: [Duplicate] = []
    /// Columns or members that are not imported, because Luma sets them.
    fileprivate(set) var leftOut: [String] = []
    /// The file could not be read to its end, or its header cannot be used: nothing of it may be sent.
    fileprivate(set) var isUnusable = false

    /// Rows that have a problem.
    var invalid: Int { Set(problems.compactMap(\.row)).count }
    /// Rows of the file.
    var count: Int { rows.count + duplicates.count + invalid }
}

/// Reads a file's bytes, makes an event of each row, and checks it by the code that serves `POST /events/`.
struct ImportPlanner {
    /// What the command line says about the rows.
    struct Settings: Sendable, Equatable {
        var format = ImportFormat.csv
        var map: [ImportMapping] = []
        /// For rows that name none.
        var template: String?
        var zone: String?
        var allowsDuplicates = false
        /// Of the import: other keys for the same rows.
        var name = ""
    }

    private enum Source {
        case csv(CSVReader, CSVRows)
        case ndjson(NDJSONReader, JSONRows)
        case ics(ICSReader, CalendarRows)
    }

    private static let mostProblemsOfARow = 10

    private let settings: Settings
    private let zones: TimeZoneDatabase
    private let templates: TemplateCatalog
    private var source: Source
    private var plan = ImportPlan()
    private var number = 0
    /// Rows by what they are checked to mean, and how often the same document came.
    private var seen: [[UInt8]: Int] = [:]
    private var occurrences: [[UInt8]: Int] = [:]

    init(_ settings: Settings, zones: TimeZoneDatabase, templates: TemplateCatalog) {
        self.settings = settings
        self.zones = zones
        self.templates = templates
        let fields = ImportFields(map: settings.map)
        source =
            switch settings.format {
            case .csv: .csv(CSVReader(), CSVRows(fields))
            case .ndjson: .ndjson(NDJSONReader(), JSONRows(fields))
            case .ics: .ics(ICSReader(), CalendarRows(zones: zones, defaultZone: settings.zone))
            }
    }

    /// Takes the next bytes of the file, cut anywhere.
    mutating func feed(_ bytes: ArraySlice<UInt8>) {
        if plan.isUnusable { return }
        switch source {
        case .csv(var reader, let rows):
            var items: [ReadItem<CSVReader.Record>] = []
            reader.feed(bytes) { items.append($0) }
            source = .csv(reader, rows)
            take(items)
        case .ndjson(var reader, let rows):
            var items: [ReadItem<NDJSONReader.Row>] = []
            reader.feed(bytes) { items.append($0) }
            source = .ndjson(reader, rows)
            take(items)
        case .ics(var reader, let rows):
            var items: [ReadItem<ICSReader.Event>] = []
            reader.feed(bytes) { items.append($0) }
            source = .ics(reader, rows)
            take(items)
        }
    }

    /// The end of the file.
    mutating func finish() -> ImportPlan {
        if plan.isUnusable { return plan }
        switch source {
        case .csv(var reader, _):
            var items: [ReadItem<CSVReader.Record>] = []
            reader.finish { items.append($0) }
            take(items)
            guard case .csv(_, let rows) = source else { break }
            plan.leftOut = rows.leftOut
            if !rows.hasHeader, plan.problems.isEmpty {
                refuse(ReadProblem(line: 1, "the file is empty: its first line must name the columns", isFatal: true))
            }
        case .ndjson(var reader, _):
            var items: [ReadItem<NDJSONReader.Row>] = []
            reader.finish { items.append($0) }
            take(items)
            if case .ndjson(_, let rows) = source { plan.leftOut = rows.leftOut }
        case .ics(var reader, _):
            var items: [ReadItem<ICSReader.Event>] = []
            reader.finish { items.append($0) }
            take(items)
        }
        return plan
    }

    // MARK: Rows of the formats

    private mutating func take(_ items: [ReadItem<CSVReader.Record>]) {
        for item in items {
            guard case .csv(let reader, var rows) = source else { return }
            switch item {
            // Without its first line nobody knows what the cells of the others are.
            case .problem(let problem) where !rows.hasHeader:
                return refuse(ReadProblem(line: problem.line, problem.text, isFatal: true))
            case .problem(let problem): refuse(problem)
            case .row(let record) where !rows.hasHeader:
                let problems = rows.readHeader(record)
                source = .csv(reader, rows)
                for text in problems { refuse(ReadProblem(line: record.line, text, isFatal: true)) }
            case .row(let record):
                accept(record.line) { () throws(ReadProblem) in try rows.event(record) }
            }
        }
    }

    private mutating func take(_ items: [ReadItem<NDJSONReader.Row>]) {
        for item in items {
            guard case .ndjson(let reader, var rows) = source else { return }
            switch item {
            case .problem(let problem): refuse(problem)
            case .row(let row):
                accept(row.line) { () throws(ReadProblem) in try rows.event(row) }
                source = .ndjson(reader, rows)
            }
        }
    }

    private mutating func take(_ items: [ReadItem<ICSReader.Event>]) {
        for item in items {
            guard case .ics(_, let rows) = source else { return }
            switch item {
            case .problem(let problem): refuse(problem)
            case .row(let event): accept(event.line) { () throws(ReadProblem) in try rows.event(event) }
            }
        }
    }

    // MARK: The check

    private mutating func refuse(_ problem: ReadProblem) {
        if problem.isFatal { plan.isUnusable = true } else { number += 1 }
        plan.problems.append(
            ImportPlan.Problem(
                row: problem.isFatal ? nil : number, line: problem.line, name: "", text: problem.text))
    }

    private mutating func accept(_ line: Int, _ event: () throws(ReadProblem) -> JSONObject) {
        do throws(ReadProblem) {
            check(line, try event())
        } catch {
            refuse(error)
        }
    }

    private mutating func check(_ line: Int, _ event: JSONObject) {
        number += 1
        var event = event
        for name in ["start_at", "end_at"] {
            if let text = event[name]?.stringValue { event[name] = .string(Self.withT(text)) }
        }
        if event["timezone"] == nil, let zone = settings.zone { event["timezone"] = .string(zone) }
        if event["template_type"] == nil, let template = settings.template {
            event["template_type"] = .string(template)
        }
        let name = event["name"]?.stringValue ?? ""
        let usesTemplate = event["template_type"] != nil
        let document = JSON.object(event)
        let outcome =
            usesTemplate
            ? templates.expand(document, zones: zones) : EventInput.parse(document, mode: .create, zones: zones)
        let accepted: EventInput.Accepted
        switch outcome {
        case .accepted(let found): accepted = found
        case .invalid(let problems):
            // What one row may say is bounded, or a file of nonsense would fill the memory.
            plan.problems += problems.prefix(Self.mostProblemsOfARow).map {
                ImportPlan.Problem(
                    row: number, line: line, name: name,
                    text: $0.field.isEmpty ? $0.problem : "\($0.field) \($0.problem)")
            }
            return
        case .needsEventZone, .emptyUpdate: preconditionFailure("these outcomes belong to updates")
        }
        let path = usesTemplate ? "/templates/create" : "/events/"
        guard let key = key(event, path), let meaning = Self.meaning(accepted) else {
            return refuse(ReadProblem(line: line, "cannot be digested: OpenSSL fails", isFatal: true))
        }
        let row = ImportPlan.Row(
            number: number, line: line, name: name, path: path, body: document.encoded, key: key)
        if let first = seen[meaning], !settings.allowsDuplicates {
            plan.duplicates.append(ImportPlan.Duplicate(row: row, first: first))
        } else {
            seen[meaning] = seen[meaning] ?? number
            plan.rows.append(row)
        }
    }

    /// A date and a time as tables show them, with a space between.
    private static func withT(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard bytes.count > 11, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == 0x20 else {
            return text
        }
        return String(decoding: bytes[..<10] + [UInt8(ascii: "T")] + bytes[11...], as: UTF8.self)
    }

    /// The key of a row, which is its own in every run: of what is sent, of how many times the file had it before, and of
    /// the import's name.
    private mutating func key(_ event: JSONObject, _ path: String) -> String? {
        guard let content = Fingerprint.of(event, "import \(path)", principal: settings.name) else { return nil }
        let occurrence = (occurrences[content] ?? 0) + 1
        occurrences[content] = occurrence
        return "import-" + Hex.encode(Array(content.prefix(20))) + (occurrence > 1 ? "-\(occurrence)" : "")
    }

    /// Equal for rows that make the same event, however they are written.
    private static func meaning(_ event: EventInput.Accepted) -> [UInt8]? {
        Fingerprint.of(event.body, "event \(event.approval.map { "\($0)" } ?? "")", principal: "")
    }
}
