import Core

extension EventsCommand {
    /// `events list`.
    func list(_ client: GatewayClient, _ now: Timestamp) async throws(CommandFailure) -> CommandOutput {
        var query = try filters(now)
        let all = call.has(EventsOptions.all)
        if all, let other = [EventsOptions.limit, EventsOptions.cursor].first(where: call.has) {
            throw CommandFailure(.usage, "--all and \(other.name) do not go together")
        }
        if let text = call.text(EventsOptions.limit) {
            guard case .integer(let limit)? = SettingKind.integer(1...100).parse(text) else {
                throw CommandFailure(.usage, "--limit: expected a whole number from 1 to 100")
            }
            query.query.append("limit", String(limit))
        }
        if let cursor = call.text(EventsOptions.cursor) { query.query.append("cursor", cursor) }
        let answer: JSON
        if all {
            let entries = try await lines(client, query.query).map { line throws(CommandFailure) in try Self.event(line)
            }
            answer = ["entries": .array(entries), "has_more": false, "next_cursor": .null]
        } else {
            let page = try await client.send(GatewayClient.Request(path: "/events/", query: query.query))
            answer = try Self.document(page)
        }
        if call.has(EventsOptions.json) { return Self.json(answer, notes: query.notes) }
        guard let entries = answer["entries"]?.arrayValue else {
            throw CommandFailure(.protocol, "what answers there is no gateway: its answer has no entries")
        }
        return CommandOutput(
            bytes: Array((Self.table(entries).text(output) + "\n").utf8), notes: query.notes + Self.end(of: answer))
    }

    static func table(_ entries: [JSON]) -> TextTable {
        var table = TextTable([
            TextTable.Column(title: "START"), TextTable.Column(title: "NAME", least: 12, style: .bold),
            TextTable.Column(title: "PLACE", least: 8, dropsAt: 1), TextTable.Column(title: "ID", style: .dim),
        ])
        for entry in entries {
            let view = EventView(entry)
            table.add([view.start, view.name, view.place ?? "", view.id])
        }
        return table
    }

    /// What a person should know of a page's end.
    private static func end(of page: JSON) -> [String] {
        if page["entries"]?.arrayValue?.isEmpty == true, page["has_more"] != true {
            return ["there are no such events"]
        }
        guard page["has_more"] == true, let cursor = page["next_cursor"]?.stringValue else { return [] }
        return ["there are more: --all, or --cursor \(CommandFailure.line(cursor))"]
    }

    /// `events get`.
    func get(_ client: GatewayClient) async throws(CommandFailure) -> CommandOutput {
        let answer = try await client.send(GatewayClient.Request(path: eventPath()))
        return shown(try Self.document(answer))
    }

    /// One event, for a script or a person.
    func shown(_ event: JSON, notes: [String] = []) -> CommandOutput {
        if call.has(EventsOptions.json) { return Self.json(event, notes: notes) }
        return CommandOutput(bytes: Array(EventView(event).text(output).utf8), notes: notes)
    }

    /// `events export`.
    func export(_ client: GatewayClient, _ now: Timestamp) async throws(CommandFailure) -> CommandOutput {
        let query = try filters(now)
        // A file's name says what is expected in it.
        let named = try call.text(EventsOptions.output).flatMap { path throws(CommandFailure) in
            try ExportFormat(path: path, isGiven: call.has(EventsOptions.format))
        }
        let standard: ExportFormat = call.has(EventsOptions.json) ? .json : named ?? .ndjson
        let format = call.text(EventsOptions.format).flatMap(ExportFormat.init) ?? standard
        let purpose = call.text(EventsOptions.purpose)
        if purpose != nil, format != .csv {
            throw CommandFailure(
                .usage, "--for: spreadsheet is for a table: --format csv, or --output with a name that ends with .csv")
        }
        var result = CommandOutput(notes: query.notes)
        result.file = call.text(EventsOptions.output).flatMap { $0 == "-" ? nil : $0 }
        switch format {
        case .ndjson:
            let lines = try await lines(client, query.query)
            // Each is an event, or nothing is written.
            for line in lines { _ = try Self.event(line) }
            result.bytes = Array(lines.joined(separator: [0x0a])) + (lines.isEmpty ? [] : [0x0a])
        case .json:
            let lines = try await lines(client, query.query)
            let events = try lines.map { line throws(CommandFailure) in try Self.event(line) }
            result.bytes = JSON.array(events).encoded + [0x0a]
        case .csv, .ics:
            var asked = query.query
            if let purpose { asked.append("for", purpose) }
            let answer = try await client.send(
                GatewayClient.Request(path: "/events/", query: asked, accept: format.mediaType))
            guard answer["content-type"]?.lowercased().hasPrefix(format.mediaType) == true else {
                throw CommandFailure(.protocol, "the gateway answers with another type than \(format.mediaType)")
            }
            result.bytes = answer.body
        }
        return result
    }

    // MARK: What they share

    /// The query of the filters, and which zone was taken for their times.
    private func filters(_ now: Timestamp) throws(CommandFailure) -> (query: QueryString, notes: [String]) {
        var query = QueryString()
        var notes: [String] = []
        let times = [EventsOptions.after, EventsOptions.before].filter(call.has)
        if !times.isEmpty || call.has(EventsOptions.zone) {
            let zone = try CommandZone.find(call.text(EventsOptions.zone), environment)
            for option in times {
                let instant = try zone.instant(call.text(option) ?? "", option, now: now, isDayEnough: true)
                query.append(String(option.name.dropFirst(2)), instant.rfc3339)
            }
            if let note = zone.note { notes.append(note) }
        }
        for option in [EventsOptions.sort, EventsOptions.status] {
            if let text = call.text(option) { query.append(String(option.name.dropFirst(2)), text) }
        }
        return (query, notes)
    }

    /// All events, one a line.
    private func lines(
        _ client: GatewayClient, _ query: QueryString
    ) async throws(CommandFailure) -> [ArraySlice<UInt8>] {
        let answer = try await client.send(
            GatewayClient.Request(path: "/events/", query: query, accept: ExportFormat.ndjson.mediaType))
        return answer.body.split(separator: 0x0a)
    }

    private static func event(_ line: ArraySlice<UInt8>) throws(CommandFailure) -> JSON {
        guard let event = try? JSON.parse(Array(line)), event.objectValue != nil else {
            throw CommandFailure(.protocol, "the gateway's answer has a line that is no event")
        }
        return event
    }
}
