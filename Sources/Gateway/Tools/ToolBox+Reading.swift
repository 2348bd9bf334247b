import Core
import HTTP
import IO
import LumaClient
import MCP

/// The tools that only look.
extension ToolBox {
    private static let looks = Tool.Hints(readOnly: true, destructive: false, idempotent: true, openWorld: true)
    private static let looksHere = Tool.Hints(readOnly: true, destructive: false, idempotent: true, openWorld: false)
    /// What an entry of a list shows when nobody says what.
    private static let listFields = [
        "id", "name", "start_at", "end_at", "timezone", "url", "visibility", "location_type",
    ]
    /// Pages that one search looks through, of 50 events each.
    private static let mostSearchPages = 6
    private static let mostResults = 20
    /// How long `health` waits for the first check of Luma, in seconds.
    private static let firstCheckSeconds = 10.0

    func addReadingTools(to registry: inout Registry) {
        registry.add(
            Tool(
                "list_events", title: "List events",
                description: "Lists the calendar's events, by default 20 with their main fields.",
                input: ToolSchemas.list, output: ToolSchemas.listOutput, hints: Self.looks, scope: .read
            ) { [self] call, arguments throws(CallFailure) in await list(arguments, call) })
        registry.add(
            Tool(
                "get_event", title: "Get an event", description: "Shows one event with everything known of it.",
                input: ToolSchemas.get, output: ToolSchemas.eventOutput, hints: Self.looks, scope: .read
            ) { [self] call, arguments throws(CallFailure) in
                await get(arguments, call)
            })
        registry.add(
            Tool(
                "list_templates", title: "List templates",
                description: "Lists the kinds of event that create_event_from_template knows.",
                output: ToolSchemas.templatesOutput, hints: Self.looksHere, scope: .read,
                constant: .structured(["templates": catalog.json])))
        registry.add(
            Tool(
                "search", title: "Search events", description: "Finds events by words; returns ids for fetch.",
                input: ToolSchemas.search, output: ToolSchemas.searchOutput, hints: Self.looks, scope: .read
            ) { [self] call, arguments throws(CallFailure) in
                await attempt { () throws(APIError) in
                    try await search(arguments["query"]?.stringValue ?? "", call)
                }
            })
        registry.add(
            Tool(
                "fetch", title: "Fetch an event", description: "Shows one search result as a document.",
                input: ToolSchemas.fetch, output: ToolSchemas.fetchOutput, hints: Self.looks, scope: .read
            ) { [self] call, arguments throws(CallFailure) in
                await attempt { () throws(APIError) in
                    Self.document(try await event(arguments["id"]?.stringValue ?? "", call))
                }
            })
        registry.add(
            Tool(
                "health", title: "Health", description: "Tells whether Luma can be reached.", input: ToolSchemas.none,
                output: ToolSchemas.healthOutput, hints: Self.looks, scope: .read
            ) { [self] _, _ throws(CallFailure) in await health() })
    }

    func event(_ id: String, _ call: Call) async throws(APIError) -> JSON {
        try await rest(RequestInput(endpoint: .getEvent, parameter: id), call)
    }

    private func get(_ arguments: JSONObject, _ call: Call) async -> ToolResult {
        let fields = Self.namedFields(arguments)
        do throws(APIError) {
            let event = try await event(arguments["event_id"]?.stringValue ?? "", call)
            if let refusal = Self.refusal(ofFields: fields, [event]) { return refusal }
            return .structured([
                "notice": Self.notice, "event": fields.isEmpty ? Self.abridged(event) : Self.project(event, fields),
            ])
        } catch {
            return Self.failure(error)
        }
    }

    private func list(_ arguments: JSONObject, _ call: Call) async -> ToolResult {
        var query: [(name: String, value: String)] = [
            ("limit", arguments["limit"]?.numberValue?.text ?? "20")
        ]
        for name in ["cursor", "after", "before", "sort", "status"] {
            if let text = arguments[name]?.stringValue { query.append((name, text)) }
        }
        let input = RequestInput(endpoint: .listEvents, query: query)
        let named = Self.namedFields(arguments)
        let fields = named.isEmpty ? Self.listFields : named
        do throws(APIError) {
            let page = try await rest(input, call)
            let events = page["entries"]?.arrayValue ?? []
            if let refusal = Self.refusal(ofFields: named, events, inList: true) { return refusal }
            var result: JSONObject = [
                "notice": Self.notice, "events": .array(events.map { Self.project($0, fields) }),
                "has_more": page["has_more"] ?? false,
            ]
            if let cursor = page["next_cursor"], !cursor.isNull { result["next_cursor"] = cursor }
            return .structured(result)
        } catch {
            let failure = Self.failure(error)
            // Luma says only that a cursor is not valid, and not where one comes from.
            guard arguments["cursor"] != nil, error.details["luma"] != nil else { return failure }
            let hint = "cursor must be the next_cursor of the page before, with the same other arguments."
            return .failure((failure.content.first?.text ?? "") + "\n" + hint)
        }
    }

