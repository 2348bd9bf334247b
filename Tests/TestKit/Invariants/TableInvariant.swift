import Formats

/// What must hold for any octets that are read as a table: they are read as what they say, the same however they are cut,
/// or refused with the line where they say nothing; no character is replaced, and what was read survives writing and
/// reading. Shared by the fuzz target and by the test that plays its corpus.
public enum TableInvariant {
    private static let limits = ReadLimits(fieldBytes: 1024, rowBytes: 4096, fields: 32, rows: 64)

    /// - Returns: what does not hold, nil when all does.
    public static func problem(with bytes: [UInt8]) -> String? {
        if let problem = cut(bytes) { return problem }
        let table: Table
        do throws(ReadProblem) {
            table = try Table(bytes, limits: limits) { $0.lowercased() == "name" }
        } catch {
            return error.line >= 1 && error.isFatal ? nil : "refused without a line: \(error)"
        }
        guard let header = table.header else { return table.rows.isEmpty ? nil : "rows without a header" }
        let records = [header] + table.rows
        for (before, after) in zip(records, records.dropFirst())
        where before.row >= after.row || before.line > after.line {
            return "row \(after.row) of line \(after.line) comes after row \(before.row) of line \(before.line)"
        }
        if table.blankRows < 0 { return "\(table.blankRows) blank rows" }
        let hasReplacement = records.contains { $0.fields.contains { $0.unicodeScalars.contains("\u{fffd}") } }
        if hasReplacement, ![[0xef, 0xbf, 0xbd], [0xfd, 0xff], [0xff, 0xfd]].contains(where: { bytes.contains($0) }) {
            return "a character was replaced"
        }
        // Our writer gives no control characters but line ends and tabs; a mark that comes first in a file is none of its text.
        let writable = records.filter { record in
            record.fields.count == header.fields.count
                && record.fields.allSatisfy { $0.unicodeScalars.allSatisfy(isWritten) }
        }
        return writable.isEmpty ? nil : written(writable)
    }

    private static func cut(_ bytes: [UInt8]) -> String? {
        let separator = bytes.first { TableDialect.separators.contains($0) } ?? 0x2c
        var whole: [ReadItem<CSVReader.Record>] = []
        var pieces: [ReadItem<CSVReader.Record>] = []
        var reader = CSVReader(separator: separator, limits: limits)
        reader.feed(bytes[...]) { whole.append($0) }
        reader.finish { whole.append($0) }
        reader = CSVReader(separator: separator, limits: limits)
        for index in bytes.indices { reader.feed(bytes[index...index]) { pieces.append($0) } }
        reader.finish { pieces.append($0) }
        return whole == pieces ? nil : "cut it reads as \(pieces), whole as \(whole)"
    }

    private static func isWritten(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "\u{feff}" && (scalar.properties.generalCategory != .control || ["\t", "\r", "\n"].contains(scalar))
    }

    /// What was read, written by our own writer and read again, is the same.
    private static func written(_ records: [CSVReader.Record]) -> String? {
        var writer = CSVWriter(header: records[0].fields)
        for record in records.dropFirst() { writer.add(record.fields) }
        var again: [[String]] = []
        var reader = CSVReader(limits: ReadLimits(rowBytes: 1 << 20))
        reader.feed(writer.take()[...]) { if case .row(let record) = $0 { again.append(record.fields) } }
        reader.finish { if case .row(let record) = $0 { again.append(record.fields) } }
        return again == records.map(\.fields)
            ? nil : "written again it reads as \(again), not as \(records.map(\.fields))"
    }
}
