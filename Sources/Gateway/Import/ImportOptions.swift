import Core

/// What the command line of an import says.
public struct ImportOptions: Sendable, Equatable {
    var file = ""
    var server: String?
    var planning = ImportPlanner.Settings()
    var skipsInvalid = false
    var isDryRun = false
    var parallel = 4
    var report = ""
    var isJSON = false

    private static let mostParallel = 32

    /// Reads the arguments after `events import`.
    /// - Returns: nil when the help is asked for.
    /// - Throws: all problems at once.
    static func parse(_ arguments: ArraySlice<String>) throws(ConfigurationErrors) -> ImportOptions? {
        var options = ImportOptions()
        var problems: [ConfigurationError] = []
        var files: [String] = []
        var format: ImportFormat?
        var given: Set<ImportOption> = []
        var rest = arguments
        while let argument = rest.popFirst() {
            if argument == "--help" || argument == "-h" { return nil }
            guard argument.hasPrefix("--") else {
                files.append(argument)
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let option = ImportOption(rawValue: parts[0]) else {
                let known = ImportOption.allCases.map(\.rawValue) + ["--help"]
                let hint = NearestName.suggest(for: parts[0], among: known).map { "; did you mean \($0)?" } ?? ""
                problems.append(problem(parts[0], "is not an option of events import\(hint)"))
                continue
            }
            if option != .map, !given.insert(option).inserted { problems.append(problem(parts[0], "is given twice")) }
            var value = parts.count == 2 ? parts[1] : nil
            if option.placeholder == nil {
                if value != nil { problems.append(problem(parts[0], "takes no value")) }
            } else if value == nil {
                if let next = rest.first, !next.hasPrefix("--") { value = rest.removeFirst() }
                if value == nil { problems.append(problem(parts[0], "needs a value: \(option.placeholder ?? "")")) }
            }
            if let text = options.take(option, value ?? "", &format), option.placeholder == nil || value != nil {
                problems.append(problem(parts[0], text))
            }
        }
        if files.count == 1 {
            options.file = files[0]
        } else {
            problems.append(problem("FILE", files.isEmpty ? "is missing: which file?" : "must be one file"))
        }
        problems += options.complete(format)
        if let errors = ConfigurationErrors(problems) { throw errors }
        return options
    }

    private static func problem(_ name: String, _ text: String) -> ConfigurationError {
        ConfigurationError(String(name.prefix(80)), text, from: .commandLine)
    }

    /// - Returns: what is wrong with the value.
    private mutating func take(_ option: ImportOption, _ value: String, _ format: inout ImportFormat?) -> String? {
        switch option {
        case .server:
            guard let url = BaseURL(value) else {
                return "must be an https URL, or http on this machine, such as http://localhost:8000"
            }
            server = url.text
        case .format:
            format = ImportFormat(rawValue: value)
            if format == nil { return "must be csv, ndjson or ics" }
        case .map:
            do throws(ImportMapError) {
                planning.map.append(try ImportFields.parse(value))
            } catch {
                return error.description
            }
        case .template: planning.template = value
        case .zone:
            guard (try? SystemTimeZones.database.rules(for: value)) != nil else {
                let hint = SystemTimeZones.database.suggestion(for: value).map { "; did you mean \($0)?" } ?? ""
                return "must be an IANA time zone, such as Europe/Berlin\(hint)"
            }
            planning.zone = value
        case .skipInvalid: skipsInvalid = true
        case .allowDuplicates: planning.allowsDuplicates = true
        case .dryRun: isDryRun = true
        case .parallel:
            guard let number = Int(value), (1...Self.mostParallel).contains(number) else {
                return "must be a number from 1 to \(Self.mostParallel)"
            }
            parallel = number
        case .name: planning.name = value
        case .report: report = value
        case .json: isJSON = true
        }
        return nil
    }

    /// What follows from the file's name.
    private mutating func complete(_ format: ImportFormat?) -> [ConfigurationError] {
        var problems: [ConfigurationError] = []
        if let known = format ?? ImportFormat(path: file) {
            planning.format = known
        } else if !file.isEmpty {
            problems.append(Self.problem("--format", "must say what the file is: csv, ndjson or ics"))
        }
        if report.isEmpty {
            if file == "-", !isDryRun {
                problems.append(Self.problem("--report", "must name a file for standard input"))
            }
            report = file + ".import.ndjson"
        }
        return problems
    }
}
