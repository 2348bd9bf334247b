package import Formats

/// The options of `luma-mcp events import`.
extension EventsOptions {
    package static let importFormat = OptionRow(
        "--format", .words(ImportFormat.allCases.map(\.rawValue)), "FORMAT", "Default: what the file's name ends with.")
    package static let map = OptionRow(
        "--map", .free, "COLUMN=FIELD", repeats: true,
        "The field that a column is; without a field the column is left out. May come several times.")
    package static let separator = OptionRow(
        "--separator", .free, "CHARACTER",
        "What stands between the cells of a table: a character such as ; or the word tab. Default: recognized.")
    package static let encoding = OptionRow(
        "--encoding", .words(EventsOptions.encodings.map(\.name)), "NAME",
        "The encoding of the file. Default: recognized, or refused when it may be several.")
    package static let encodings: [(name: String, encoding: TableEncoding)] = [
        ("utf-8", .utf8), ("utf-16le", .utf16LittleEndian), ("utf-16be", .utf16BigEndian),
        ("windows-1252", .windows1252), ("macintosh", .macintosh),
    ]
    package static let dateFormat = OptionRow(
        "--date-format", .words(DateOrder.words.map(\.word)), "ORDER",
        "The order of day, month and year in dates such as 01/07/2027, where the table does not tell.")
    package static let headerRow = OptionRow(
        "--header-row", .free, "NUMBER", "The row of a table that names the columns. Default: the first with text.")
    package static let allowLoss = OptionRow(
        "--allow-loss", .yes([]), "Import what was exported although a price or a description is not in the file.")
    package static let importTemplate = OptionRow(
        "--template", .template, "TYPE", "Create from this template the rows that name none in template_type.")
    package static let importZone = OptionRow(
        "--zone", .zone, "ZONE", "The time zone of rows that name none, such as Europe/Berlin.")
    package static let expand = OptionRow(
        "--expand", .yes([]), "Make an event of each date of a calendar's series that has an end.")
    package static let expandUntil = OptionRow(
        "--expand-until", .free, "DATE", "The same, up to this day, such as 2027-12-31, also for series without an end."
    )
    package static let zoneRules = OptionRow(
        "--zone-rules", .words(CalendarSettings.Trust.allCases.map(\.rawValue)), "WHICH",
        "What counts where the name of a time zone and a calendar's own definition of it disagree.")
    package static let skipInvalid = OptionRow(
        "--skip-invalid", .yes([]), "Send the good rows although others are not valid.")
    package static let allowDuplicates = OptionRow(
        "--allow-duplicates", .yes([]), "Make an event of every row, also of one that says the same as an earlier one.")
    package static let importDryRun = OptionRow("--dry-run", .yes([]), "Read and check everything, and send nothing.")
    package static let parallel = OptionRow(
        "--parallel", .free, "NUMBER", "Rows that are under way at the same time, 1 to 32. Default: 4.")
    package static let importName = OptionRow(
        "--name", .free, "TEXT", "Import the same rows once more, as another import of this name.")
    package static let report = OptionRow(
        "--report", .file, "FILE",
        "Where to tell what was done to each row. Default: the file's name and .import.ndjson.")

    package static let importing = [
        importFormat, map, dateFormat, separator, encoding, headerRow, allowLoss, importTemplate, importZone, expand,
        expandUntil, zoneRules, skipInvalid, allowDuplicates, importDryRun, parallel, importName,
        report,
    ]
}
