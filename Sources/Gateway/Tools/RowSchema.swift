import Core
import GatewayAPI
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

/// The schemas of a tool that passes an operation on.
enum SurfaceSchema {
    /// A longer list costs every conversation more than it tells; who gives a word that is not in it is told so.
    private static let mostWords = 40

    static func input(_ surface: Surface) -> JSONObject {
        let fields = surface.fields
        var properties = RowSchema.properties(fields.map(\.name), of: fields)
        for name in surface.pathMembers where properties[name]?["description"] == nil {
            properties[name] = ["type": "string", "description": .string("Id of the " + thing(name, surface))]
        }
        properties = described(properties)
        if surface.needsConfirmation {
            properties["confirm"] = ToolSchemas.string("From the preview, when the user agrees")
        }
        if surface.operation.isWrite {
            properties["idempotency_key"] = ToolSchemas.string("Same key and arguments: done once")
        }
        return ToolSchemas.object(properties, required: fields.filter(\.required).map(\.name))
    }

    /// Says only what is sure of every result, a preview among them.
    static func output(_ surface: Surface) -> JSONObject {
        var properties: JSONObject = ["notice": ["type": "string"]]
        if surface.answer == .page {
            properties["entries"] = ["type": "array", "items": ["type": "object"]]
            properties["has_more"] = ["type": "boolean"]
            properties["next_cursor"] = ["type": ["string", "null"]]
        }
        return ToolSchemas.object(properties, required: ["notice"])
    }

    /// The same with a description of each member, at every depth.
    private static func described(_ properties: JSONObject) -> JSONObject {
        JSONObject(
            properties.members.map { name, value in
                guard var schema = value.objectValue else { return (name: name, value: value) }
                if schema["description"] == nil {
                    schema["description"] = .string(name.split(separator: "_").joined(separator: " "))
                }
                return (name: name, value: .object(shortened(schema)))
            })
    }

    private static func shortened(_ schema: JSONObject) -> JSONObject {
        var schema = schema
        if let words = schema["enum"]?.arrayValue, words.count > mostWords { schema["enum"] = nil }
        if let properties = schema["properties"]?.objectValue { schema["properties"] = .object(described(properties)) }
        if let items = schema["items"]?.objectValue { schema["items"] = .object(shortened(items)) }
        return schema
    }

    private static func thing(_ member: String, _ surface: Surface) -> String {
        let subject = surface.operation.subject
        let kind = member == subject?.member ? subject?.kind : subject?.parent?.kind
        return (kind ?? .event).rawValue.split(separator: "_").joined(separator: " ")
    }
}
