/// The options of `luma-mcp events import`.
extension EventsOptions {
    static let importFormat = OptionRow(
        "--format", .words(ImportFormat.allCases.map(\.rawValue)), "FORMAT", "Default: what the file's name ends with.")
    static let map = OptionRow(
        "--map", .free, "COLUMN=FIELD", repeats: true,
        "The field that a column is; without a field the column is left out. May come several times.")
    static let importTemplate = OptionRow(
        "--template", .free, "TYPE", "Create from this template the rows that name none in template_type.")
    static let importZone = OptionRow(
        "--zone", .free, "ZONE", "The time zone of rows that name none, such as Europe/Berlin.")
    static let skipInvalid = OptionRow(
        "--skip-invalid", .yes([]), "Send the good rows although others are not valid.")
    static let allowDuplicates = OptionRow(
        "--allow-duplicates", .yes([]), "Make an event of every row, also of one that says the same as an earlier one.")
    static let importDryRun = OptionRow("--dry-run", .yes([]), "Read and check everything, and send nothing.")
    static let parallel = OptionRow(
        "--parallel", .free, "NUMBER", "Rows that are under way at the same time, 1 to 32. Default: 4.")
    static let importName = OptionRow(
        "--name", .free, "TEXT", "Import the same rows once more, as another import of this name.")
    static let report = OptionRow(
        "--report", .file, "FILE",
        "Where to tell what was done to each row. Default: the file's name and .import.ndjson.")

    static let importing = [
        importFormat, map, importTemplate, importZone, skipInvalid, allowDuplicates, importDryRun, parallel, importName,
        report,
    ]
}
