import Core

/// What people are told of the paths of tools.
extension Endpoint {
    package var toolDocumentation: EndpointDocumentation {
        guard kind == .callTool else {
            return EndpointDocumentation(
                group: .tools, summary: "List tools",
                description: "The tools that the token and the chosen toolsets allow, built-in ones first.",
                fields: [.ifNoneMatch, .toolsets],
                answers: [
                    .init(
                        description: "All of them.", content: [Self.media(EventSchemas.reference("ToolList"))],
                        fields: [.etag]), Self.notModified,
                ], reasons: Reason.localRead)
        }
        return EndpointDocumentation(
            group: .tools, summary: "Call a tool",
            description:
                "The body is an object of the tool's arguments; it may be left out. When the tool itself refuses or fails, the "
                + "response is a 200 with `isError`. A failure of the service behind a forwarded tool is an error: "
                + "`details.code` says what went wrong, and `details.result` is what an assistant is told. A hidden tool is "
                + "not found. A tool that needs confirmation returns a preview first. An Idempotency-Key is accepted by tools "
                + "with the argument `idempotency_key`; conditional requests are not supported.",
            fields: [.idempotencyKey, .toolsets], body: "ToolArguments",
            answers: [
                .init(
                    description: "The tool's result.", content: [Self.media(EventSchemas.reference("ToolResult"))])
            ],
            reasons: [
                .notAcceptable, .validationFailed, .toolNotFound, .idempotencyKeyInvalid, .preconditionFailed,
                .upstreamFailure, .upstreamUnavailable, .upstreamTimeout,
            ] + Reason.body)
    }
}

/// The named schemas of tools.
package enum ToolSchemas {
    private static let schema: JSON = ["type": "object", "description": "A JSON Schema."]

    static let list: JSON = [
        "type": "object", "required": ["tools"], "additionalProperties": false,
        "properties": ["tools": ["type": "array", "items": EventSchemas.reference("Tool")]],
    ]

    static let tool: JSON = [
        "type": "object", "required": ["name", "title", "description", "inputSchema", "annotations", "source"],
        "properties": [
            "name": ["type": "string"], "title": ["type": "string"], "description": ["type": "string"],
            "inputSchema": schema, "outputSchema": schema,
            "annotations": [
                "type": "object", "description": "Hints about the effects of a call.",
                "required": ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"],
                "properties": [
                    "readOnlyHint": ["type": "boolean"], "destructiveHint": ["type": "boolean"],
                    "idempotentHint": ["type": "boolean"], "openWorldHint": ["type": "boolean"],
                ],
            ],
            "source": ["type": "string", "description": "Where it comes from; `builtin` for this program."],
        ], "additionalProperties": false,
    ]

    static let arguments: JSON = [
        "type": "object", "description": "The arguments, as the tool's `inputSchema` describes them.",
    ]

    static let result: JSON = [
        "type": "object", "required": ["content", "isError"],
        "properties": [
            "content": [
                "type": "array", "description": "The result as MCP content: texts, images, links.",
                "items": ["type": "object", "required": ["type"], "properties": ["type": ["type": "string"]]],
            ],
            "structuredContent": [
                "type": "object", "description": "The result as JSON, if the tool returns structured content.",
            ],
            "isError": ["type": "boolean"],
        ], "additionalProperties": false,
    ]
}
