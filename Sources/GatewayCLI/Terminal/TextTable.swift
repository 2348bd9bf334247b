import Core

/// A table for a person: as wide as its texts, or as the terminal, if that is narrower.
package struct TextTable {
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
