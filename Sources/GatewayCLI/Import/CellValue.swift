package import Core
import LumaAPI

/// Makes the value of an event's field of the text in a cell of a table.
///
/// Text that does not fit stays text, so that the check of the event names the field and says what belongs there.
package enum CellValue {
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
