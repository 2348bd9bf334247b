package import Core
import GatewayAPI
import Settings

extension EventsCommand {
    /// `events list`: what comes next, unless the options say which part of the calendar is wanted.
    package func list(_ client: GatewayClient, _ now: Timestamp) async throws(CommandFailure) -> CommandOutput {
        try checkListOptions()
        var query = try filters(now)
        var repeated: [String] = []
        if call.has(EventsOptions.past) {
            query.query.append("before", now.rfc3339)
            query.query.append("sort", "-start_at")
            repeated = ["--before \(now.rfc3339)", "--sort -start_at"]
        } else if isUpcoming {
            let today = try startOfToday(now)
            query.query.append("after", today.rfc3339)
            query.query.append("sort", "start_at")
            repeated = ["--after \(today.rfc3339)", "--sort start_at"]
        }
        if let words = call.text(EventsOptions.search) { return try await search(client, words, query) }
        if let text = call.text(EventsOptions.limit) { query.query.append("limit", text) }
        if let cursor = call.text(EventsOptions.cursor) { query.query.append("cursor", cursor) }
        let answer: JSON
        if call.has(EventsOptions.all) {
            let entries = try await lines(client, query.query).map { line throws(CommandFailure) in
                try Self.event(line)
            }
            answer = Self.page(entries, leftOut)
        } else {
            let page = try await client.send(GatewayClient.Request(path: "/events/", query: query.query))
            answer = try Self.document(page)
        }
        if call.has(EventsOptions.json) { return Self.json(answer, notes: query.notes) }
        guard let entries = answer["entries"]?.arrayValue else {
            throw CommandFailure(.protocol, "unexpected response without entries: is this a luma-mcp gateway?")
        }
        // What the gateway says, which may be older and say nothing.
        let kinds = (answer["left_out"]?.arrayValue ?? []).compactMap { $0.stringValue.flatMap(LeftOut.init) }
        let notes = query.notes + end(of: answer, repeated) + [hidden(kinds)].compactMap(\.self)
        return CommandOutput(bytes: Array((Self.table(entries).text(output) + "\n").utf8), notes: notes)
    }

    /// The document of a list that is whole.
    private static func page(_ entries: [JSON], _ leftOut: [LeftOut]) -> JSON {
        [
            "entries": .array(entries), "has_more": false, "next_cursor": .null,
            "left_out": .array(leftOut.map { .string($0.rawValue) }),
        ]
    }

    private func checkListOptions() throws(CommandFailure) {
        for (option, others) in [
            (EventsOptions.all, [EventsOptions.limit, EventsOptions.cursor]),
            (EventsOptions.search, [EventsOptions.cursor]),
            (EventsOptions.past, [EventsOptions.after, EventsOptions.before, EventsOptions.sort, EventsOptions.all]),
        ] where call.has(option) {
            if let other = others.first(where: call.has) {
                throw CommandFailure(.usage, "\(option.name) and \(other.name) cannot be combined")
            }
        }
        if let text = call.text(EventsOptions.limit) {
            guard case .integer? = SettingKind.integer(1...100).parse(text) else {
                throw CommandFailure(.usage, "--limit: expected a whole number from 1 to 100")
            }
        }
    }

    /// Whether nothing says which part of the calendar is wanted.
    private var isUpcoming: Bool {
        ![
            EventsOptions.past, EventsOptions.after, EventsOptions.before, EventsOptions.sort, EventsOptions.cursor,
            EventsOptions.all,
        ].contains(where: call.has)
    }

    /// The beginning of the day, so that what has begun this morning is still shown.
    private func startOfToday(_ now: Timestamp) throws(CommandFailure) -> Timestamp {
        let zone = try CommandZone.find(call.text(EventsOptions.zone), environment)
        return try zone.instant("today", EventsOptions.after, now: now, isDayEnough: true)
    }

    /// Events as a table for a person.
    package static func table(_ entries: [JSON]) -> TextTable {
        // Only a list of everything has some that wait among those that do not.
        let hasStatus = entries.contains { $0["status"]?.stringValue != nil }
        let status = hasStatus ? [TextTable.Column(title: "STATUS", dropsAt: 4)] : []
        var table = TextTable(
            [
                TextTable.Column(title: "START", dropsAt: 2),
                TextTable.Column(title: "NAME", least: 12, dropsAt: 3, style: .bold),
                TextTable.Column(title: "PLACE", least: 8, dropsAt: 1),
            ] + status + [TextTable.Column(title: "ID", style: .dim, isWhole: true)])
        for entry in entries {
            let view = EventView(entry)
            let status = hasStatus ? [entry["status"]?.stringValue ?? ""] : []
            table.add([view.start, view.name, view.place ?? ""] + status + [view.id])
        }
        return table
    }

    /// What a person should know of a page's end.
    private func end(of page: JSON, _ repeated: [String]) -> [String] {
        if page["entries"]?.arrayValue?.isEmpty == true, page["has_more"] != true {
            return [isUpcoming ? "no upcoming events; --past shows earlier ones" : "no matching events"]
        }
        guard page["has_more"] == true, let cursor = page["next_cursor"]?.stringValue else { return [] }
        let next = (repeated + ["--cursor \(CommandFailure.line(cursor))"]).joined(separator: " ")
        return ["more events: --all, or \(next)"]
    }

    // MARK: Search

    /// Looks for words in all events that the filters leave, as Luma has no search.
    private func search(
        _ client: GatewayClient, _ words: String, _ query: (query: QueryString, notes: [String])
    ) async throws(CommandFailure) -> CommandOutput {
        let wanted = EventSearch(words)
        guard !wanted.isEmpty else { throw CommandFailure(.usage, "--search: expected a word to look for") }
        let all = try await lines(client, query.query).map { line throws(CommandFailure) in try Self.event(line) }
        var found = all.filter { wanted.matches($0) }
        var notes = query.notes
        if let limit = call.text(EventsOptions.limit).flatMap(Int.init), found.count > limit {
            notes.append("\(found.count) events match; the first \(limit) are shown")
            found.removeLast(found.count - limit)
        }
        notes.append("searched \(all.count) \(isUpcoming ? "upcoming " : "")events by name and place")
        if call.has(EventsOptions.json) {
            return Self.json(Self.page(found, leftOut), notes: notes)
        }
        if let note = hidden(leftOut) { notes.append(note) }
        let table = found.isEmpty ? "" : Self.table(found).text(output) + "\n"
        return CommandOutput(bytes: Array(table.utf8), notes: notes)
    }
}
