import Core

/// Turns what models often write for a value into the value: numbers, booleans, arrays and objects as strings.
///
/// Only where the schema allows no string: there a string that looks like a number is a string.
enum ArgumentCoercion {
    /// - Parameters:
    ///   - types: what the schema allows; empty allows all.
    ///   - items: the one type of an array's items.
    static func coerce(_ value: JSON, to types: [String], items: String?) -> JSON {
        if case .number(let number) = value, types == ["integer"] || types == ["integer", "null"] {
            // `3.0` is how some languages write 3.
            guard number.intValue == nil, let whole = number.wholeValue else { return value }
            return .number(JSONNumber(whole))
        }
        guard case .string(let text) = value, !types.isEmpty, !types.contains("string") else {
            // One item for a list of them.
            if types == ["array"], let items, isScalar(value, items) { return .array([value]) }
            return value
        }
        let trimmed = trim(text)
        for type in types {
            switch type {
            case "boolean":
                if let flag = ["true": true, "false": false][trimmed.lowercased()] { return .bool(flag) }
            case "null": if trimmed.lowercased() == "null" { return .null }
            case "integer":
                if let number = JSONNumber(text: trimmed) {
                    let read = coerce(.number(number), to: ["integer"], items: nil)
                    if read.intValue != nil { return read }
                }
            case "number": if let number = JSONNumber(text: trimmed) { return .number(number) }
            case "array":
                if let json = parsed(trimmed), json.arrayValue != nil { return json }
                if items == "string" { return .array([value]) }
            case "object": if let json = parsed(trimmed), json.objectValue != nil { return json }
            default: break
            }
        }
        return value
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
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "\r" }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
