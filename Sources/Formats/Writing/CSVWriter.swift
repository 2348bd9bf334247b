/// Writes comma-separated values (RFC 4180) row by row, the header first; `take` gives what is there.
///
/// UTF-8, without a byte order mark unless one is asked for. A cell is in quotes when it needs them; formulas are kept from being any (`CSVGuard`).
/// Control characters but tab and line ends, which make many readers give up, are spaces.
public struct CSVWriter: Sendable {
    private let columns: Int
    private var output: [UInt8] = []

    /// A table with these columns.
    ///
    /// - Parameter hasMark: whether it begins with a byte order mark: Excel takes a table without one for the encoding of its
    ///   own country, and other programs may take the mark for a part of the first name.
    public init(header: [String], hasMark: Bool = false) {
        columns = header.count
        if hasMark { output = [0xef, 0xbb, 0xbf] }
        add(header)
    }

    /// Adds a row with a cell for each column.
    public mutating func add(_ cells: [String]) {
        precondition(cells.count == columns, "\(cells.count) cells in a table of \(columns) columns")
        for (index, cell) in cells.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            append(cell)
        }
        output += "\r\n".utf8
    }

    /// What was written since it was last taken.
    public mutating func take() -> [UInt8] {
        defer { output = [] }
        return output
    }

    private mutating func append(_ cell: String) {
        let text = CSVGuard.protect(Self.neutral(cell))
        guard Self.needsQuotes(text.utf8) else {
            output += text.utf8
            return
        }
        output.append(UInt8(ascii: "\""))
        for octet in text.utf8 {
            if octet == UInt8(ascii: "\"") { output.append(octet) }
            output.append(octet)
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func neutral(_ cell: String) -> String {
        let isControl: (UInt8) -> Bool = { ($0 < 0x20 && $0 != 0x09 && $0 != 0x0a && $0 != 0x0d) || $0 == 0x7f }
        guard cell.utf8.contains(where: isControl) else { return cell }
        return String(decoding: cell.utf8.map { isControl($0) ? 0x20 : $0 }, as: UTF8.self)
    }

    /// Blanks at the ends are part of a cell (RFC 4180 §2.4), but some readers take them away outside of quotes.
    private static func needsQuotes(_ cell: String.UTF8View) -> Bool {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        return cell.first.map(isBlank) == true || cell.last.map(isBlank) == true
            || cell.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ",") || $0 == 0x0a || $0 == 0x0d }
    }
}

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
