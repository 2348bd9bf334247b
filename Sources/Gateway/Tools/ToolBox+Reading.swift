import Core
import GatewayAPI
import HTTP
import IO
import LumaAPI
import LumaClient
import MCP

/// The tools that only look.
extension ToolBox {
    private static let readOnly = Tool.Hints(readOnly: true, destructive: false, idempotent: true, openWorld: true)
    private static let readOnlyHere = Tool.Hints(readOnly: true, destructive: false, idempotent: true, openWorld: false)
    /// What an entry of a list shows when nobody says what.
    private static let listFields = [
        "id", "name", "starts", "ends", "place", "start_at", "end_at", "timezone", "url", "visibility", "location_type",
        "status",
    ]

    func addReadingTools(to tools: inout ToolPolicy) {
        let (list, event) = (Surfaces.row(.listEvents), Surfaces.row(.getEvent))
        tools.add(
            SurfaceTool(
                surface: list, title: "List events",
                description: """
                    Lists the calendar's events: the upcoming ones, soonest first, unless after, before or sort say \
                    otherwise. By default 20 with their main fields. left_out names the kinds of event that are not listed.
                    """,
                input: ToolSchemas.list, output: ToolSchemas.listOutput,
                service: .atOnce { [self] call, arguments throws(CallFailure) in await self.list(arguments, call) }))
        tools.add(
            SurfaceTool(
                surface: event, title: "Get an event", description: "Shows one event with everything known of it.",
                input: ToolSchemas.get, output: ToolSchemas.eventOutput,
                service: .atOnce { [self] call, arguments throws(CallFailure) in await get(arguments, call) }))
        tools.add(
            Tool(
                "list_templates", title: "List templates",
                description: "Lists the event templates.",
                output: ToolSchemas.templatesOutput, hints: Self.readOnlyHere, scope: .templatesRead,
                constant: .structured(["templates": .array(catalog.templates.map { .object($0.brief) })])))
        tools.add(
            SurfaceTool(
                surface: list, name: "search", title: "Search events",
                description: """
                    Finds events by words of their name, place or date, upcoming ones first; returns their ids. \
                    Descriptions are not searched.
                    """,
                input: ToolSchemas.search, output: ToolSchemas.searchOutput,
                service: .atOnce { [self] call, arguments throws(CallFailure) in
                    await attempt(call) { () throws(APIError) in try await search(arguments, call) }
                }))
        tools.add(
            SurfaceTool(
                surface: event, name: "fetch", title: "Fetch an event",
                description: "Shows one event as a document, such as one that a search has found.",
                input: ToolSchemas.fetch, output: ToolSchemas.fetchOutput,
                service: .atOnce { [self] call, arguments throws(CallFailure) in
                    await attempt(call) { () throws(APIError) in
                        document(try await self.event(arguments["id"]?.stringValue ?? "", call))
                    }
                }))
        tools.add(
            Tool(
                "health", title: "Health", description: "Tells whether Luma can be reached.", input: ToolSchemas.none,
                output: ToolSchemas.healthOutput, hints: Self.readOnly, isClosed: true, scope: .mcpUse
            ) { [self] _, _ throws(CallFailure) in await tellHealth() })
    }

    func event(_ id: String, _ call: Call) async throws(APIError) -> JSON {
        try await answer(to: .event(try EventID(id)), call)
    }

    private func get(_ arguments: JSONObject, _ call: Call) async -> ToolResult {
        let fields = Self.namedFields(arguments)
        do throws(APIError) {
            let event = try await event(arguments["event_id"]?.stringValue ?? "", call)
            let dated = clock.dated(event)
            if let refusal = Self.refusal(ofFields: fields, [dated], call) { return refusal }
            return .structured([
                "notice": Self.notice, "event": fields.isEmpty ? shown(event) : Self.project(dated, fields),
            ])
        } catch {
            return Self.failure(error, call)
        }
    }

