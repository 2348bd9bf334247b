import Core

/// Turns what models often write for a value into the value: numbers, booleans, arrays and objects as strings.
///
/// Only where the schema allows no string: there a string that looks like a number is a string.
enum ArgumentCoercion {
    /// Bytes of a number or a word.
    private static let longestScalar = 400

    /// - Parameters:
    ///   - type: what the schema wants; nil takes all.
    ///   - items: the one type of an array's items.
    static func coerce(_ value: JSON, to type: String?, items: String?) -> JSON {
        guard let type else { return value }
        if case .number(let number) = value, type == "integer" {
            // `3.0` is how some languages write 3.
            guard number.intValue == nil, let whole = number.wholeValue else { return value }
            return .number(JSONNumber(whole))
        }
        guard case .string(let text) = value, type != "string" else {
            // One item for a list of them.
            if type == "array", let items, isScalar(value, items) { return .array([value]) }
            return value
        }
        return read(trim(text), as: type, items: items, original: value) ?? value
    }

    /// The value that a text spells; nil when it is none of this type.
    private static func read(_ text: String, as type: String, items: String?, original: JSON) -> JSON? {
        switch type {
        case "array":
            if let json = parsed(text), json.arrayValue != nil { return json }
            return items == "string" ? .array([original]) : nil
        case "object":
            guard let json = parsed(text), json.objectValue != nil else { return nil }
            return json
        // No longer text is one of the others.
        default: break
        }
        guard text.utf8.count <= longestScalar else { return nil }
        switch type {
        case "boolean": return ["true": true, "false": false][text.lowercased()].map { .bool($0) }
        case "integer":
            guard let number = JSONNumber(text: text) else { return nil }
            let read = coerce(.number(number), to: "integer", items: nil)
            return read.intValue == nil ? nil : read
        case "number": return JSONNumber(text: text).map { .number($0) }
        default: return nil
        }
    }

    private static func isScalar(_ value: JSON, _ type: String) -> Bool {
        switch value {
        case .number: type == "number" || type == "integer"
        case .bool: type == "boolean"
        default: false
        }
    }

    private static func parsed(_ text: String) -> JSON? {
        try? JSON.parse(text, limits: JSONLimits(maxDepth: 32, maxBytes: 256 << 10))
    }

    private static func trim(_ text: String) -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x0a || $0 == 0x09 || $0 == 0x0d }
        let bytes = text.utf8
        guard let first = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(text[first...last])
    }
}
