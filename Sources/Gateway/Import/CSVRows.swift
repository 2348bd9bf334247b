import Core
import Formats

/// Makes events of the records of a table: the first names the columns.
struct CSVRows {
    private let fields: ImportFields
    /// The field of each column, nil for one that is left out; nil until the header was read.
    private var columns: [String?]?
    /// Names of columns that are not imported because Luma sets them.
    private(set) var leftOut: [String] = []

    init(_ fields: ImportFields) { self.fields = fields }

    var hasHeader: Bool { columns != nil }

    /// Reads the header.
    /// - Returns: what is wrong with it; nothing of the file can be used then.
    mutating func readHeader(_ record: CSVReader.Record) -> [String] {
        var problems: [String] = []
        var columns: [String?] = []
        for name in record.fields {
            switch fields.place(of: name, isText: true) {
            case .field(let field):
                if columns.contains(field) { problems.append("two columns are \(field)") }
                columns.append(field)
            case .leftOut:
                if !fields.map.contains(where: { $0.from == name }) { leftOut.append(name) }
                columns.append(nil)
            case nil:
                let shown = APIError.shortened(name)
                problems.append(
                    "column \"\(shown)\" is no field of an event\(ImportFields.hint(name)); rename it with "
                        + "--map \"\(shown)=FIELD\" or leave it out with --map \"\(shown)=\"")
                columns.append(nil)
            }
        }
        for from in fields.map.map(\.from) where !record.fields.contains(from) {
            let hint = NearestName.suggest(for: from, among: record.fields).map { "; did you mean \"\($0)\"?" } ?? ""
            problems.append("--map names a column that the file does not have: \"\(APIError.shortened(from))\"\(hint)")
        }
        if record.fields.count == 1, let name = record.fields.first, name.contains(";") || name.contains("\t") {
            problems.append("the columns must be separated by commas")
        }
        self.columns = columns
        return problems
    }

    /// The event that a record is.
    func event(_ record: CSVReader.Record) throws(ReadProblem) -> JSONObject {
        let columns = columns ?? []
        guard record.fields.count == columns.count else {
            throw ReadProblem(
                line: record.line, "has \(record.fields.count) fields, and the header has \(columns.count)")
        }
        var object = JSONObject()
        for (column, text) in zip(columns, record.fields) {
            guard let column, let value = CellValue.json(text, field: column) else { continue }
            object.members.append((column, value))
        }
        return object
    }
}
