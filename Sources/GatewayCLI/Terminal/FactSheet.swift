/// A title, and below it what is known, one fact a line with its name, each line no wider than the terminal.
package enum FactSheet {
    /// - Parameter rows: names of at most eight columns; what is nil or empty is left out.
    package static func text(_ title: String, _ rows: [(String, String?)], _ terminal: Terminal) -> String {
        let limit = terminal.columns ?? .max
        var lines = [terminal.styled(DisplayWidth.cut(title, to: limit), .bold)]
        for case (let label, let value?) in rows where !value.isEmpty {
            let cut = DisplayWidth.cut(value, to: max(limit, 12) - 11)
            lines.append(terminal.styled("  " + DisplayWidth.filled(label, to: 9), .dim) + cut)
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
