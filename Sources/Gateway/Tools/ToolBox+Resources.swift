import Core
import GatewayAPI
import IO
import LumaAPI
import LumaClient
import MCP

/// What can be read without a tool: events, the calendar, the templates.
extension ToolBox {
    private static let json = "application/json"
    /// Beside the JSON of what has texts: there are hosts that take texts and no documents.
    private static let markdown = "text/markdown"
    private static let eventsTemplate = "luma://events/{event_id}"
    private static let templatesTemplate = "luma://templates/{template_type}"
    /// How long the ids that completion proposes are taken for news, in seconds.
    private static let recentSeconds = 30.0

    func addResources(to registry: inout Registry) {
        registry.add(
            Resource(
                "luma://calendar", name: "calendar", title: "Upcoming events",
                description: "The next events of the calendar, soonest first.", mimeType: Self.json,
                scope: .eventsRead
            ) { [self] call, uri throws(CallFailure) in
                let page = try await read(uri, call) { .list(upcoming) }
                let events = page["entries"]?.arrayValue ?? []
                let hasMore = page["has_more"]?.boolValue ?? false
                let document: JSON = [
                    "notice": Self.notice, "now": .string(clock.now.text), "events": .array(events.map(listed)),
                    "has_more": .bool(hasMore),
                ]
                return [
                    ResourceContents(uri: uri, json: document),
                    ResourceContents(
                        uri: uri, mimeType: Self.markdown, .text(overview(events, hasMore: hasMore, call))),
                ]
            })
        for template in catalog.templates {
            registry.add(
                Resource(
                    "luma://templates/\(template.type)", name: "template-\(template.type)",
                    title: "Template \(template.type)",
                    description: "What an event of the kind \(template.type) starts with.", mimeType: Self.json,
                    scope: .templatesRead
                ) { _, uri throws(CallFailure) in Self.contents(uri, template) })
        }
        registry.add(
            ResourceTemplate(
                Self.eventsTemplate, name: "event", title: "Event", description: "One event of the calendar.",
                mimeType: Self.json, scope: .eventsRead, completers: ["event_id": eventIDs]
            ) { [self] call, uri, variables throws(CallFailure) in
                let event = try await read(uri, call) { () throws(APIError) in
                    .event(try EventID(variables["event_id"] ?? ""))
                }
                let document: JSON = ["notice": Self.notice, "event": shown(event)]
                return [
                    ResourceContents(uri: uri, json: document),
                    ResourceContents(uri: uri, mimeType: Self.markdown, .text(noticed(text(event, Neutral.markdown)))),
                ]
            })
        registry.add(
            ResourceTemplate(
                Self.templatesTemplate, name: "template", title: "Template",
                description: "What an event of one kind starts with.", mimeType: Self.json, scope: .templatesRead,
                completers: ["template_type": templateTypes]
            ) { [catalog] _, uri, variables throws(CallFailure) in
                guard let template = catalog[variables["template_type"] ?? ""] else { throw .notFound(uri: uri) }
                return Self.contents(uri, template)
            })
    }

    private static func contents(_ uri: String, _ template: Template) -> [ResourceContents] {
        [
            ResourceContents(uri: uri, json: template.json),
            ResourceContents(uri: uri, mimeType: markdown, .text(template.markdown)),
        ]
    }

    private func noticed(_ text: String) -> String { (Self.notice.stringValue ?? "") + "\n\n" + text }

    /// The events of the calendar, a line for each.
    private func overview(_ events: [JSON], hasMore: Bool, _ call: Call) -> String {
        var lines = events.map { event in
            let parts = [
                clock.text(of: event, "start_at"), event["name"]?.stringValue, EventClock.place(of: event),
                event["id"]?.stringValue,
            ]
            return "- " + parts.compactMap { $0.map { Neutral.markdown($0) } }.joined(separator: " | ")
        }
        if lines.isEmpty { lines = ["No upcoming events."] }
        if hasMore {
            lines.append("There are more" + (call.shows(tool: "list_events") ? ": list_events shows them." : "."))
        }
        return noticed("It is \(clock.now.text).\n\n" + lines.joined(separator: "\n"))
    }

    /// The upcoming events of the calendar, one page of them.
    private var upcoming: EventListQuery {
        EventListQuery(limit: 50, after: ListRange.minute(of: clock.now.instant), sort: .ascending)
    }

    private func read(
        _ uri: String, _ call: Call, _ request: () throws(APIError) -> ReadRequest
    ) async throws(CallFailure) -> JSON {
        do throws(APIError) {
            return try await answer(to: try request(), call)
        } catch {
            if [.absent(.event), .eventNotAccessible].contains(error.reason) { throw .notFound(uri: uri) }
            let data: JSON = ["reason": .string(error.reason.rawValue)]
            throw .error(.internalError(error.message, data: data))
        }
    }

    // MARK: Completion

    var templateTypes: Completer {
        { [catalog] _, begun throws(CallFailure) in
            let text = FoldedText.bytes(begun)
            return catalog.templates.map(\.type).filter { FoldedText.bytes($0).starts(with: text) }
        }
    }

