import Core
import Formats

/// What the command line of an import says.
package struct ImportOptions: Sendable, Equatable {
    package var file = ""
    package var planning = ImportPlanner.Settings()
    package var skipsInvalid = false
    package var allowsLoss = false
    package var isDryRun = false
    package var parallel = 4
    package var report = ""
    package var isJSON = false

    private static let mostParallel = 32

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
            guard let number = Int(text), (1...Self.mostParallel).contains(number) else {
                throw CommandFailure(.usage, "--parallel: expected a number from 1 to \(Self.mostParallel)")
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
