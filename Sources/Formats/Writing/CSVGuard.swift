/// Keeps spreadsheet programs from taking a cell for a formula, in a way that can be undone.
///
/// A program that opens a table computes what begins with `=`, `+`, `-`, `@`, a tab or a line end, and a formula can send what
/// stands in other cells elsewhere. Such a cell gets an apostrophe in front, and so does one that has such an apostrophe
/// already: then whatever a table of ours holds, to take one apostrophe away where `protect` would add one gives the
/// cell back (`restore`). A negative number is no formula and stays a number.
///
/// Programs of many countries part cells by semicolons and not by commas. To them a semicolon, a tab or a line end within a cell of
/// ours ends it, as its quotes do not stand where theirs would, and what follows begins another. So what would begin a formula
/// there is kept from it as well, quotes before it or not.
public enum CSVGuard {
    /// The cell as it is to stand in the file.
    public static func protect(_ cell: String) -> String {
        isNumber(cell) ? cell : rewritten(cell) { $0.append("'") }
    }

    /// The cell that `protect` was given. A cell that it never makes, such as `=1`, stays as it is.
    public static func restore(_ cell: String) -> String {
        rewritten(cell) { if $0.last == "'" { $0.removeLast() } }
    }

    /// - Parameter mark: called with what comes before each character that would begin a formula.
    private static func rewritten(_ cell: String, mark: (inout String.UnicodeScalarView) -> Void) -> String {
        // Most cells hold nothing of the kind.
        guard cell.utf8.contains(where: mayBeRisk) else { return cell }
        var output = String.UnicodeScalarView()
        var begins = true
        var isFirst = true
        for scalar in cell.unicodeScalars {
            if begins, isFormula(scalar) || isFirst && isEnd(scalar) { mark(&output) }
            output.append(scalar)
            if isEnd(scalar) || scalar == ";" {
                (begins, isFirst) = (true, false)
            } else if scalar != "'", isFirst || scalar != "\"" {
                begins = false
            }
        }
        return String(output)
    }

    /// Whether an octet is, or begins, something that `isFormula` or `isEnd` tells.
    private static func mayBeRisk(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x09, 0x0a, 0x0d, 0x2b, 0x2d, 0x3d, 0x40, 0xef: true
        default: false
        }
    }

    /// What begins a formula; also in the wide forms, which some programs take for the same.
    private static func isFormula(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "=", "+", "-", "@", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}": true
        default: false
        }
    }

    private static func isEnd(_ scalar: Unicode.Scalar) -> Bool { scalar == "\t" || scalar == "\r" || scalar == "\n" }

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
