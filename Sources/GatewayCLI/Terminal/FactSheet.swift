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
