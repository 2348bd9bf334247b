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
