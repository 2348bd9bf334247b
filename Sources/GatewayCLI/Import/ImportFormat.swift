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
