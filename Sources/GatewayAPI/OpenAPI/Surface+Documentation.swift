package import Core
import LumaAPI

/// What people are told of a path that passes an operation on, all of it from the operation's row.
extension Surface {
    package var documentation: EndpointDocumentation {
        let isRead = !operation.isWrite
        return EndpointDocumentation(
            group: .things(operation.subject?.kind ?? .event),
            summary: String(operation.summary.prefix { $0 != "." && $0 != ";" }),
            description: operation.summary,
            query: isRead ? openFields.map { QueryRow($0.name, $0.schema, $0.note) } : queryOfWrites,
            fields: isRead
                ? [.ifNoneMatch, .cacheControl, .requestTimeout] : [.idempotencyKey, .priority, .requestTimeout],
            bodySchema: isRead || openFields.isEmpty ? nil : .object(JSONSchema.object(openFields, .openAPI(.input))),
            needsBody: needsOpenMembers,
            answers: isRead ? [success, Endpoint.notModified] : operation.makesThing ? [success, preview] : [success],
            reasons: reasons)
    }

    private static let dryRun = QueryRow(
        "dry_run", .boolean, default: false, "Show what would be sent, and change nothing.")
    private static let confirm = QueryRow(
        QueryRows.confirm.name, .string(),
        "The `confirm` of a preview: executes the request once, and only as previewed. Valid for ten minutes.")

    /// The query parameters of a write.
    package var queryOfWrites: [QueryRow] { needsConfirmation ? [Self.dryRun, Self.confirm] : [Self.dryRun] }

    private var success: EndpointDocumentation.Answer {
        let isChange = operation.isWrite && !operation.makesThing
        return EndpointDocumentation.Answer(
            status: operation.makesThing ? 201 : 200,
            description: isChange ? "Success; with `dry_run=true`, what would be sent." : "Success.",
            content: [Endpoint.media(isChange ? ["oneOf": [.object(schema), previewSchema]] : .object(schema))],
            fields: operation.isWrite ? [.idempotencyReplayed] : DocumentedField.ofReads)
    }

    private var preview: EndpointDocumentation.Answer {
        EndpointDocumentation.Answer(
            description: "With `dry_run=true`: what would be sent. Nothing is done.",
            content: [Endpoint.media(previewSchema)])
    }

    private var previewSchema: JSON {
        var properties: JSONObject = [
            "status": ["const": "unchanged"], "dry_run": ["const": true], "sends": ["type": "object"],
        ]
        if !shows.isEmpty {
            let about = showableFields.filter { shows.contains($0.name) }
            properties["about"] = .object(JSONSchema.object(about, .openAPI(.answer)))
        }
        if needsConfirmation {
            properties["confirm"] = [
                "type": "string", "description": "Send it as `confirm` to execute the request as previewed.",
            ]
            properties["expires_in_seconds"] = ["type": "integer"]
        }
        return [
            "type": "object", "required": .array(properties.names.map { .string($0) }),
            "properties": .object(properties),
        ]
    }

    /// Of the answer.
    package var schema: JSONObject {
        switch answer {
        case .document: return JSONSchema.object(answerFields, .openAPI(.answer))
        case .done:
            var properties = JSONObject()
            for name in operation.subject?.members ?? [] { properties[name] = ["type": "string"] }
            properties["done"] = ["const": true]
            return JSONSchema.object(properties, required: properties.names, .openAPI(.answer))
        case .page:
            return JSONSchema.object(
                [
                    "entries": ["type": "array", "items": .object(JSONSchema.object(entryFields, .openAPI(.answer)))],
                    "has_more": ["type": "boolean"],
                    "next_cursor": [
                        "type": ["string", "null"], "description": "Cursor of the next page; null on the last page.",
                    ],
                ], required: ["entries", "has_more", "next_cursor"], .openAPI(.answer))
        }
    }

    /// Why it may refuse: by its method, and by the things that it names.
    private var reasons: [Reason] {
        var reasons = operation.isWrite ? Reason.lumaWrite + Reason.body : Reason.lumaRead
        reasons += named.map { .absent($0) }
        if named.contains(.event) { reasons.append(.eventNotAccessible) }
        if operation.makesThing, let kind = operation.subject?.kind { reasons.append(.duplicate(kind)) }
        if needsConfirmation { reasons.append(.confirmationStale) }
        return reasons
    }
}
