/// What `luma-mcp events` can do.
public enum EventsVerb: String, Sendable, CaseIterable {
    case list, get, create, update, cancel, export, `import`, templates

    /// Its row in the help, the manual page and the completions.
    package struct Row: Sendable {
        /// What follows the name in the help.
        package let arguments: String
        /// What it does, in a few words that begin with a verb.
        package let summary: String
        /// Its own options, without those that all have.
        package let options: [OptionRow]
        /// What a person may want to know before the first use.
        package var notes: String = ""
        /// Command lines, each with what it does.
        package let examples: [(line: String, does: String)]
        /// It takes the id of an event.
        package var takesID = false
        /// It takes the name of a file.
        package var takesFile = false
        /// It may be given the type of a template.
        package var takesTemplate = false
    }

    /// Its own options, then those that all have.
    package var options: [OptionRow] { row.options + EventsOptions.common }

    package var row: Row {
        switch self {
        case .list:
            Row(
                arguments: "[options]", summary: "list the events of the calendar", options: EventsOptions.list,
                notes: "Upcoming events from today on; --past shows earlier ones, --all every event. With --json one"
                    + " document with entries, has_more and next_cursor, for --cursor.",
                examples: [
                    ("luma-mcp events list", "Upcoming events."),
                    ("luma-mcp events list --search 'rooftop berlin'", "Search; accents do not matter."),
                    ("luma-mcp events list --all --json", "All events, for a script."),
                ])
        case .get:
            Row(
                arguments: "ID", summary: "show one event", options: [],
                notes: "ID is an event's id or the address of its page, here and in update and cancel. With --json the"
                    + " event as Luma sent it.",
                examples: [
                    ("luma-mcp events get evt-a1B2c3", "The event, its times in its own zone."),
                    ("luma-mcp events get https://luma.com/rooftop", "By the address of its page."),
                ], takesID: true)
        case .create:
            Row(
                arguments: "--name NAME --start TIME [options]", summary: "create an event",
                options: EventsOptions.create, notes: times + " " + keys,
                examples: [
                    (
                        "luma-mcp events create --name Tea --start 'tomorrow 18:00' --duration 2h",
                        "In this machine's time zone, which is printed."
                    ),
                    (
                        "luma-mcp events create --template workshop --name Swift "
                            + "--start '2030-12-31 18:00' --zone America/New_York",
                        "From a template; events templates lists them."
                    ),
                    ("luma-mcp events create --from event.json", "Any field of an event, from a file."),
                ])
        case .update:
            Row(
                arguments: "ID [options]", summary: "change fields of an event", options: EventsOptions.update,
                notes:
                    "Fields that are not named stay. Moving the start keeps the duration. --zone alone"
                    + " keeps the instant, so the local time changes. " + times,
                examples: [
                    ("luma-mcp events update evt-a1B2c3 --capacity 40", "Change the capacity."),
                    ("luma-mcp events update evt-a1B2c3 --clear max_capacity", "Remove the limit."),
                    ("luma-mcp events update evt-a1B2c3 --start 'friday 19:30'", "In the event's own zone."),
                ], takesID: true)
        case .cancel:
            Row(
                arguments: "ID [options]", summary: "cancel an event, after a preview",
                options: EventsOptions.cancel,
                notes:
                    "It cannot be undone, and Luma notifies every guest. It shows the event and its guests and asks for"
                    + " confirmation; scripts use --yes. An event that guests have paid for needs --refund"
                    + " or --no-refund.",
                examples: [
                    ("luma-mcp events cancel evt-a1B2c3 --dry-run", "Preview the cancel."),
                    ("luma-mcp events cancel evt-a1B2c3 --yes --refund", "Without confirmation."),
                ], takesID: true)
        case .export:
            Row(
                arguments: "[options]", summary: "write all events to a file", options: EventsOptions.export,
                notes: "A file is written whole or not at all.",
                examples: [
                    ("luma-mcp events export --format csv --output events.csv", "For a spreadsheet."),
                    ("luma-mcp events export --format ndjson", "One event a line, to standard output."),
                ])
        case .import:
            Row(
                arguments: "FILE [options]", summary: "create the events of a file, each row once",
                options: EventsOptions.importing,
                notes:
                    "FILE is a CSV table whose first row names the columns, NDJSON with one event per line, or a"
                    + " calendar (iCalendar); - is standard input. Columns and members are the fields of an event: name,"
                    + " start_at, timezone, end_at and so on; columns may have the names that other programs give them."
                    + " All rows are validated before the first is sent. The report says what"
                    + " was done with each; run the same command again to resume, and no row is sent twice.",
                examples: [
                    (
                        "luma-mcp events import events.csv --map Title=name --zone America/New_York --dry-run",
                        "Only validate the file."
                    ),
                    ("luma-mcp events import calendar.ics --skip-invalid", "Import the valid rows."),
                ], takesFile: true)
        case .templates:
            Row(
                arguments: "[TYPE]", summary: "list event templates", options: [],
                notes:
                    "The defaults of each event template, for create --template. With TYPE, one template with an example.",
                examples: [
                    ("luma-mcp events templates", "All templates."),
                    ("luma-mcp events templates workshop", "The template workshop."),
                ], takesTemplate: true)
        }
    }

    private var times: String { Self.times(inZoneOf: self == .update ? "the event" : "this machine (TZ)") }

    /// How times are written.
    static func times(inZoneOf place: String) -> String {
        "A TIME is '2030-12-31 18:00', 'tomorrow 18:00', 'friday 19:30', '6:30pm' (the next one), or RFC 3339 with an"
            + " offset. Without --zone it is in the time zone of \(place)."
    }

    private var keys: String {
        "Each create sends an idempotency key, so that it is retried safely when the response is lost; --key sets your own,"
            + " for a script that may run twice."
    }
}
