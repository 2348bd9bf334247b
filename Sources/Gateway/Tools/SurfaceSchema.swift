import Core
import GatewayAPI
import LumaAPI

/// The schemas of a tool that passes an operation on.
enum SurfaceSchema {
    /// A longer list costs every conversation more than it tells; who gives a word that is not in it is told so.
    private static let maxWords = 40

    static func input(_ surface: Surface) -> JSONObject {
        let fields = surface.fields
        var properties = JSONSchema.properties(fields, .tool)
        for name in surface.pathMembers where properties[name]?["description"] == nil {
            properties[name] = ["type": "string", "description": .string("Id of the " + thing(name, surface))]
        }
        properties = described(properties)
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
        if let words = schema["enum"]?.arrayValue, words.count > maxWords { schema["enum"] = nil }
        if let properties = schema["properties"]?.objectValue { schema["properties"] = .object(described(properties)) }
        if let items = schema["items"]?.objectValue { schema["items"] = .object(shortened(items)) }
        return schema
    }

    private static func thing(_ member: String, _ surface: Surface) -> String {
        (surface.kind(of: member) ?? .event).noun
    }
}