    private func list(_ arguments: JSONObject, _ call: Call) async -> ToolResult {
        let named = Self.namedFields(arguments)
        do throws(APIError) {
            let range = try ListRange(arguments, clock)
            let page = try await answer(to: .list(range.query(arguments)), call)
            let events = (page["entries"]?.arrayValue ?? []).map(clock.dated)
            if let refusal = Self.refusal(ofFields: named, events, call, inList: true) { return refusal }
            var result: JSONObject = [
                "notice": Self.notice, "now": .string(clock.now.text),
                "events": .array(events.map { Self.project($0, named.isEmpty ? Self.listFields : named) }),
                "has_more": page["has_more"] ?? false, "left_out": page["left_out"] ?? [],
            ]
            if let cursor = page["next_cursor"]?.stringValue { result["next_cursor"] = .string(range.cursor(cursor)) }
            return .structured(result)
        } catch {
            let failure = Self.failure(error, call)
            // Luma says only that a cursor is not valid, and not where one comes from.
            guard arguments["cursor"] != nil, error.details["luma"] != nil else { return failure }
            let hint = "cursor must be the next_cursor of the page before, with the same other arguments."
            return .failure((failure.content.first?.text ?? "") + "\n" + hint)
        }
    }

    /// What is shown of each event of a list, in the calendar's resource too.
    func listed(_ event: JSON) -> JSON { Self.project(clock.dated(event), Self.listFields) }

    // MARK: Health

    private func tellHealth() async -> ToolResult {
        var object: JSONObject
        do throws(APIError) {
            let body = try await health.answer().body
            object = (try? JSON.parse(body))?.objectValue ?? ["status": "healthy"]
        } catch {
            object = ["status": "unhealthy", "message": .string(error.message)]
            for member in error.details.members where object[member.name] == nil { object[member.name] = member.value }
        }
        for member in plugins.map({ PluginReport($0).health }) ?? [] { object[member.name] = member.value }
        return .structured(object)
    }
}

/// Which events a list of an assistant shows, and in which order: what is next, unless it says otherwise.
struct ListRange {
    private var after: Timestamp?
    private let before: Timestamp?
    private let sort: EventListParameters.Sort
    private let lumaCursor: String?
    /// The instant from which on the list shows events because nobody has said one, in whole minutes: the same list is then
    /// asked for in the same words for a while.
    private var impliedStart: Timestamp?

    /// Begins a cursor that carries such an instant: the next page is one of the same list, whenever it is asked for.
    private static let mark = "from"
    /// Events of one page when nobody says how many.
    private static let usualLimit = 20

    /// - Throws: `APIError` 422 when a time cannot be read.
    init(_ arguments: JSONObject, _ clock: EventClock) throws(APIError) {
        after = try clock.instant(arguments, "after")
        before = try clock.instant(arguments, "before")
        let said = arguments["sort"]?.stringValue.map { EventListParameters.Sort(word: $0) }
        var cursor = arguments["cursor"]?.stringValue
        if after == nil, before == nil, said != .descending {
            if let given = cursor {
                if let (start, rest) = Self.opened(given) { (impliedStart, cursor) = (start, rest) }
            } else {
                impliedStart = Self.minute(of: clock.now.instant)
            }
            after = impliedStart
        }
        sort = said ?? (after == nil && before != nil ? .descending : .ascending)
        lumaCursor = cursor
    }

    /// The page that is asked for.
    /// - Parameter arguments: those of the tool, which its schema has let in.
    func query(_ arguments: JSONObject) -> EventListQuery {
        EventListQuery(
            limit: arguments["limit"]?.intValue ?? Self.usualLimit, cursor: lumaCursor, after: after, before: before,
            sort: sort, status: arguments["status"]?.stringValue, showsAll: arguments["show"]?.stringValue != nil)
    }

    /// Luma's cursor as the assistant gets it.
    func cursor(_ cursor: String) -> String {
        impliedStart.map { "\(Self.mark)\($0.milliseconds).\(cursor)" } ?? cursor
    }

    private static func opened(_ cursor: String) -> (Timestamp, String)? {
        guard cursor.hasPrefix(mark), let dot = cursor.utf8.firstIndex(of: UInt8(ascii: ".")),
            let milliseconds = Int64(cursor[cursor.utf8.index(cursor.startIndex, offsetBy: mark.utf8.count)..<dot])
        else { return nil }
        return (Timestamp(milliseconds: milliseconds), String(cursor[cursor.utf8.index(after: dot)...]))
    }

    static func minute(of instant: Timestamp) -> Timestamp {
        Timestamp(milliseconds: instant.milliseconds - instant.milliseconds % 60_000)
    }
}
