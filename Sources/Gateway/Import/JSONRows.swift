import Core
import Formats

/// Makes events of lines of JSON, whose members are the fields.
struct JSONRows {
    private let fields: ImportFields
    /// Names of members that are not imported because Luma sets them, in the order in which they came.
    private(set) var leftOut: [String] = []

    init(_ fields: ImportFields) { self.fields = fields }

    /// The event that a line is. A member that nobody knows stays, so that the check names it.
    mutating func event(_ row: NDJSONReader.Row) throws(ReadProblem) -> JSONObject {
        var object = JSONObject()
        for (name, value) in row.object.members {
            switch fields.place(of: name, isText: false) {
            case .field(let field):
                if object[field] != nil { throw ReadProblem(line: row.line, "two members are \(field)") }
                object.members.append((field, value))
            case .leftOut:
                if !leftOut.contains(name), !fields.map.contains(where: { $0.from == name }) { leftOut.append(name) }
            case nil: object.members.append((name, value))
            }
        }
        return object
    }
}
