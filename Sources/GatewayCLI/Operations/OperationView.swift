import Core
import GatewayAPI
import LumaAPI

/// What an operation answers, as a person sees it.
struct OperationView {
    private static let maxColumns = 5

    private let surface: Surface
    /// Times are shown in the machine's own zone.
    private let zone: CommandZone?

    init(_ surface: Surface, _ environment: [String: String]) {
        self.surface = surface
        zone = try? CommandZone.find(nil, environment)
    }

    /// One line for each entry: what it always has, then its id.
    func table(_ entries: [JSON]) -> TextTable {
        let fields = surface.entryFields.filter { $0.required && Self.isShort($0.schema) }.prefix(Self.maxColumns)
        let id = surface.entryFields.first { $0.name == "id" }
        var columns = fields.enumerated().map { index, field in
            TextTable.Column(
                title: Self.label(field.name).uppercased(), least: Self.isText(field.schema) ? 12 : nil,
                dropsAt: fields.count - index, style: index == 0 ? .bold : nil)
        }
        if id != nil { columns.append(TextTable.Column(title: "ID", style: .dim, isWhole: true)) }
        var table = TextTable(columns)
        for entry in entries {
            let row = (fields + [id].compactMap(\.self)).map { text(entry[$0.name] ?? .null, $0.schema) ?? "" }
            table.add(row)
        }
        return table
    }

    /// What is known of one thing, a fact a line; by its first text, that is its name.
    func sheet(_ document: JSON, _ terminal: Terminal) -> String {
        let rows = surface.answerFields.map { field in
            (field, text(document[field.name] ?? .null, field.schema))
        }
        let name = rows.first { Self.isText($0.0.schema) && $0.0.required && $0.1 != nil }
        let others = rows.filter { $0.0.name != name?.0.name }
        return FactSheet.text(
            name?.1 ?? surface.operation.subject?.kind.noun ?? "done",
            others.map { (Self.label($0.0.name), $0.1) }, terminal)
    }

    // MARK: Values

    static func label(_ name: String) -> String { name.replacing("_", with: " ") }

    /// A value on one line; nothing in it does anything to a terminal.
    static func plain(_ value: JSON) -> String {
        Neutral.line(value.stringValue ?? String(decoding: value.encoded, as: UTF8.self))
    }

    /// Nil for what is not there.
    private func text(_ value: JSON, _ schema: Schema) -> String? {
        switch (value, schema) {
        case (.null, _): return nil
        case (.bool(let flag), _): return flag ? "yes" : "no"
        case (.string(let text), .dateTime):
            guard let instant = Timestamp(rfc3339: text), let zone else { return Self.plain(value) }
            return zone.shown(instant)
        case (.array(let items), .array(let element, _)):
            return items.isEmpty ? nil : items.compactMap { text($0, element) }.joined(separator: ", ")
        default: return Self.plain(value)
        }
    }

    /// It fits a cell, and is of use to a person without another look.
    private static func isShort(_ schema: Schema) -> Bool {
        switch schema {
        case .any, .array, .object, .variants, .id: false
        case .boolean, .integer, .number, .string, .dateTime, .duration, .timeZone, .url, .enumeration: true
        }
    }

    private static func isText(_ schema: Schema) -> Bool { if case .string = schema { true } else { false } }
}
