import Core
import GatewayAPI
import LumaAPI

/// The schemas of a tool that passes an operation on.
enum SurfaceSchema {
    static func input(_ surface: Surface) -> JSONObject {
        let fields = surface.fields
        var properties = RowSchema.properties(fields.map(\.name), of: fields)
        for name in surface.pathMembers where properties[name]?["description"] == nil {
            properties[name] = ["type": "string", "description": .string("Id of the " + thing(name, surface))]
        }
        for name in properties.names where properties[name]?["description"] == nil {
            var schema = properties[name]?.objectValue ?? JSONObject()
            schema["description"] = .string(name.split(separator: "_").joined(separator: " "))
            properties[name] = .object(schema)
        }
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

    private static func thing(_ member: String, _ surface: Surface) -> String {
        let subject = surface.operation.subject
        let kind = member == subject?.member ? subject?.kind : subject?.parent?.kind
        return (kind ?? .event).rawValue.split(separator: "_").joined(separator: " ")
    }
}
