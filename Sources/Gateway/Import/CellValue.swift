import Core
import LumaAPI

/// Makes the value of an event's field of the text in a cell of a table.
///
/// Text that does not fit stays text, so that the check of the event names the field and says what belongs there.
enum CellValue {
    /// - Returns: nil for an empty cell, which says nothing.
    static func json(_ text: String, field name: String) -> JSON? {
        if text.isEmpty { return nil }
        if name == "require_rsvp_approval" { return boolean(text) ?? .string(text) }
        guard let field = Shapes.eventInput.first(where: { $0.name == name }) else { return .string(text) }
        if name == "geo_address_json", !text.hasPrefix("{") { return ["type": "manual", "address": .string(text)] }
        switch field.schema {
        case .boolean: return boolean(text) ?? .string(text)
        case .integer, .number, .array, .object, .variants, .any: return parsed(text) ?? .string(text)
        case .string, .dateTime, .duration, .timeZone, .url, .enumeration, .id: return .string(text)
        }
    }

    private static func parsed(_ text: String) -> JSON? { try? JSON.parse(text, limits: JSONLimits(maxDepth: 32)) }

    /// As programs that make tables write it.
    private static func boolean(_ text: String) -> JSON? {
        switch text.lowercased() {
        case "true", "yes", "1": true
        case "false", "no", "0": false
        default: nil
        }
    }
}
