import Core

/// A table for a person: as wide as its texts, or as the terminal, if that is narrower.
package struct TextTable {
    /// A column, and how much of it may be given up for room.
    package struct Column {
        package let title: String
        /// It may be cut down to so many columns when there is no room; nil when a part of it is of no use.
        package var least: Int?
        /// It may be left out when there still is no room, the lowest number first; nil to keep it.
        package var dropsAt: Int?
        package var style: Terminal.Style?
        /// It is shown whole even where the line gets too long: half of it would be of no use for the next command.
        package var isWhole = false
    }

    private static let gap = 2

    package let columns: [Column]
    private(set) var rows: [[String]] = []

    package init(_ columns: [Column]) { self.columns = columns }

    /// Takes a row; its texts may come from outside.
    package mutating func add(_ row: [String]) { rows.append(row.map(Neutral.line)) }

    /// The lines of the table, made to fit the terminal as far as its columns may be cut or left out.
    package func text(_ terminal: Terminal) -> String {
        var shown = Array(columns.indices)
        var widths = columns.indices.map { index in
            rows.reduce(DisplayWidth.of(columns[index].title)) { max($0, DisplayWidth.of($1[index])) }
        }
        if let limit = terminal.columns {
            func total() -> Int { shown.reduce(-Self.gap) { $0 + widths[$1] + Self.gap } }
            func least() -> Int {
                shown.reduce(-Self.gap) { $0 + min(widths[$1], columns[$1].least ?? .max) + Self.gap }
            }
            while least() > limit,
                let next = shown.filter({ columns[$0].dropsAt != nil }).min(by: {
                    columns[$0].dropsAt ?? 0 < columns[$1].dropsAt ?? 0
                })
            {
                shown.removeAll { $0 == next }
            }
            for index in shown {
                guard let least = columns[index].least, total() > limit else { continue }
                widths[index] = max(min(widths[index], least), widths[index] - (total() - limit))
            }
        }
        var lines = [line(columns.map(\.title), shown, widths, terminal) { _ in .bold }]
        lines += rows.map { line($0, shown, widths, terminal) { columns[$0].style } }
        return lines.joined(separator: "\n")
    }

    private func line(
        _ row: [String], _ shown: [Int], _ widths: [Int], _ terminal: Terminal, _ style: (Int) -> Terminal.Style?
    ) -> String {
        var line = ""
        // What still fits when even the least widths are too much.
        var room = terminal.columns ?? .max
        for index in shown where room > 0 {
            let isLast = index == shown.last
            let isWhole = columns[index].isWhole
            let text = isWhole ? row[index] : DisplayWidth.cut(row[index], to: min(widths[index], room))
            let styled = style(index).map { terminal.styled(text, $0) } ?? text
            let spaces = isLast ? 0 : min(widths[index] + Self.gap, room) - DisplayWidth.of(text)
            line += styled + String(repeating: " ", count: max(0, spaces))
            if room != .max { room -= widths[index] + Self.gap }
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}

/// A title, and below it what is known, one fact a line with its name, each line no wider than the terminal.
package enum FactSheet {
    /// The names take so many columns, or as many as the longest needs.
    private static let least = 8

    /// - Parameter rows: what is nil or empty is left out.
    package static func text(_ title: String, _ rows: [(String, String?)], _ terminal: Terminal) -> String {
        let limit = terminal.columns ?? .max
        let known: [(label: String, value: String)] = rows.compactMap { label, value in
            guard let value, !value.isEmpty else { return nil }
            return (label, value)
        }
        let width = known.reduce(least) { max($0, DisplayWidth.of($1.label)) } + 1
        var lines = [terminal.styled(DisplayWidth.cut(title, to: limit), .bold)]
        for (label, value) in known {
            let cut = DisplayWidth.cut(value, to: max(limit, width + 3) - (width + 2))
            lines.append(terminal.styled("  " + DisplayWidth.filled(label, to: width), .dim) + cut)
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// How many columns of a terminal a text takes, and texts cut and filled to columns.
///
/// Counted by what a person sees as one character: East Asian wide characters and emoji take two columns, marks that join
/// the character before them none. Texts from outside must be neutral before: a control character has no width.
package enum DisplayWidth {
    /// The columns that a text takes.
    package static func of(_ text: String) -> Int { text.reduce(0) { $0 + of($1) } }

    /// The columns that a character takes: none, one or two.
    package static func of(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        // A picture that is asked for, as in ❤️, and the two letters of a flag.
        if character.unicodeScalars.dropFirst().contains("\u{fe0f}") { return 2 }
        return of(first)
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: return 0
        default: break
        }
        return scalar.properties.isEmojiPresentation || isWide(scalar.value) ? 2 : 1
    }

    /// East Asian Width W or F (UAX #11), by blocks.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x4dbf, 0x4e00...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3,
            0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x16fe0...0x18aff,
            0x1b000...0x1b2ff, 0x1f1e6...0x1f1ff, 0x1f200...0x1f2ff, 0x20000...0x3fffd:
            true
        default: false
        }
    }

    /// The beginning of a text that takes at most so many columns, with an ellipsis when something is missing.
    package static func cut(_ text: String, to columns: Int) -> String {
        guard of(text) > columns else { return text }
        guard columns > 0 else { return "" }
        var shown = ""
        var width = 0
        for character in text {
            width += of(character)
            if width > columns - 1 { break }
            shown.append(character)
        }
        return shown + "…"
    }

    /// The text with spaces behind it.
    package static func filled(_ text: String, to columns: Int) -> String {
        text + String(repeating: " ", count: max(0, columns - of(text)))
    }
}
