/// Keeps spreadsheet programs from taking a cell for a formula, in a way that can be undone.
///
/// A program that opens a table computes what begins with `=`, `+`, `-`, `@`, a tab or a line end, and a formula can send what
/// stands in other cells elsewhere. Such a cell gets an apostrophe in front, and so does one that has such an apostrophe
/// already: then whatever a table of ours holds, to take one apostrophe away where `protect` would add one gives the
/// cell back (`restore`). A negative number is no formula and stays a number.
public enum CSVGuard {
    private static let mark = UInt8(ascii: "'")

    /// The cell as it is to stand in the file.
    public static func protect(_ cell: String) -> String { isAtRisk(cell) && !isNumber(cell) ? "'" + cell : cell }

    /// The cell that `protect` was given. A cell that it never makes, such as `=1`, stays as it is.
    public static func restore(_ cell: String) -> String {
        cell.utf8.first == mark && isAtRisk(cell) ? String(cell.unicodeScalars.dropFirst()) : cell
    }

    /// Whether the first thing after any apostrophes is one that begins a formula; also in the wide forms, which some
    /// programs take for the same.
    private static func isAtRisk(_ cell: String) -> Bool {
        guard let first = cell.unicodeScalars.first(where: { $0 != "'" }) else { return false }
        switch first {
        case "=", "+", "-", "@", "\t", "\r", "\n", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}": return true
        default: return false
        }
    }

    private static func isNumber(_ cell: String) -> Bool {
        let digits = cell.utf8.dropFirst()
        guard cell.utf8.first == UInt8(ascii: "-"), let first = digits.first, let last = digits.last else {
            return false
        }
        let isDigit: (UInt8) -> Bool = { (0x30...0x39).contains($0) }
        return isDigit(first) && isDigit(last) && digits.allSatisfy { isDigit($0) || $0 == 0x2e }
            && digits.count { $0 == 0x2e } <= 1
    }
}
