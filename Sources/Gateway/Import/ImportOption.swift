/// The options of `luma-mcp events import` as data: what reads them, the help and the completions know the same rows.
enum ImportOption: String, Sendable, CaseIterable {
    case server = "--server"
    case format = "--format"
    case map = "--map"
    case template = "--template"
    case zone = "--zone"
    case skipInvalid = "--skip-invalid"
    case allowDuplicates = "--allow-duplicates"
    case dryRun = "--dry-run"
    case parallel = "--parallel"
    case name = "--name"
    case report = "--report"
    case json = "--json"

    /// The name of the value in the help; nil for an option that stands alone.
    var placeholder: String? {
        switch self {
        case .server: "URL"
        case .format: "FORMAT"
        case .map: "COLUMN=FIELD"
        case .template: "TYPE"
        case .zone: "ZONE"
        case .parallel: "NUMBER"
        case .name: "TEXT"
        case .report: "FILE"
        case .skipInvalid, .allowDuplicates, .dryRun, .json: nil
        }
    }

    var help: String {
        switch self {
        case .server: "The gateway's address. Default: LUMA_GATEWAY_URL, else http://localhost:8000."
        case .format: "csv, ndjson or ics. Default: what the file's name ends with."
        case .map: "The field that a column is; without a field the column is left out. May be given several times."
        case .template: "Create from this template the rows that name none in template_type."
        case .zone: "The IANA time zone of rows that name none, such as Europe/Berlin."
        case .skipInvalid: "Send the good rows although others are not valid."
        case .allowDuplicates: "Make an event of every row, also of one that says the same as an earlier one."
        case .dryRun: "Read and check everything, and send nothing."
        case .parallel: "Rows that are under way at the same time, 1 to 32. Default: 4."
        case .name: "Import the same rows once more as another import of this name."
        case .report: "Where to tell what was done to each row. Default: the file's name and .import.ndjson."
        case .json: "Print the result as JSON."
        }
    }

    /// The text of `luma-mcp events import --help`.
    static var helpText: String {
        var text = """
            luma-mcp events import: create the events of a file, each row once.

            Usage:
              luma-mcp events import FILE [options]

            FILE is CSV whose first line names the columns, NDJSON with one event a line, or
            a calendar (iCalendar); - is standard input, which needs --format and --report.
            Columns and members are named as the fields of an event: name, start_at,
            timezone, end_at, and so on.

            All rows are checked before the first is sent. The report tells what was done to
            each; run the same command again to go on after an interruption: no row is sent
            twice. A token for the gateway is read from LUMA_GATEWAY_TOKEN.

            Options:

            """
        for option in allCases {
            text += "  " + option.rawValue + (option.placeholder.map { " " + $0 } ?? "") + "\n"
            for line in Help.wrapped(option.help, to: Help.width - 6) { text += "      " + line + "\n" }
        }
        return text + """

            Exit codes: 0 all rows are done, 1 some are not, 64 an option is wrong, 65 rows
            are not valid and nothing was sent, 66 the file cannot be read, 69 the gateway
            cannot be used, 73 the report cannot be written, 77 the gateway refuses the
            token, 130 interrupted.

            """
    }
}