    /// Zones whose name, or whose last part, begins as the text does.
    var zoneNames: Completer {
        { [zones] _, begun throws(CallFailure) in
            let text = FoldedText.bytes(begun).map { $0 == UInt8(ascii: " ") ? UInt8(ascii: "_") : $0 }
            let afterSlash = ByteSearch([UInt8(ascii: "/")] + text)
            return zones.names.filter { name in
                let folded = FoldedText.bytes(name)
                return folded.starts(with: text) || afterSlash.isFound(in: folded)
            }
        }
    }

    /// Ids of upcoming events that begin as the text does, or whose name holds it.
    var eventIDs: Completer {
        { [self] call, begun throws(CallFailure) in
            let text = FoldedText.bytes(begun)
            let search = ByteSearch(text)
            return await recentEvents(call).filter { event in
                FoldedText.bytes(event.id).starts(with: text) || search.isFound(in: FoldedText.bytes(event.name))
            }.map(\.id)
        }
    }

    private func recentEvents(_ call: Call) async -> [(id: String, name: String)] {
        if let recent, recent.until > operations.clock.now { return recent.events }
        do throws(APIError) {
            let page = try await answer(to: .list(upcoming), call)
            let events = (page["entries"]?.arrayValue ?? []).compactMap { event in
                event["id"]?.stringValue.map { (id: $0, name: event["name"]?.stringValue ?? "") }
            }
            recent = (events, operations.clock.now.advanced(seconds: Self.recentSeconds))
            return events
        } catch {
            // Without Luma there is nothing to propose, which is no reason to fail.
            return []
        }
    }
}

/// Conversations that a user may start with. Each names the tools that whoever asks for it sees.
extension ToolBox {
    private static func with(_ tool: String, _ call: Call) -> String {
        call.shows(tool: tool) ? " with \(tool)" : ""
    }

    func addPrompts(to registry: inout Registry) {
        registry.add(
            Prompt(
                "plan_an_event", title: "Plan an event",
                description: "Works out an event step by step and creates it once you agree.",
                arguments: [
                    Prompt.Argument("topic", "What the event is about", required: true),
                    Prompt.Argument("template_type", "Kind of event, from the templates", complete: templateTypes),
                    Prompt.Argument("date", "When, in your own words"),
                    Prompt.Argument("timezone", "IANA timezone of the place", complete: zoneNames),
                ], scope: .eventsWrite
            ) { call, arguments throws(CallFailure) in
                var lines = ["Help me plan an event on Luma about: \(arguments["topic"] ?? "")."]
                if let kind = arguments["template_type"] { lines.append("Use the template \(kind).") }
                if let date = arguments["date"] { lines.append("When: \(date).") }
                if let zone = arguments["timezone"] { lines.append("Timezone: \(zone).") }
                let looks = [
                    call.shows(tool: "list_templates") ? "at list_templates" : nil,
                    call.shows(tool: "list_events") ? "at list_events for what is on around that time" : nil,
                ].compactMap { $0 }.joined(separator: ", and ")
                if !looks.isEmpty { lines.append("Look \(looks).") }
                lines.append(
                    """
                    Ask me for whatever is missing: name, start, end, place or meeting link, capacity, approval of guests. \
                    Show me the whole event before you create it, and create it only when I agree.
                    """)
                return [Prompt.Message(.user, .text(lines.joined(separator: "\n")))]
            })
        registry.add(
            Prompt(
                "announce_a_change", title: "Announce a change",
                description: "Changes an event and drafts the message to its guests.",
                arguments: [
                    Prompt.Argument("event_id", "The event's id", required: true, complete: eventIDs),
                    Prompt.Argument("change", "What changes, in your own words", required: true),
                ], scope: .eventsWrite
            ) { call, arguments throws(CallFailure) in
                let id = arguments["event_id"] ?? ""
                let text = """
                    The event \(id) on Luma changes: \(arguments["change"] ?? "").
                    Read it\(Self.with("get_event", call)), tell me exactly which fields you would change from what to \
                    what, and draft a short message to the guests. Make the change\(Self.with("update_event", call)) only \
                    when I agree.
                    """
                    + (call.shows(tool: "cancel_event")
                        ? " If the event is to be called off, use cancel_event and show me its preview first." : "")
                return [Prompt.Message(.user, .text(text))]
            })
        registry.add(
            Prompt(
                "weekly_overview", title: "Weekly overview",
                description: "Sums up the events of the next seven days.",
                arguments: [Prompt.Argument("timezone", "Show times in this IANA timezone", complete: zoneNames)],
                scope: .eventsRead
            ) { [seal] call, arguments throws(CallFailure) in
                let now = seal.now
                let zone = arguments["timezone"].map { "in \($0)" } ?? "in each event's own timezone"
                let way =
                    call.shows(tool: "list_events")
                    ? "Use list_events with after, before and sort=start_at, and all its pages" : "Look at all of them"
                let text = """
                    Give me an overview of my events on Luma from \(now.rfc3339) to \
                    \(now.advanced(seconds: 7 * 86400).rfc3339). \(way); starts and ends are each event's local \
                    times. List them by day with time (\(zone)), name and place, then point out clashes, events without a \
                    place or link, and events that are nearly full.
                    """
                return [Prompt.Message(.user, .text(text))]
            })
    }
}
