package import Core
package import Formats
import GatewayAPI
import LumaAPI

/// Makes events of the rows of a table.
package struct CSVRows {
    package let columns: TableColumns

    package init(_ table: Table, _ header: CSVReader.Record, _ fields: ImportFields, _ order: DateOrder?) {
        columns = TableColumns(header, table.rows, fields, order)
    }

    /// The event that a row is.
    package func event(_ record: CSVReader.Record) throws(ReadProblem) -> ImportedRow {
        let expected = columns.roles.count
        // Cells without anything in them to the right of the table are no cells of it.
        guard record.fields.count >= expected,
            record.fields[expected...].allSatisfy({ TableText.trimmed($0).isEmpty })
        else {
            throw ReadProblem(
                line: record.line, "has \(Plural.count(record.fields.count, "field")), and the header has \(expected)")
        }
        let times = TableTimes(columns, record).read()
        var row = ImportedRow(problems: times.problems)
        var places: [String] = []
        var isPrivate = false
        for (role, cell) in zip(columns.roles, record.fields) {
            let text = TableText.trimmed(cell)
            guard let role else { continue }
            switch role {
            case .field("start_at"), .startDate, .startTime: row.take("start_at", of: times)
            case .field("end_at"), .endDate, .endTime: row.take("end_at", of: times)
            case _ where text.isEmpty: break
            case .allDay, .leftOut, .length: break
            case .state: if CancelledWords.contains(text) { row.passedOver = "is cancelled (\(text))" }
            case .field(let name): take(text, name, &row)
            case .place: if !places.contains(text) { places.append(text) }
            case .privacy: isPrivate = isPrivate || Self.isPrivate(text)
            case .approval: if CellValue.boolean(text) == true { row.event["require_rsvp_approval"] = true }
            case .lost(let what): if !Self.isNothing(text) { row.lost.append(what) }
            }
        }
        takePlace(places, &row)
        if isPrivate, row.event["visibility"] == nil { row.event["visibility"] = "private" }
        // A whole day may have an end that no cell says.
        row.take("end_at", of: times)
        row.length = times.length
        if columns.isExport { row.lost += lostByExport }
        row.keyed = keyed(record, row.event)
        return row
    }

    /// What a list of events does not say, and a table of an earlier version neither.
    private var lostByExport: [String] {
        let columns: [(ColumnRole, String)] = [
            (.field("description_md"), "description"), (.field("waitlist_status"), "waitlist"),
            (.lost("price"), "price"),
        ]
        return columns.filter { self.columns.all($0.0).isEmpty }.map { $0.1 }
    }

    private func take(_ text: String, _ name: String, _ row: inout ImportedRow) {
        switch CellValue.read(text, field: name) {
        case .value(let value): row.event.members.append((name, value))
        case .problem(let problem):
            row.event.members.append((name, .string(text)))
            row.problems.append(ImportedRow.Problem(field: name, text: problem, value: text))
        }
    }

    /// A link is where the event is held, anything else the address.
    private func takePlace(_ places: [String], _ row: inout ImportedRow) {
        var addresses: [String] = []
        for text in places {
            if WebURL.isValid(text), row.event["meeting_url"] == nil {
                row.event["meeting_url"] = .string(text)
            } else if row.event["meeting_url"]?.stringValue != text {
                addresses.append(text)
            }
        }
        if !addresses.isEmpty {
            row.event["geo_address_json"] = [
                "type": "manual", "address": .string(addresses.joined(separator: ", ")),
            ]
        }
    }

    private static func isPrivate(_ text: String) -> Bool {
        let words = [
            "private", "confidential", "personal", "privat", "vertraulich", "prive", "confidentiel", "privado",
        ]
        return CellValue.boolean(text) == true || words.contains(PlainText.words(text))
    }

    /// A price of nothing.
    private static func isNothing(_ text: String) -> Bool {
        ["free", "-", "–", "no", "none"].contains(text.lowercased())
            || text.utf8.contains(UInt8(ascii: "0")) && !text.utf8.contains { (0x31...0x39).contains($0) }
    }

    /// What the key is made of: the cells as they stand, with the times as they were read. Nil for a table that could not be
    /// read when keys were first made so.
    private func keyed(_ record: CSVReader.Record, _ event: JSONObject) -> JSONObject? {
        guard let fields = columns.keyFields else { return nil }
        var object = JSONObject()
        for (field, cell) in zip(fields, record.fields) {
            guard let field else { continue }
            if ["start_at", "end_at"].contains(field) {
                if let value = event[field] { object.members.append((field, value)) }
            } else if let value = CellValue.json(cell, field: field) {
                object.members.append((field, value))
            }
        }
        return object
    }
}

/// Makes the value of an event's field of the text in a cell of a table.
///
/// Text that does not fit stays text, so that the check of the event names the field and says what belongs there.
package enum CellValue {
    /// What the text of a cell is.
    package enum Reading: Equatable {
        case value(JSON)
        /// What is wrong, in words that follow the field.
        case problem(String)
    }

    /// - Parameter text: a cell that is not empty, without blanks around it.
    package static func read(_ text: String, field name: String) -> Reading {
        let value = json(text, field: name) ?? .string(text)
        guard let field = Shapes.eventInput.first(where: { $0.name == name }) else { return .value(value) }
        switch field.schema {
        case .integer: return number(text, value)
        case .enumeration(let words):
            // Programs write words with a capital.
            return .value(.string(words.first { $0 == text.lowercased() } ?? text))
        default: return .value(value)
        }
    }

    /// The value that JSON gives stays as it is; a number is never another number.
    private static func number(_ text: String, _ value: JSON) -> Reading {
        switch CellNumber.read(text) {
        case .number(let digits): return .value(value.stringValue == nil ? value : parsed(digits) ?? value)
        case .ambiguous(let small, let large):
            return .problem("can be \(small) or \(large); write it without a separator")
        case .none: return .value(value)
        }
    }

    /// - Returns: nil for an empty cell, which says nothing.
    package static func json(_ text: String, field name: String) -> JSON? {
        if text.isEmpty { return nil }
        if name == "require_rsvp_approval" { return boolean(text).map { .bool($0) } ?? .string(text) }
        guard let field = Shapes.eventInput.first(where: { $0.name == name }) else { return .string(text) }
        if name == "geo_address_json", !text.hasPrefix("{") { return ["type": "manual", "address": .string(text)] }
        switch field.schema {
        case .boolean: return boolean(text).map { .bool($0) } ?? .string(text)
        case .integer, .number, .array, .object, .variants, .any: return parsed(text) ?? .string(text)
        case .string, .dateTime, .duration, .timeZone, .url, .enumeration, .id: return .string(text)
        }
    }

    private static func parsed(_ text: String) -> JSON? { try? JSON.parse(text, limits: JSONLimits(maxDepth: 32)) }

    /// As programs that make tables write it, spreadsheets in German, French and Spanish among them.
    package static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "1", "on", "y", "wahr", "ja", "vrai", "oui", "verdadero", "sí", "si": true
        case "false", "no", "0", "off", "n", "falsch", "nein", "faux", "non", "falso": false
        default: nil
        }
    }
}
