package import Core
package import LumaAPI

/// JSON Schema (2020-12, the dialect of OpenAPI 3.1) of the rows.
package enum JSONSchema {
    /// Whom a shape describes.
    package enum Side {
        /// What is sent to the gateway: checked, so that members which nobody knows are refused.
        case input
        /// What Luma has answered: it may hold more than is known, and ids are as they are.
        case answer
    }

    package static let time =
        "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T" + clock + "(:[0-5][0-9](\\.[0-9]+)?)?"
    package static let offset = "(Z|[+-]" + clock + ")"
    private static let clock = "([01][0-9]|2[0-3]):[0-5][0-9]"

    package static func object(
        _ fields: [SchemaField], _ side: Side, replacing special: [String: JSON] = [:]
    ) -> JSONObject {
        var properties = JSONObject()
        for field in fields { properties[field.name] = special[field.name] ?? property(field, side) }
        return object(properties, required: fields.filter(\.required).map(\.name), side)
    }

    package static func object(_ properties: JSONObject, required: [String], _ side: Side) -> JSONObject {
        var schema: JSONObject = ["type": "object"]
        if !required.isEmpty { schema["required"] = .array(required.map(JSON.string)) }
        schema["properties"] = .object(properties)
        if side == .input { schema["additionalProperties"] = false }
        return schema
    }

    package static func property(_ field: SchemaField, _ side: Side) -> JSON {
        var schema = schema(field.schema, side)
        if field.nullable { schema = nullable(schema) }
        if !field.note.isEmpty { schema["description"] = .string(field.note) }
        return .object(schema)
    }

    private static func nullable(_ schema: JSONObject) -> JSONObject {
        guard let type = schema["type"] else {
            return schema.isEmpty ? schema : ["anyOf": [.object(schema), ["type": "null"]]]
        }
        var schema = schema
        schema["type"] = [type, "null"]
        if let words = schema["enum"]?.arrayValue { schema["enum"] = .array(words + [.null]) }
        return schema
    }

    package static func schema(_ schema: Schema, _ side: Side) -> JSONObject {
        switch schema {
        case .any: return [:]
        case .boolean: return ["type": "boolean"]
        case .integer(let range):
            guard let range else { return ["type": "integer"] }
            return [
                "type": "integer", "minimum": .number(JSONNumber(range.lowerBound)),
                "maximum": .number(JSONNumber(range.upperBound)),
            ]
        case .number(let range):
            guard let range, let low = JSONNumber(range.lowerBound), let high = JSONNumber(range.upperBound) else {
                return ["type": "number"]
            }
            return ["type": "number", "minimum": .number(low), "maximum": .number(high)]
        case .string(let length):
            guard let length else { return ["type": "string"] }
            return [
                "type": "string", "minLength": .number(JSONNumber(length.lowerBound)),
                "maxLength": .number(JSONNumber(length.upperBound)),
            ]
        case .dateTime:
            // RFC 3339 asks for seconds; what is read here may leave them out.
            return side == .answer
                ? ["type": "string", "format": "date-time"]
                : ["type": "string", "pattern": .string(time + offset + "$"), "examples": ["2027-07-01T18:00:00Z"]]
        // A leading minus is Luma's own addition to the form.
        case .duration: return ["type": "string", "pattern": "^-?P"]
        case .timeZone: return ["type": "string", "pattern": "^[A-Za-z0-9_+./-]{1,64}$"]
        case .url(let prefixes):
            guard side == .input, let prefix = prefixes.first, prefixes.count == 1 else {
                return ["type": "string", "pattern": "^[A-Za-z][^:]*://"]
            }
            return ["type": "string", "pattern": .string("^" + prefix.replacing(".", with: "\\."))]
        case .enumeration(let words): return ["type": "string", "enum": .array(words.map(JSON.string))]
        case .id: return ["type": "string", "minLength": 1]
        case .array(let element, let count):
            var array: JSONObject = ["type": "array", "items": .object(self.schema(element, side))]
            if let count {
                array["minItems"] = .number(JSONNumber(count.lowerBound))
                array["maxItems"] = .number(JSONNumber(count.upperBound))
            }
            return array
        case .object(let fields): return object(fields, side)
        case .variants(let discriminator, let shapes):
            let variants = shapes.sorted { $0.key < $1.key }.map { kind, fields -> JSON in
                var properties: JSONObject = [discriminator: ["const": .string(kind)]]
                for field in fields { properties[field.name] = property(field, side) }
                let required = [discriminator] + fields.filter(\.required).map(\.name)
                return .object(object(properties, required: required, side))
            }
            return ["oneOf": .array(variants)]
        }
    }
}

extension String {
    /// With each occurrence of a character replaced.
    fileprivate func replacing(_ character: Character, with text: String) -> String {
        reduce(into: "") { $0 += $1 == character ? text : String($1) }
    }
}
