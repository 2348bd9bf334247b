import Core
package import Formats
import GatewayAPI

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
            throw ReadProblem(line: record.line, "has \(record.fields.count) fields, and the header has \(expected)")
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
