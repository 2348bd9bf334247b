import Core
import MCP

extension FixtureServer {
    /// A schema with words of JSON Schema 2020-12 that must arrive as they are.
    func addSchemaTool(to registry: inout Registry) {
        registry.add(
            Self.tool(
                "json_schema_2020_12_tool", "Tool with JSON Schema 2020-12 features",
                input: [
                    "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
                    "$defs": [
                        "address": [
                            "type": "object",
                            "properties": ["street": ["type": "string"], "city": ["type": "string"]],
                        ]
                    ],
                    "properties": ["name": ["type": "string"], "address": ["$ref": "#/$defs/address"]],
                    "additionalProperties": false,
                ]
            ) { _, arguments throws(CallFailure) in
                .text(
                    "JSON Schema 2020-12 tool called with: \(String(decoding: JSON.object(arguments).encoded, as: UTF8.self))"
                )
            })
    }
}
