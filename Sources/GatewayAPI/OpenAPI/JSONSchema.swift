package import Core
package import LumaAPI

/// JSON Schema of the rows: those that check what is given describe it, to programs and to hosts of models.
package enum JSONSchema {
    /// Whom a shape describes.
    package enum Side {
        /// What is sent to the gateway: checked, so that members which nobody knows are refused.
        case input
        /// What Luma has answered: it may hold more than is known, and ids are as they are.
        case answer
    }

    /// For whom it is written.
    package enum Dialect {
        /// Programs: 2020-12, the dialect of OpenAPI 3.1, with all that is checked.
        case openAPI(Side)
        /// Hosts of models, for what a tool is given: only words that all of them take. No null, as many hosts take one type
        /// only: what is not given is left out, and `clear` empties a field. Nothing is said of other members.
        case tool
    }

    /// The pattern of a time: a date, `T`, and a time of day without offset.
    package static let time =
        "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T" + clock + "(:[0-5][0-9](\\.[0-9]+)?)?"
    /// The pattern of an offset from UTC (RFC 3339 §5.6).
    package static let offset = "(Z|[+-]" + clock + ")"
    private static let clock = "([01][0-9]|2[0-3]):[0-5][0-9]"

    /// The schema of an object with these members; `special` stands for some of them.
    package static func object(
        _ fields: [SchemaField], _ dialect: Dialect, replacing special: [String: JSON] = [:]
    ) -> JSONObject {
        object(
            properties(fields, dialect, replacing: special), required: fields.filter(\.required).map(\.name), dialect)
    }

    /// The same of members that are schemas already.
    package static func object(_ properties: JSONObject, required: [String], _ dialect: Dialect) -> JSONObject {
        var schema: JSONObject = ["type": "object"]
        if case .tool = dialect { schema["properties"] = .object(properties) }
        if !required.isEmpty { schema["required"] = .array(required.map(JSON.string)) }
        guard case .openAPI(let side) = dialect else { return schema }
        schema["properties"] = .object(properties)
        if side == .input { schema["additionalProperties"] = false }
        return schema
    }

    /// The schemas of members by their names; `special` stands for some of them.
    package static func properties(
        _ fields: [SchemaField], _ dialect: Dialect, replacing special: [String: JSON] = [:]
    ) -> JSONObject {
        var properties = JSONObject()
        for field in fields { properties[field.name] = special[field.name] ?? property(field, dialect) }
        return properties
    }

    /// The schema of one member, with its note as the description.
    package static func property(_ field: SchemaField, _ dialect: Dialect) -> JSON {
        var schema = schema(field.schema, dialect)
        if field.nullable, case .openAPI = dialect { schema = nullable(schema) }
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

    /// The schema of a value in that dialect.
    package static func schema(_ schema: Schema, _ dialect: Dialect) -> JSONObject {
        switch schema {
        case .any: return [:]
        case .boolean: return ["type": "boolean"]
        case .integer(let range):
            guard let range, case .openAPI = dialect else { return ["type": "integer"] }
            return [
                "type": "integer", "minimum": .number(JSONNumber(range.lowerBound)),
                "maximum": .number(JSONNumber(range.upperBound)),
            ]
        case .number(let range):
            guard let range, case .openAPI = dialect, let low = JSONNumber(range.lowerBound),
                let high = JSONNumber(range.upperBound)
            else { return ["type": "number"] }
            return ["type": "number", "minimum": .number(low), "maximum": .number(high)]
        case .string(let length):
            guard let length else { return ["type": "string"] }
            return [
                "type": "string", "minLength": .number(JSONNumber(length.lowerBound)),
                "maxLength": .number(JSONNumber(length.upperBound)),
            ]
        case .dateTime, .duration, .timeZone, .url, .id:
            guard case .openAPI(let side) = dialect else { return ["type": "string"] }
            return text(schema, side)
        case .enumeration(let words): return ["type": "string", "enum": .array(words.map(JSON.string))]
        case .array(let element, let count):
            var array: JSONObject = ["type": "array", "items": .object(self.schema(element, dialect))]
            if let count, case .openAPI = dialect {
                array["minItems"] = .number(JSONNumber(count.lowerBound))
                array["maxItems"] = .number(JSONNumber(count.upperBound))
            }
            return array
        case .object(let fields): return object(fields, dialect)
        case .variants(let discriminator, let shapes): return variants(discriminator, shapes, dialect)
        }
    }

    /// A text of a certain form.
    private static func text(_ schema: Schema, _ side: Side) -> JSONObject {
        switch schema {
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
        // An id is what Luma has given.
        default: return ["type": "string", "minLength": 1]
        }
    }

    private static func variants(
        _ discriminator: String, _ shapes: [String: [SchemaField]], _ dialect: Dialect
    ) -> JSONObject {
        let shapes = shapes.sorted { $0.key < $1.key }
        guard case .tool = dialect else {
            let variants = shapes.map { kind, fields -> JSON in
                var properties: JSONObject = [discriminator: ["const": .string(kind)]]
                for field in fields { properties[field.name] = property(field, dialect) }
                let required = [discriminator] + fields.filter(\.required).map(\.name)
                return .object(object(properties, required: required, dialect))
            }
            return ["oneOf": .array(variants)]
        }
        // Combinators are refused by some hosts: all members of all shapes, told apart by one.
        var properties: JSONObject = [
            discriminator: ["type": "string", "enum": .array(shapes.map { .string($0.key) })]
        ]
        for field in shapes.flatMap(\.value) { properties[field.name] = property(field, dialect) }
        return object(properties, required: [discriminator], dialect)
    }
}

extension String {
    /// With each occurrence of a character replaced.
    fileprivate func replacing(_ character: Character, with text: String) -> String {
        reduce(into: "") { $0 += $1 == character ? text : String($1) }
    }
}
