import Core
import GatewayAPI

/// The options of the sub-commands of `luma-mcp events`, as data.
package enum EventsOptions {
    package static let server = OptionRow(
        "--server", .free, "URL", "URL of the gateway (LUMA_GATEWAY_URL). Default: \(GatewayTarget.standard).")
    package static let token = OptionRow(
        "--token", .free, "TOKEN",
        "Token for the gateway, or @ and the name of a file that holds it (LUMA_GATEWAY_TOKEN). On the command line a "
            + "token is visible in the process list; prefer the variable or a file.")
    package static let caFile = OptionRow(
        "--ca-file", .file, "FILE", "Certificates in PEM to trust besides the system's (LUMA_CA_FILE).")
    package static let timeout = OptionRow(
        "--timeout", .free, "SECONDS", "Timeout, retries included. Default: 60.")
    package static let json = OptionRow("--json", .yes([]), "Print one JSON document, for scripts.")
    /// What all sub-commands have.
    package static let common = [server, token, caFile, timeout, json]

    package static let after = OptionRow("--after", .free, "TIME", "Only events that start at or after this time.")
    package static let before = OptionRow("--before", .free, "TIME", "Only events that start at or before this time.")
    package static let zone = OptionRow("--zone", .zone, "ZONE", "Time zone of the times, such as Europe/Berlin.")
    package static let sort = OptionRow(
        "--sort", .words(["start_at", "-start_at"]), "FIELD", "Sort order: the earliest or the latest first.")
    package static let status = OptionRow(
        "--status", .words(["approved", "pending"]), "STATUS",
        "Events of the calendar, or submitted ones that wait for approval.")
    package static let show = OptionRow(
        "--show", .words(["all"]), "WHAT",
        "all includes events of other platforms, view-only events and those that wait for approval.")
    private static let filters = [after, before, zone, sort, status, show]
    package static let limit = OptionRow("--limit", .free, "NUMBER", "How many events to show, 1 to 100. Default: 50.")
    package static let cursor = OptionRow("--cursor", .free, "CURSOR", "The next_cursor of the previous page.")
    package static let all = OptionRow("--all", .yes([]), "Show all pages.")
    package static let past = OptionRow("--past", .yes([]), "Show past events, the latest first.")
    package static let search = OptionRow(
        "--search", .free, "WORDS",
        "Only events with these words in their name or place; lists from Luma have no descriptions.")
    package static let list = filters + [past, search, limit, cursor, all]

    package static let name = OptionRow("--name", .free, "NAME", "Name of the event.")
    package static let template = OptionRow("--template", .template, "TYPE", "Start from this template.")
    package static let start = OptionRow("--start", .free, "TIME", "Start time.")
    package static let end = OptionRow("--end", .free, "TIME", "End time.")
    package static let duration = OptionRow(
        "--duration", .free, "LENGTH", "Duration, such as 90m, 2h or 1h30m, instead of --end.")
    package static let from = OptionRow(
        "--from", .file, "FILE",
        "Read fields from a JSON object in a file, or - for standard input; options override it.")
    package static let key = OptionRow("--key", .free, "KEY", "The Idempotency-Key to use; a new one by default.")
    private static let timing = [start, end, duration, zone]
    package static let yes = OptionRow("--yes", .yes([]), "Do not ask for confirmation.")
    package static let dryRun = OptionRow("--dry-run", .yes([]), "Show what would happen, and change nothing.")
    package static let create = [name, template] + timing + EventFields.options + [from, yes, dryRun, key]

    package static let clear = OptionRow(
        "--clear", .free, "FIELD", repeats: true, "Clear a field, such as max_capacity; can be repeated.")
    package static let update = [name] + timing + EventFields.options + [clear, from, yes, dryRun, key]

    package static let refund = OptionRow("--refund", .yes([]), "Refund guests who have paid.")
    package static let noRefund = OptionRow("--no-refund", .yes([]), "Do not refund guests who have paid.")
    package static let cancel = [yes, refund, noRefund, dryRun, key]

    package static let format = OptionRow(
        "--format", .words(ExportFormat.allCases.map(\.rawValue)), "FORMAT", "Default: ndjson, or json with --json.")
    package static let output = OptionRow(
        "--output", short: "-o", .file, "FILE", "Write to this file instead of standard output.")
    package static let purpose = OptionRow(
        "--for", .words(["spreadsheet"]), "PURPOSE", "Begin a CSV table with the byte order mark that Excel needs.")
    package static let export = filters + [format, purpose, output]
}

