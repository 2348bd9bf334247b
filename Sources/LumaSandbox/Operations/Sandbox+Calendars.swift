import Core
import LumaAPI

extension Sandbox {
    /// Luma does not publish its largest and its usual page; clients assume 50.
    static let maxPage = 50

    func listEvents(_ call: Call) throws(Refusal) -> JSON {
        let query = call.query
        let limit = try Self.pageSize(query["pagination_limit"])
        let descending = query["sort_direction"]?.stringValue?.hasPrefix("desc") ?? false
        let filter = ListFilter(query)

        let order = state.events.order
        var index = descending ? order.count - 1 : 0
        if let text = query["pagination_cursor"]?.stringValue {
            guard let key = ListCursor(text)?.key(descending: descending) else {
                throw .invalid("pagination_cursor is invalid.")
            }
            let place = state.events.firstIndex(notBefore: key)
            let isThere = place < order.count && order[place] == key
            index = descending ? place - 1 : isThere ? place + 1 : place
        }
        let answers = EventAnswer(state: state, now: call.now)
        var entries: [JSON] = []
        var last: EventShelf.Key?
        while order.indices.contains(index) {
            let key = order[index]
            index += descending ? -1 : 1
            guard let event = state.events[key.id], filter.admits(event) else { continue }
            if entries.count == limit, let last {
                let cursor = ListCursor(descending: descending, key: last)
                return ["entries": .array(entries), "has_more": true, "next_cursor": .string(cursor.text)]
            }
            entries.append(answers.entry(event))
            last = key
        }
        // Live answers carry a cursor on the last page, too: has_more alone ends a list.
        guard let last else { return ["entries": [], "has_more": false] }
        let cursor = ListCursor(descending: descending, key: last)
        return ["entries": .array(entries), "has_more": false, "next_cursor": .string(cursor.text)]
    }

    static func pageSize(_ value: JSON?) throws(Refusal) -> Int {
        guard let number = value?.doubleValue else { return maxPage }
        guard number >= 1, number == number.rounded() else {
            throw .invalid("Invalid request: pagination_limit must be a whole number of at least 1.")
        }
        return Int(min(number, Double(maxPage)))
    }

    /// Answers what a slug, an address or an `event/…` or `calendar/…` path stands for.
    func lookUp(_ call: Call) -> JSON {
        var text = (call.query["slug"]?.stringValue ?? "")[...]
        for prefix in ["https://luma.com/", "https://lu.ma/"] where text.hasPrefix(prefix) {
            text = text.dropFirst(prefix.count).prefix { $0 != "?" && $0 != "#" }
        }
        for prefix in ["event/", "e/"] where text.hasPrefix(prefix) {
            return entity(state.events[String(text.dropFirst(prefix.count))])
        }
        if text == SandboxState.calendarSlug || text == "calendar/\(state.calendarId)" {
            let calendar: JSON = [
                "id": .string(state.calendarId), "api_id": .string(state.calendarId),
                "name": .string(CalendarAnswer.name), "slug": .string(SandboxState.calendarSlug), "avatar_url": nil,
            ]
            return ["entity": ["type": "calendar", "calendar": calendar]]
        }
        return entity(state.events.event(slug: String(text)))
    }

    private func entity(_ event: EventRecord?) -> JSON {
        guard let event, event.platform == .luma else { return ["entity": nil] }
        let members: JSON = [
            "id": .string(event.id), "api_id": .string(event.id), "name": event.settings["name"] ?? "",
            "slug": .string(event.slug), "cover_url": event.settings["cover_url"] ?? .string(EventAnswer.coverURL),
            "start_at": .string(event.startAt.rfc3339), "end_at": .string(event.endAt.rfc3339),
        ]
        return ["entity": ["type": "event", "event": members]]
    }
}

/// Which events a list shows. Both bounds of the start are inclusive; Luma does not say whether its are.
private struct ListFilter {
    let after: Timestamp?
    let before: Timestamp?
    let submission: EventRecord.Submission
    let platforms: Set<String>
    let showsManaged: Bool

    init(_ query: JSONObject) {
        after = query["after"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        before = query["before"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        submission = query["status"] == "pending" ? .pending : .approved
        platforms = Set(query["platforms"]?.arrayValue?.compactMap(\.stringValue) ?? ["luma"])
        let access = query["access"]?.arrayValue?.compactMap(\.stringValue) ?? ["manage"]
        showsManaged = access.contains("manage")
    }

    func admits(_ event: EventRecord) -> Bool {
        event.submission == submission && platforms.contains(event.platform.rawValue)
            && (showsManaged || event.platform == .external)
            && after.map { event.startAt >= $0 } ?? true && before.map { event.startAt <= $0 } ?? true
    }
}