    // MARK: Search

    private func search(_ query: String, _ call: Call) async throws(APIError) -> JSONObject {
        let words = query.lowercased().split { $0 == " " || $0 == "," || $0 == "\n" }.map(String.init)
        var results: [JSON] = []
        var cursor: String?
        for page in 1...Self.mostSearchPages {
            var input = RequestInput(endpoint: .listEvents, query: [("limit", "50"), ("sort", "-start_at")])
            if let cursor { input.query.append(("cursor", cursor)) }
            let answer = try await rest(input, call)
            for event in answer["entries"]?.arrayValue ?? [] where Self.matches(event, words) {
                results.append(Self.result(event))
            }
            call.progress(Double(page), "Looked through \(page * 50) events")
            cursor = answer["next_cursor"]?.stringValue
            if cursor == nil || results.count >= Self.mostResults { break }
        }
        return ["notice": Self.notice, "results": .array(Array(results.prefix(Self.mostResults)))]
    }

    private static func matches(_ event: JSON, _ words: [String]) -> Bool {
        let texts = [
            event["id"], event["name"], event["description"], event["description_md"], event["url"],
            event["geo_address_json"]?["full_address"], event["geo_address_json"]?["address"],
            event["geo_address_json"]?["city"], event["start_at"],
        ]
        let text = texts.compactMap { $0?.stringValue }.joined(separator: "\n").lowercased()
        return words.allSatisfy(text.contains)
    }

    private static func result(_ event: JSON) -> JSON {
        [
            "id": event["id"] ?? "", "title": .string(event["name"]?.stringValue ?? ""),
            "url": .string(event["url"]?.stringValue ?? ""),
        ]
    }

    private static func document(_ event: JSON) -> JSONObject {
        var lines: [String] = []
        func line(_ label: String, _ value: JSON?) {
            // A text with line ends could pass for further lines of this document.
            if let text = value?.stringValue, !text.isEmpty { lines.append("\(label): \(Neutral.line(text))") }
        }
        line("Name", event["name"])
        line("Starts", event["start_at"])
        line("Ends", event["end_at"])
        line("Timezone", event["timezone"])
        line("Place", event["geo_address_json"]?["full_address"] ?? event["geo_address_json"]?["address"])
        line("Online at", event["meeting_url"])
        line("Visibility", event["visibility"])
        if let text = (event["description_md"] ?? event["description"])?.stringValue, !text.isEmpty {
            lines.append("\nDescription, written by people outside:\n\(text)")
        }
        return [
            "id": event["id"] ?? "", "title": .string(event["name"]?.stringValue ?? ""),
            "text": .string(lines.joined(separator: "\n")), "url": .string(event["url"]?.stringValue ?? ""),
            "metadata": ["source": "luma", "notice": notice],
        ]
    }

    // MARK: Health

    private func health() async -> ToolResult {
        // A program that was just started for this client is asking Luma for the first time, perhaps on another loop.
        if worker.luma.account.reachability.last == nil {
            let now = worker.clock.now
            let deadline = now.advanced(seconds: Self.firstCheckSeconds)
            let firstCheck = worker.firstCheck
            // What is known then is told, whether or not it has ended.
            try? await worker.reactor.ask(by: deadline) { firstCheck.wait(by: deadline, now: now, then: $0) }
        }
        do throws(APIError) {
            let body = try worker.health.answer().body
            return .structured((try? JSON.parse(body))?.objectValue ?? ["status": "healthy"])
        } catch {
            var object: JSONObject = ["status": "unhealthy", "message": .string(error.message)]
            for member in error.details.members where object[member.name] == nil { object[member.name] = member.value }
            return .structured(object)
        }
    }
}
