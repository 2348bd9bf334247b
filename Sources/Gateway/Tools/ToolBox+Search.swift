import Core
import GatewayAPI
import LumaClient
import MCP

/// `search` and `fetch`: finds events by words, for hosts that know no other tools.
extension ToolBox {
    /// Pages that one search looks through, of 50 events each.
    private static let maxSearchPages = 6
    private static let maxResults = 20

    /// What a search has seen so far.
    private struct Search {
        let words: EventSearch
        /// `after` or `before` leaves others out.
        let isNarrowed: Bool
        var results: [JSON] = []
        var seen: Set<String> = []
        var pages = 0
        /// Nothing was left out.
        var isComplete = true

        var isFull: Bool { results.count >= ToolBox.maxResults }
    }

    /// Looks through the upcoming events and then the past ones, or through what `after` and `before` leave. What it did not
    /// look at it says.
    func search(_ arguments: JSONObject, _ call: Call) async throws(APIError) -> JSONObject {
        let after = try clock.instant(arguments, "after")
        let before = try clock.instant(arguments, "before")
        var search = Search(
            words: EventSearch(arguments["query"]?.stringValue ?? ""),
            isNarrowed: after != nil || before != nil)
        if !search.isNarrowed {
            let now = ListRange.minute(of: clock.now.instant)
            try await look(&search, Self.page(after: now, sort: .ascending), call)
            try await look(&search, Self.page(before: now, sort: .descending), call)
        } else {
            let sort = after == nil ? EventListParameters.Sort.descending : .ascending
            try await look(&search, Self.page(after: after, before: before, sort: sort), call)
        }
        var result: JSONObject = [
            "notice": Self.notice, "now": .string(clock.now.text), "results": .array(search.results),
            "looked_at": .number(JSONNumber(search.seen.count)), "complete": .bool(search.isComplete),
        ]
        result["note"] = Self.note(search).map { .string($0) }
        return result
    }

    private static func note(_ search: Search) -> String? {
        if search.isFull, !search.isComplete {
            return "There may be more: use more words, or narrow it with after and before."
        }
        if !search.isComplete {
            return "Looked at \(Plural.count(search.seen.count, "event")) of more; narrow it with after and before."
        }
        guard search.results.isEmpty else { return nil }
        let range = search.isNarrowed ? " between after and before" : ""
        return "Looked at all events\(range): names, places and dates, not descriptions."
    }

    private static func page(
        after: Timestamp? = nil, before: Timestamp? = nil, sort: EventListParameters.Sort
    ) -> EventListQuery {
        EventListQuery(limit: 50, after: after, before: before, sort: sort)
    }

    /// Looks through a list from this page on.
    private func look(
        _ search: inout Search, _ first: EventListQuery, _ call: Call
    ) async throws(APIError) {
        var query = first
        repeat {
            guard search.pages < Self.maxSearchPages, !search.isFull else {
                search.isComplete = false
                return
            }
            let page = try await answer(to: .list(query), call)
            search.pages += 1
            for event in page["entries"]?.arrayValue ?? [] {
                guard search.seen.insert(event["id"]?.stringValue ?? "").inserted else { continue }
                guard search.words.matches(event, and: known(event)) else { continue }
                if search.isFull { search.isComplete = false } else { search.results.append(result(event)) }
            }
            call.progress(Double(search.pages), "Looked through \(Plural.count(search.seen.count, "event"))")
            query.cursor = page["next_cursor"]?.stringValue
        } while query.cursor != nil
    }

    /// What is known of an event besides its texts: names that lead to it, and its date.
    private func known(_ event: JSON) -> [String?] {
        [
            event["id"]?.stringValue, event["url"]?.stringValue, event["start_at"]?.stringValue,
            clock.text(of: event, "start_at"),
        ]
    }

    private func result(_ event: JSON) -> JSON {
        var result: JSONObject = [
            "id": event["id"] ?? "", "title": .string(event["name"]?.stringValue ?? ""),
            "url": .string(event["url"]?.stringValue ?? ""),
        ]
        result["starts"] = clock.text(of: event, "start_at").map { .string($0) }
        result["place"] = EventClock.place(of: event).map { .string($0) }
        return .object(result)
    }

    // MARK: Documents

    /// An event as a document.
    func document(_ event: JSON) -> JSONObject {
        [
            "id": event["id"] ?? "", "title": .string(event["name"]?.stringValue ?? ""),
            "text": .string(text(event)), "url": .string(event["url"]?.stringValue ?? ""),
            "metadata": ["source": "luma", "notice": Self.notice],
        ]
    }

    /// An event in words, a line for each thing that is known.
    /// - Parameter neutral: puts a text from outside on one line, as the document's type wants it: with line ends it could pass for
    ///   further lines of this document.
    func text(_ event: JSON, _ neutral: (String) -> String = Neutral.line) -> String {
        var lines: [String] = []
        func line(_ label: String, _ value: String?) {
            if let value, !value.isEmpty { lines.append("\(label): \(neutral(value))") }
        }
        func time(_ member: String) -> String? {
            let instant = event[member]?.stringValue
            return clock.text(of: event, member).map { "\($0) (\(instant ?? ""))" } ?? instant
        }
        line("Name", event["name"]?.stringValue)
        line("Starts", time("start_at"))
        line("Ends", time("end_at"))
        line("Timezone", event["timezone"]?.stringValue)
        line("Place", EventClock.place(of: event))
        line("Online at", event["meeting_url"]?.stringValue)
        line("Visibility", event["visibility"]?.stringValue)
        line("Page", event["url"]?.stringValue)
        if let text = (event["description_md"] ?? event["description"])?.stringValue, !text.isEmpty {
            lines.append("\nDescription, written by people outside:\n\(text)")
        }
        return lines.joined(separator: "\n")
    }
}
