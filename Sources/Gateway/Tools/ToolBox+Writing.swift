import Core
import GatewayAPI
import LumaAPI
import MCP

/// The tools that create and change events.
extension ToolBox {
    /// A tool that takes the fields of an event, as people and models write them.
    private static func forgiving(_ tool: Tool) -> Tool {
        var tool = tool
        tool.suggest = { FieldSynonyms.suggest(for: $0, among: $1) }
        tool.forgive = { arguments in
            var arguments = arguments
            if let place = arguments["geo_address_json"], place.stringValue?.isEmpty == false {
                arguments["geo_address_json"] = EventPlace.input(place)
            }
            return arguments
        }
        return tool
    }

    func addWritingTools(to tools: inout ToolPolicy) {
        tools.add(
            SurfaceTool(
                surface: Surfaces.row(.createEvent), title: "Create an event",
                description: "Creates an event and returns it. Guests are not invited by this.",
                input: ToolSchemas.create, output: ToolSchemas.eventOutput, isClosed: false,
                service: .atOnce { [self] call, arguments throws(CallFailure) in
                    await create(.createEvent, arguments, call)
                }, forgiving: Self.forgiving))
        tools.add(
            SurfaceTool(
                surface: Surfaces.row(.createEvent), name: "create_event_from_template",
                title: "Create an event from a template",
                description:
                    "Creates an event from a template; fields that are given override the template's.",
                input: ToolSchemas.fromTemplate, output: ToolSchemas.eventOutput, isClosed: false,
                service: .atOnce { [self] call, arguments throws(CallFailure) in
                    await create(.createFromTemplate, arguments, call)
                }, forgiving: Self.forgiving))
        tools.add(
            SurfaceTool(
                surface: Surfaces.row(.updateEvent), title: "Update an event",
                description: "Changes the fields that are given and keeps the rest. Guests may be notified.",
                input: ToolSchemas.update, output: ToolSchemas.eventOutput, isIdempotent: true, isClosed: false,
                service: .atOnce { [self] call, arguments throws(CallFailure) in
                    await update(arguments, call)
                }, forgiving: Self.forgiving))
    }

    /// Changes as REST's PATCH does, where null and the empty text are values: `clear` says them here.
    private func update(_ arguments: JSONObject, _ call: Call) async -> ToolResult {
        var change = arguments
        change["event_id"] = nil
        change[ToolSchemas.clear] = nil
        for name in arguments[ToolSchemas.clear]?.arrayValue?.compactMap(\.stringValue) ?? [] {
            guard change[name] == nil else {
                return Self.failure(
                    APIError(invalid: [FieldProblem(ToolSchemas.clear, "names \(name), which is given")]), call)
            }
            change[name] = ToolSchemas.clearable[name]
        }
        let (id, document) = (arguments["event_id"]?.stringValue ?? "", JSON.object(change))
        return await write(call) { () throws(APIError) in
            WriteRequest(wanted: .update(try EventID(id), document), terms: Self.terms(of: call))
        }
    }

    /// Creates as REST does; the key is a field there.
    private func create(_ endpoint: Endpoint, _ arguments: JSONObject, _ call: Call) async -> ToolResult {
        await write(call) { () throws(APIError) in
            try Self.creation(endpoint, arguments, Self.terms(of: call))
        }
    }

    /// What a create asks for.
    /// - Parameter endpoint: of REST, for which its key stands as well.
    /// - Throws: `APIError` 422 for a key that cannot be one.
    static func creation(
        _ endpoint: Endpoint, _ arguments: JSONObject, _ terms: WriteTerms
    ) throws(APIError) -> WriteRequest {
        var event = arguments
        event[ToolSchemas.key] = nil
        let document = JSON.object(event)
        var request = WriteRequest(
            wanted: endpoint == .createEvent
                ? .create(document, isMinimal: false) : .createFromTemplate(document, isMinimal: false),
            terms: terms)
        guard let text = arguments[ToolSchemas.key]?.stringValue else { return request }
        guard let key = try? IdempotencyKey(text: text) else {
            throw APIError(invalid: [FieldProblem(ToolSchemas.key, IdempotencyKey.rule)])
        }
        request.keyed = KeyedWrite(key, endpoint, document: document)
        return request
    }

    private func write(_ call: Call, _ request: () throws(APIError) -> WriteRequest) async -> ToolResult {
        await attempt(call) { () throws(APIError) in
            let answer = try await carryOut(try request(), call)
            guard var event = answer.objectValue else { throw APIError(.upstreamFailure) }
            var result: JSONObject = ["notice": Self.notice]
            result["remarks"] = event["remarks"]
            event["remarks"] = nil
            if let warnings = event["warnings"] {
                event["warnings"] = nil
                result["warnings"] = warnings
                call.log(.warning, warnings, logger: "events")
            }
            result["event"] = Self.withoutLongTexts(shown(.object(event)), call)
            return result
        }
    }

    /// Characters of a description in the answer to a write: whoever wrote it has just sent it.
    private static let maxEchoed = 300

    private static func withoutLongTexts(_ event: JSON, _ call: Call) -> JSON {
        guard var object = event.objectValue else { return event }
        for name in ["description_md", "description"] {
            guard let text = object[name]?.stringValue, text.unicodeScalars.count > maxEchoed else { continue }
            let whole = call.shows(tool: "get_event") ? " (the whole: get_event)" : " (shortened)"
            object[name] = .string(APIError.shortened(text, to: maxEchoed) + whole)
        }
        return .object(object)
    }
}
