package import Core
package import Formats

/// Makes events of lines of JSON, whose members are the fields.
package struct JSONRows {
    private let fields: ImportFields
    /// Names of members that are not imported because Luma sets them, in the order in which they came.
    private(set) var leftOut: [String] = []

    package init(_ fields: ImportFields) { self.fields = fields }

    /// The event that a line is. A member that nobody knows stays, so that the check names it; one of an event that was
    /// exported, which has an `id`, is Luma's.
    package mutating func event(_ row: NDJSONReader.Row) throws(ReadProblem) -> ImportedRow {
        let isExported = row.object["id"]?.stringValue != nil
        var object = JSONObject()
        for (name, value) in row.object.members {
            var place = fields.place(of: name)
            var value = value
            if isExported {
                if value.isNull { continue }
                if place == nil { place = .leftOut }
                if place == .field("geo_address_json") {
                    guard let given = Self.place(value) else { continue }
                    value = given
                }
            }
            switch place {
            case .field(let field):
                if object[field] != nil { throw ReadProblem(line: row.line, "two members are \(field)") }
                object.members.append((field, value))
            case .leftOut:
                if !leftOut.contains(name), !fields.map.contains(where: { $0.from == name }) { leftOut.append(name) }
            case nil: object.members.append((name, value))
            }
        }
        var imported = ImportedRow(event: object)
        guard isExported else { return imported }
        imported.keyed = object
        if row.object["require_approval"]?.boolValue == true, object["require_rsvp_approval"] == nil {
            imported.event["require_rsvp_approval"] = true
        }
        if let price = row.object["display_price"], !price.isNull { imported.lost.append("price") }
        if object["description_md"] == nil { imported.lost.append("description") }
        return imported
    }

    /// The place of an exported event in the form in which a new event takes it; nil when it says nothing that could be taken.
    package static func place(_ shown: JSON) -> JSON? {
        if shown["type"] != nil { return shown }
        if let id = shown["google_maps_place_id"]?.stringValue { return ["type": "google", "place_id": .string(id)] }
        return (shown["full_address"]?.stringValue ?? shown["address"]?.stringValue).map {
            ["type": "manual", "address": .string($0)]
        }
    }
}

/// A row of a file as an event, and what is wrong with its cells.
package struct ImportedRow {
    /// What is wrong with one cell.
    package struct Problem {
        /// The field of the event that it would be.
        package let field: String
        /// In words that follow the field.
        package let text: String
        /// The cell.
        package let value: String
    }

    package var event = JSONObject()
    /// What the row's key is made of, where that is not the event: what it was made of before more of a file was read.
    package var keyed: JSONObject?
    package var problems: [Problem] = []
    /// How many seconds it lasts, where it has no end.
    package var length: Int?
    /// Why it is no event that is to be made, in words that follow its name.
    package var passedOver: String?
    /// What the row says and the event will not have, such as its price.
    package var lost: [String] = []
    /// By what the file itself tells its events apart, whatever they say: the UID of a calendar, and then the other names under
    /// which the same event may have been imported. Empty where it does not.
    package var identities: [String] = []
    /// The series that it is a date of.
    package var series: String?

    /// Takes a field that another row has and this has not.
    package mutating func take(_ field: String, of other: ImportedRow) {
        if let value = other.event[field], event[field] == nil { event.members.append((field, value)) }
    }
}
