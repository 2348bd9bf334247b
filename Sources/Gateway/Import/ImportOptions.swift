/// What the command line of an import says.
struct ImportOptions: Sendable, Equatable {
    var file = ""
    var planning = ImportPlanner.Settings()
    var skipsInvalid = false
    var isDryRun = false
    var parallel = 4
    var report = ""
    var isJSON = false

    private static let mostParallel = 32

    init(_ call: EventsCall) throws(CommandFailure) {
        file = call.operands.first ?? ""
        guard
            let format = call.text(EventsOptions.importFormat).flatMap({ ImportFormat(rawValue: $0) })
                ?? ImportFormat(path: file)
        else {
            throw CommandFailure(.usage, "--format: must say what the file is: csv, ndjson or ics")
        }
        planning.format = format
        for option in call.all(EventsOptions.map) {
            do throws(ImportMapError) {
                planning.map.append(try ImportFields.parse(option))
            } catch {
                throw CommandFailure(.usage, "--map: \(error)")
            }
        }
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
        skipsInvalid = call.has(EventsOptions.skipInvalid)
        isDryRun = call.has(EventsOptions.importDryRun)
        isJSON = call.has(EventsOptions.json)
        report = call.text(EventsOptions.report) ?? file + ".import.ndjson"
        if file == "-", !isDryRun, !call.has(EventsOptions.report) {
            throw CommandFailure(.usage, "--report: must name a file when the rows come from standard input")
        }
    }
}
