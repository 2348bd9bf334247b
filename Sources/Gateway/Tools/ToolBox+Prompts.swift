import Core
import MCP

/// Conversations that a user may start with.
extension ToolBox {
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
                ], scope: .write
            ) { _, arguments throws(CallFailure) in
                var lines = ["Help me plan an event on Luma about: \(arguments["topic"] ?? "")."]
                if let kind = arguments["template_type"] { lines.append("Use the template \(kind).") }
                if let date = arguments["date"] { lines.append("When: \(date).") }
                if let zone = arguments["timezone"] { lines.append("Timezone: \(zone).") }
                lines.append(
                    """
                    Look at list_templates, and at list_events for what is on around that time. Ask me for whatever is \
                    missing: name, start, end, place or meeting link, capacity, approval of guests. Show me the whole \
                    event before you create it, and create it only when I agree.
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
                ], scope: .write
            ) { _, arguments throws(CallFailure) in
                let id = arguments["event_id"] ?? ""
                let text = """
                    The event \(id) on Luma changes: \(arguments["change"] ?? "").
                    Read it with get_event, tell me exactly which fields you would change from what to what, and draft a \
                    short message to the guests. Make the change with update_event only when I agree. If the event is to \
                    be called off, use cancel_event and show me its preview first.
                    """
                return [Prompt.Message(.user, .text(text))]
            })
        registry.add(
            Prompt(
                "weekly_overview", title: "Weekly overview",
                description: "Sums up the events of the next seven days.",
                arguments: [Prompt.Argument("timezone", "Show times in this IANA timezone", complete: zoneNames)]
            ) { [seal] _, arguments throws(CallFailure) in
                let now = seal.now
                let zone = arguments["timezone"].map { "in \($0)" } ?? "in each event's own timezone"
                let text = """
                    Give me an overview of my events on Luma from \(now.rfc3339) to \
                    \(now.advanced(seconds: 7 * 86400).rfc3339). Use list_events with after, before and sort=start_at, \
                    and all its pages; starts and ends are each event's local times. List them by day with time (\(zone)), \
                    name and place, then point out clashes, events without a place or link, and events that are nearly full.
                    """
                return [Prompt.Message(.user, .text(text))]
            })
    }
}