/// What `events export` writes.
package enum ExportFormat: String, Sendable, CaseIterable {
    case json, ndjson, csv, ics

    /// What the ending of a file's name says; nil for a name without one.
    /// - Parameter isGiven: the format is said otherwise, and any name will do but that of a workbook.
    /// - Throws: for an ending that no format has, so that no file is of another kind than it says.
    package init?(path: String, isGiven: Bool) throws(CommandFailure) {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
        let ending = name[name.index(after: dot)...].lowercased()
        let workbooks = ["xlsx", "xlsm", "xls", "ods", "numbers"]
        switch ending {
        case "jsonl": self = .ndjson
        case "ical": self = .ics
        case _ where ExportFormat(rawValue: ending) != nil: self = ExportFormat(rawValue: ending) ?? .ndjson
        case _ where workbooks.contains(ending):
            throw CommandFailure(
                .usage,
                "--output: a workbook (.\(ending)) cannot be written; name a .csv, which every spreadsheet opens")
        case _ where isGiven: return nil
        default:
            throw CommandFailure(
                .usage,
                "--output: .\(CommandFailure.line(ending)) is not a known format; use .csv, .ics, .ndjson or "
                    + ".json, or --format")
        }
    }

    /// What the gateway is asked for.
    package var mediaType: String {
        switch self {
        case .json, .ndjson: "application/x-ndjson"
        case .csv: "text/csv"
        case .ics: "text/calendar"
        }
    }
}

/// Names that people give the options of `luma-mcp events`.
package enum OptionSynonyms {
    /// The option that is meant by a name that is none; nil when nothing is near.
    package static func suggest(for name: String, among known: [String]) -> String? {
        let plain = PlainText.words(String(name.prefix(64))).filter { $0 != " " }
        if let meant = table[plain], known.contains(meant) { return meant }
        return NearestName.suggest(for: name, among: known)
    }

    private static let table: [String: String] = {
        var table: [String: String] = [
            "timezone": "--zone", "tz": "--zone", "tzid": "--zone", "time": "--start", "length": "--duration",
            "durationminutes": "--duration", "minutes": "--duration", "hours": "--duration", "since": "--after",
            "from": "--after", "until": "--before", "to": "--before", "max": "--limit", "count": "--limit",
            "order": "--sort", "orderby": "--sort", "url": "--server", "host": "--server", "gateway": "--server",
            "apikey": "--token", "force": "--yes", "y": "--yes", "quiet": "--yes", "preview": "--dry-run",
            "simulate": "--dry-run", "out": "--output", "file": "--output", "unset": "--clear", "type": "--template",
            "idempotencykey": "--key", "nodryrun": "--dry-run", "refunds": "--refund",
        ]
        // What is a field elsewhere is an option here.
        let options: [String: String] = [
            "name": "--name", "start_at": "--start", "end_at": "--end", "timezone": "--zone",
        ]
        var fields = options
        for row in EventFields.table { fields[row.field] = row.option.name }
        for (field, synonyms) in FieldSynonyms.names {
            guard let option = fields[field] else { continue }
            let plain = PlainText.words(field).filter { $0 != " " }
            for name in [plain] + synonyms.split(separator: ",").map({ String($0.drop { $0 == " " }) })
            where table[name] == nil { table[name] = option }
        }
        return table
    }()
}
