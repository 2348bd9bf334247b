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
