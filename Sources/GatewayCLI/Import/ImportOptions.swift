import Core
package import Formats

/// What the command line of an import says.
package struct ImportOptions: Sendable, Equatable {
    /// A path, or `-` for standard input.
    package var file = ""
    /// What is said about the rows.
    package var planning = ImportPlanner.Settings()
    /// Valid rows are sent although others are not.
    package var skipsInvalid = false
    /// Rows are sent although the events will lack something of them.
    package var allowsLoss = false
    /// Nothing is sent.
    package var isDryRun = false
    /// Rows in flight.
    package var parallel = 4
    /// The path of the report.
    package var report = ""
    /// One document for a script instead of text.
    package var isJSON = false

    private static let maxParallel = 32

    package init(_ call: EventsCall) throws(CommandFailure) {
        file = call.operands.first ?? ""
        guard
            let format = call.text(EventsOptions.importFormat).flatMap({ ImportFormat(rawValue: $0) })
                ?? ImportFormat(path: file)
        else {
            throw CommandFailure(
                .usage, "--format: must say what the file is: csv (any table in text), ndjson or ics")
        }
        planning.format = format
        for option in call.all(EventsOptions.map) {
            do throws(ImportMapError) {
                planning.map.append(try ImportFields.parse(option))
            } catch {
                throw CommandFailure(.usage, "--map: \(error)")
            }
        }
        try takeTable(call)
        planning.calendar = try Self.calendar(call)
        planning.template = call.text(EventsOptions.importTemplate)
        if let zone = call.text(EventsOptions.importZone) {
            planning.zone = try CommandZone.find(zone, [:]).name
        }
        if let text = call.text(EventsOptions.parallel) {
            guard let number = Int(text), (1...Self.maxParallel).contains(number) else {
                throw CommandFailure(.usage, "--parallel: expected a number from 1 to \(Self.maxParallel)")
            }
            parallel = number
        }
        planning.name = call.text(EventsOptions.importName) ?? ""
        planning.allowsDuplicates = call.has(EventsOptions.allowDuplicates)
        allowsLoss = call.has(EventsOptions.allowLoss)
        skipsInvalid = call.has(EventsOptions.skipInvalid)
        isDryRun = call.has(EventsOptions.importDryRun)
        isJSON = call.has(EventsOptions.json)
        report = call.text(EventsOptions.report) ?? file + ".import.ndjson"
        if file == "-", !isDryRun, !call.has(EventsOptions.report) {
            throw CommandFailure(.usage, "--report: must name a file when the rows come from standard input")
        }
    }

    /// What is said of a calendar.
    private static func calendar(_ call: EventsCall) throws(CommandFailure) -> CalendarSettings {
        var settings = CalendarSettings()
        settings.expands = call.has(EventsOptions.expand)
        settings.trust = call.text(EventsOptions.zoneRules).flatMap(CalendarSettings.Trust.init)
        if let text = call.text(EventsOptions.expandUntil) {
            guard text.utf8.count == 10, let day = LocalDateTime(text + "T00:00") else {
                throw CommandFailure(.usage, "--expand-until: expected a day such as 2027-12-31")
            }
            (settings.expands, settings.expandUntil) = (true, day.date)
        }
        return settings
    }

    /// How a table is written, as far as it is said.
    private mutating func takeTable(_ call: EventsCall) throws(CommandFailure) {
        if let text = call.text(EventsOptions.separator) {
            let byte = text == "tab" || text == "\\t" ? 0x09 : text.utf8.first ?? 0
            let isOne = text == "tab" || text == "\\t" || text.utf8.count == 1
            guard isOne, byte < 0x7f, byte > 0x20 || byte == 0x09, byte != UInt8(ascii: "\"") else {
                throw CommandFailure(.usage, "--separator: expected one character, such as ; or |, or the word tab")
            }
            planning.table.separator = byte
        }
        planning.table.encoding = call.text(EventsOptions.encoding).flatMap { name in
            EventsOptions.encodings.first { $0.name == name }?.encoding
        }
        planning.dateOrder = call.text(EventsOptions.dateFormat).flatMap { word in
            DateOrder.words.first { $0.word == word }?.order
        }
        if let text = call.text(EventsOptions.headerRow) {
            guard let number = Int(text), (1...1000).contains(number) else {
                throw CommandFailure(.usage, "--header-row: expected a number from 1 to 1000")
            }
            planning.table.headerRow = number
        }
    }
}

