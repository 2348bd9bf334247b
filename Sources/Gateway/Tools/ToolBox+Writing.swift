import Core
import HTTP
import MCP

/// The tools that create and change events.
extension ToolBox {
    private static let creates = Tool.Hints(readOnly: false, destructive: false, idempotent: false, openWorld: true)
    private static let changes = Tool.Hints(readOnly: false, destructive: true, idempotent: true, openWorld: true)

    /// A tool that takes the fields of an event, as people and models write them.
    private static func forgiving(_ tool: Tool) -> Tool {
        var tool = tool
        tool.suggest = { FieldSynonyms.suggest(for: $0, among: $1) }
        tool.forgive = { arguments in
            var arguments = arguments
            if let place = arguments["geo_address_json"], place.stringValue != nil {
                arguments["geo_address_json"] = EventPlace.input(place)
            }
            return arguments
        }
        return tool
    }

    func addWritingTools(to registry: inout Registry) {
        func add(_ tool: Tool) { registry.add(Self.forgiving(tool)) }
        add(
            Tool(
                "create_event", title: "Create an event",
                description: "Creates an event and returns it. Guests are not invited by this.",
                input: ToolSchemas.create, output: ToolSchemas.eventOutput, hints: Self.creates, scope: .write
            ) { [self] call, arguments throws(CallFailure) in
                await create(.createEvent, arguments, call)
            })
        add(
            Tool(
                "create_event_from_template", title: "Create an event from a template",
                description: "Creates an event of a kind from list_templates; each field given beats the template's.",
                input: ToolSchemas.fromTemplate, output: ToolSchemas.eventOutput, hints: Self.creates, scope: .write
            ) { [self] call, arguments throws(CallFailure) in
                await create(.createFromTemplate, arguments, call)
            })
        add(
            Tool(
                "update_event", title: "Update an event",
                description: "Changes the fields that are given and keeps the rest. Guests may be notified.",
                input: ToolSchemas.update, output: ToolSchemas.eventOutput, hints: Self.changes, scope: .write
            ) { [self] call, arguments throws(CallFailure) in
                var change = arguments
                change["event_id"] = nil
                let id = arguments["event_id"]?.stringValue
                let input = RequestInput(endpoint: .patchEvent, parameter: id, body: JSON.object(change).encoded)
                return await write(input, call)
            })
    }

    /// Creates as REST does; the key is a field there.
    private func create(_ endpoint: Endpoint, _ arguments: JSONObject, _ call: Call) async -> ToolResult {
        var event = arguments
        event[ToolSchemas.key] = nil
        var input = RequestInput(endpoint: endpoint, body: JSON.object(event).encoded)
        if let key = arguments[ToolSchemas.key]?.stringValue {
            do throws(APIError) {
                input.idempotencyKey = try IdempotencyKey(text: key)
            } catch {
                return Self.failure(APIError(invalid: [FieldProblem(ToolSchemas.key, IdempotencyKey.rule)]))
            }
        }
        return await write(input, call)
    }

    private func write(_ input: RequestInput, _ call: Call) async -> ToolResult {
        await attempt { () throws(APIError) in
            var input = input
            input.principal = call.caller.principal.label
            input.surface = .assistant
            let answer = try await rest(input, call)
            guard var event = answer.objectValue else { throw APIError(.upstreamFailure) }
            var result: JSONObject = ["notice": Self.notice]
            if let warnings = event["warnings"] {
                event["warnings"] = nil
                result["warnings"] = warnings
                call.log(.warning, warnings, logger: "events")
            }
            result["event"] = Self.abridged(.object(event))
            return result
        }
    }
}
