import Core
import LumaAPI

/// JSON Schema of a row's fields, for the tools: the same rows that check the input describe it.
enum RowSchema {
    /// The properties of these names, in this order.
    static func properties(_ names: [String], of fields: [SchemaField]) -> JSONObject {
        var object = JSONObject()
        for name in names {
            guard let field = fields.first(where: { $0.name == name }) else {
                preconditionFailure("no row has the field \(name)")
            }
            object[name] = .object(schema(field))
        }
        return object
    }

    private static func schema(_ field: SchemaField) -> JSONObject {
        var object = schema(field.schema)
        // No null, as many hosts take one type only: what is not given is left out, and `clear` empties a field.
        if !field.note.isEmpty { object["description"] = .string(field.note) }
        return object
    }

    private static func schema(_ schema: Schema) -> JSONObject {
        switch schema {
        case .any: return [:]
        case .boolean: return ["type": "boolean"]
        case .integer: return ["type": "integer"]
        case .number: return ["type": "number"]
        case .string(let length):
            guard let length else { return ["type": "string"] }
            return [
                "type": "string", "minLength": .number(JSONNumber(length.lowerBound)),
                "maxLength": .number(JSONNumber(length.upperBound)),
            ]
        case .dateTime, .duration, .timeZone, .url, .id: return ["type": "string"]
        case .enumeration(let words): return ["type": "string", "enum": .array(words.map { .string($0) })]
        case .array(let item, _): return ["type": "array", "items": .object(self.schema(item))]
        case .object(let fields): return object(fields)
        case .variants(let discriminator, let shapes):
            // Combinators are refused by some hosts: all members of all shapes, told apart by one.
            let kinds = shapes.keys.sorted()
            var properties: JSONObject = [
                discriminator: ["type": "string", "enum": .array(kinds.map { .string($0) })]
            ]
            for kind in kinds {
                for field in shapes[kind] ?? [] { properties[field.name] = .object(self.schema(field)) }
            }
            return ["type": "object", "properties": .object(properties), "required": [.string(discriminator)]]
        }
    }

    private static func object(_ fields: [SchemaField]) -> JSONObject {
        var object: JSONObject = [
            "type": "object", "properties": .object(JSONObject(fields.map { ($0.name, .object(schema($0))) })),
        ]
        let required = fields.filter(\.required).map { JSON.string($0.name) }
        if !required.isEmpty { object["required"] = .array(required) }
        return object
    }
}
