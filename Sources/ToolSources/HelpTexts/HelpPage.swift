/// The help text of a program: its usage and its sections, as argparse, click and typer lay them out.
///
/// typer draws frames with titles around its sections; they are read as sections like any other.
struct HelpPage {
    /// A line of a section: texts that two or more blanks part, with their columns. Empty for an empty line.
    struct Row {
        struct Cell {
            var column: Int
            var text: String
        }

        var cells: [Cell]

        var indent: Int { cells.first?.column ?? 0 }
        var text: String { cells.map(\.text).joined(separator: " ") }
    }

    struct Section {
        /// In small letters, without its colon.
        var title: String
        var isFramed: Bool
        var rows: [Row] = []
    }

    /// Octets of a help text that are read.
    static let maxBytes = 256 << 10
    private static let maxLines = 4000

    /// What follows the word usage, on one line.
    private(set) var usage = ""
    /// What stands between usage and sections, on one line.
    private(set) var about = ""
    private(set) var sections: [Section] = []
    /// argparse writes `usage:`, click and typer `Usage:`.
    private(set) var isArgparse = false

    init(_ text: String) {
        var reader = Reader()
        let cleaned = OutsideText.text(String(decoding: text.utf8.prefix(Self.maxBytes), as: UTF8.self))
        for line in cleaned.split(separator: "\n", omittingEmptySubsequences: false).prefix(Self.maxLines) {
            read(String(line).replacing("\t", with: "    "), &reader)
        }
    }

    private struct Reader {
        enum Place { case start, usage, about, section, between }
        var place = Place.start
    }

    private mutating func read(_ line: String, _ reader: inout Reader) {
        let row = Row(cells: Self.cells(line))
        guard let first = row.cells.first?.text.unicodeScalars.first else { return empty(&reader) }
        switch first {
        case "╭", "┌", "┏":
            let title = row.text.filter { !"╭┌┏╮┐┓─━".contains($0) }
            sections.append(Section(title: Self.title(title), isFramed: true))
            reader.place = .section
        case "╰", "└", "┗": reader.place = .between
        case "│", "┃": framed(line, &reader)
        default: plain(row, &reader)
        }
    }

    private mutating func empty(_ reader: inout Reader) {
        switch reader.place {
        case .usage: reader.place = .about
        case .section: sections[sections.count - 1].rows.append(Row(cells: []))
        case .start, .about, .between: break
        }
    }

    private mutating func framed(_ line: String, _ reader: inout Reader) {
        guard reader.place == .section, sections.last?.isFramed == true else { return }
        let inner = String(line.map { "│┃".contains($0) ? " " : $0 })
        let row = Row(cells: Self.cells(inner))
        if !row.cells.isEmpty { sections[sections.count - 1].rows.append(row) }
    }

    private mutating func plain(_ row: Row, _ reader: inout Reader) {
        let text = row.text
        if reader.place == .start, text.lowercased().hasPrefix("usage:") {
            isArgparse = text.hasPrefix("usage:")
            usage = String(text.dropFirst(6))
            reader.place = .usage
            return
        }
        if reader.place == .usage, row.indent > 0 {
            usage += " " + text
            return
        }
        let isTitle = text.hasSuffix(":") && text.utf8.count <= 80
        if isTitle, row.indent == 0 || row.indent <= 4 && text.lowercased() == "available commands:" {
            sections.append(Section(title: Self.title(text), isFramed: false))
            reader.place = .section
            return
        }
        switch reader.place {
        case .section where row.indent > 0 && sections.last?.isFramed == false:
            sections[sections.count - 1].rows.append(row)
        // Text that begins the line ends a section.
        case .section: reader.place = .between
        case .usage, .about:
            reader.place = .about
            about += (about.isEmpty ? "" : " ") + text
        case .start, .between: break
        }
    }

    private static func title(_ text: String) -> String {
        var words = text.split(separator: " ").joined(separator: " ").lowercased()
        if words.hasSuffix(":") { words.removeLast() }
        return words
    }

    private static func cells(_ line: String) -> [Row.Cell] {
        var cells: [Row.Cell] = []
        var blanks = 2
        for (column, character) in line.enumerated() {
            if character == " " {
                blanks += 1
                continue
            }
            if blanks >= 2 || cells.isEmpty {
                cells.append(Row.Cell(column: column, text: String(character)))
            } else {
                cells[cells.count - 1].text += (blanks == 1 ? " " : "") + String(character)
            }
            blanks = 0
        }
        return cells
    }
}

extension HelpPage {
    /// What a section says of one thing.
    struct Entry {
        var indent: Int
        /// The cells before the help; outside of frames there is one.
        var names: [String]
        var help: String
        /// Starred, which is how typer marks what is required.
        var isStarred = false
        fileprivate var helpColumn: Int?
    }

    /// A line that begins deeper than this goes on with the one before.
    private static let deepest = 8

    /// The entries of a section outside of a frame.
    static func entries(of section: Section) -> [Entry] {
        section.isFramed ? framedEntries(section) : plainEntries(section)
    }

    private static func plainEntries(_ section: Section) -> [Entry] {
        var entries: [Entry] = []
        for row in section.rows where !row.cells.isEmpty {
            if var last = entries.last, row.indent > deepest || row.indent == last.helpColumn {
                last.help += (last.help.isEmpty ? "" : " ") + row.text
                last.helpColumn = last.helpColumn ?? row.indent
                entries[entries.count - 1] = last
            } else if row.indent <= deepest {
                let rest = row.cells.dropFirst()
                entries.append(
                    Entry(
                        indent: row.indent, names: [row.cells[0].text], help: rest.map(\.text).joined(separator: " "),
                        helpColumn: rest.first?.column))
            }
        }
        return entries
    }

    private static func framedEntries(_ section: Section) -> [Entry] {
        var entries: [Entry] = []
        var nameColumn: Int?
        for row in section.rows {
            var cells = row.cells
            let isStarred = cells.first?.text == "*"
            if isStarred { cells.removeFirst() }
            guard let first = cells.first else { continue }
            let isOption = first.text.hasPrefix("-") && first.text.utf8.count > 1
            guard isOption || nameColumn.map({ $0 == first.column }) ?? entries.isEmpty else {
                // A type that goes on below itself is not told from the help beside it, and means nothing to it.
                if !entries.isEmpty {
                    let help = entries[entries.count - 1].help
                    entries[entries.count - 1].help = help + (help.isEmpty ? "" : " ") + row.text
                }
                continue
            }
            if !isOption { nameColumn = first.column }
            // Options, or one name; then a type, when there is one; then help.
            var count = isOption ? cells.prefix { $0.text.hasPrefix("-") }.count : 1
            if cells.count > count, HelpValue.isType(cells[count].text) { count += 1 }
            entries.append(
                Entry(
                    indent: first.column, names: cells.prefix(count).map(\.text),
                    help: cells.dropFirst(count).map(\.text).joined(separator: " "), isStarred: isStarred))
        }
        return entries
    }
}