/// A format that events are imported from.
package enum ImportFormat: String, Sendable, CaseIterable {
    case csv, ndjson, ics

    /// What the end of a file's name says; nil when it says nothing.
    package init?(path: String) {
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard let dot = name.lastIndex(of: ".") else { return nil }
        switch name[name.index(after: dot)...].lowercased() {
        // What a spreadsheet's own file is, its content tells; some programs give this name to text.
        case "csv", "tsv", "tab", "txt", "xlsx", "xlsm", "xls", "ods", "numbers": self = .csv
        case "ndjson", "jsonl": self = .ndjson
        case "ics", "ical": self = .ics
        default: return nil
        }
    }
}

/// The options of `luma-mcp events import`.
extension EventsOptions {
    package static let importFormat = OptionRow(
        "--format", .words(ImportFormat.allCases.map(\.rawValue)), "FORMAT", "Default: what the file's name ends with.")
    package static let map = OptionRow(
        "--map", .free, "COLUMN=FIELD", repeats: true,
        "Map a column to a field; without a field the column is left out. Can be repeated.")
    package static let separator = OptionRow(
        "--separator", .free, "CHARACTER",
        "Separator of a table's cells: a character such as ; or the word tab. Default: detected.")
    package static let encoding = OptionRow(
        "--encoding", .words(EventsOptions.encodings.map(\.name)), "NAME",
        "Encoding of the file. Default: detected, or refused when it is ambiguous.")
    package static let encodings: [(name: String, encoding: TableEncoding)] = [
        ("utf-8", .utf8), ("utf-16le", .utf16LittleEndian), ("utf-16be", .utf16BigEndian),
        ("windows-1252", .windows1252), ("macintosh", .macintosh),
    ]
    package static let dateFormat = OptionRow(
        "--date-format", .words(DateOrder.words.map(\.word)), "ORDER",
        "Order of day, month and year in dates such as 01/07/2027, where the table is ambiguous.")
    package static let headerRow = OptionRow(
        "--header-row", .free, "NUMBER", "Row of a table that names the columns. Default: the first with text.")
    package static let allowLoss = OptionRow(
        "--allow-loss", .yes([]), "Import an export although a price or a description is not in the file.")
    package static let importTemplate = OptionRow(
        "--template", .template, "TYPE", "Create from this template the rows that name none in template_type.")
    package static let importZone = OptionRow(
        "--zone", .zone, "ZONE", "Time zone of rows that name none, such as Europe/Berlin.")
    package static let expand = OptionRow(
        "--expand", .yes([]), "Create an event for each date of a calendar's series that has an end.")
    package static let expandUntil = OptionRow(
        "--expand-until", .free, "DATE", "The same, up to this day, such as 2027-12-31, also for series without an end."
    )
    package static let zoneRules = OptionRow(
        "--zone-rules", .words(CalendarSettings.Trust.allCases.map(\.rawValue)), "WHICH",
        "Which wins where a time zone's name and the calendar's own definition of it disagree.")
    package static let skipInvalid = OptionRow(
        "--skip-invalid", .yes([]), "Send the valid rows although others are invalid.")
    package static let allowDuplicates = OptionRow(
        "--allow-duplicates", .yes([]), "Create an event for every row, also for one that equals an earlier one.")
    package static let importDryRun = OptionRow("--dry-run", .yes([]), "Validate everything, and send nothing.")
    package static let parallel = OptionRow(
        "--parallel", .free, "NUMBER", "Rows in flight at the same time, 1 to 32. Default: 4.")
    package static let importName = OptionRow(
        "--name", .free, "TEXT", "Import the same rows once more, as another import of this name.")
    package static let report = OptionRow(
        "--report", .file, "FILE",
        "Where to write the report, one line for each row. Default: the file's name and .import.ndjson.")

    package static let importing = [
        importFormat, map, dateFormat, separator, encoding, headerRow, allowLoss, importTemplate, importZone, expand,
        expandUntil, zoneRules, skipInvalid, allowDuplicates, importDryRun, parallel, importName,
        report,
    ]
}
