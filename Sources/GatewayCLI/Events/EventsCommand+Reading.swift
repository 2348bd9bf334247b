package import Core
package import GatewayAPI
import IO
import Synchronization

extension EventsCommand {
    /// `events get`.
    package func get(_ client: GatewayClient) async throws(CommandFailure) -> CommandOutput {
        let answer = try await client.send(GatewayClient.Request(path: eventPath()))
        return shown(try Self.document(answer))
    }

    /// One event, for a script or a person.
    package func shown(_ event: JSON, notes: [String] = []) -> CommandOutput {
        if call.has(EventsOptions.json) { return Self.json(event, notes: notes) }
        return CommandOutput(bytes: Array(EventView(event).text(output).utf8), notes: notes)
    }

    /// `events export`.
    package func export(_ client: GatewayClient, _ now: Timestamp) async throws(CommandFailure) -> CommandOutput {
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
        // A job that exports each night is no place to say the same again and again.
        if errors.isTerminal, let note = hidden(leftOut) { result.notes.append(note) }
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
            var request = GatewayClient.Request(path: "/events/", query: asked, accept: format.mediaType)
            let count = ArrivalCount(errors, unit: .bytes)
            request.arrived = count.arrived
            defer { count.end() }
            let answer = try await client.send(request)
            guard answer["content-type"]?.lowercased().hasPrefix(format.mediaType) == true else {
                throw CommandFailure(.protocol, "the gateway's response is not \(format.mediaType)")
            }
            result.bytes = answer.body
        }
        return result
    }

    // MARK: What they share

    /// The query of the filters, and which zone was taken for their times.
    package func filters(_ now: Timestamp) throws(CommandFailure) -> (query: QueryString, notes: [String]) {
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
        for option in [EventsOptions.sort, EventsOptions.status, EventsOptions.show] {
            if let text = call.text(option) { query.append(String(option.name.dropFirst(2)), text) }
        }
        return (query, notes)
    }

    /// What the filters leave out by their nature.
    package var leftOut: [LeftOut] {
        LeftOut.kinds(showsAll: call.has(EventsOptions.show), status: call.text(EventsOptions.status))
    }

    /// Says what a list does not show, and how it is shown; nil when it shows all.
    package func hidden(_ kinds: [LeftOut]) -> String? {
        guard !kinds.isEmpty else { return nil }
        let status = call.has(EventsOptions.status) ? "without \(EventsOptions.status.name)" : nil
        let show = call.has(EventsOptions.show) ? nil : "with \(EventsOptions.show.name) all"
        let way = [show, status].compactMap(\.self).joined(separator: " and ")
        return "left out: \(kinds.map(\.words).joined(separator: ", ")); \(way) nothing is"
    }

    /// All events, one a line. On a terminal it is told how many have come.
    package func lines(_ client: GatewayClient, _ query: QueryString) async throws(CommandFailure) -> [ArraySlice<
        UInt8
    >] {
        var request = GatewayClient.Request(path: "/events/", query: query, accept: ExportFormat.ndjson.mediaType)
        let count = ArrivalCount(errors, unit: .lines)
        request.arrived = count.arrived
        defer { count.end() }
        let answer = try await client.send(request)
        return answer.body.split(separator: 0x0a)
    }

    /// The event in a line of a response in NDJSON.
    /// - Throws: when the line is no JSON object.
    package static func event(_ line: ArraySlice<UInt8>) throws(CommandFailure) -> JSON {
        guard let event = try? JSON.parse(Array(line)), event.objectValue != nil else {
            throw CommandFailure(.protocol, "the gateway's response has a line that is not an event")
        }
        return event
    }
}

/// Tells on a terminal how much of a long answer has come, on one line that is wiped at the end.
///
/// The counts come from the loop on which the answer arrives; the line is written on whatever thread brings them.
package final class ArrivalCount: Sendable {
    /// What is counted while it arrives.
    package enum Unit {
        /// One event a line.
        case lines
        case bytes
    }

    private struct State {
        var count = 0
        var bytes = 0
        var shown = 0
        var isShown = false
    }

    /// The line is written anew after so much more has come: a page of Luma's is about as long.
    private static let step = 32 << 10

    private let unit: Unit
    private let isTerminal: Bool
    private let state = Mutex(State())

    package init(_ terminal: Terminal, unit: Unit) {
        (self.unit, isTerminal) = (unit, terminal.isTerminal)
    }

    /// What is to be called with each piece of the answer; nil where nobody looks.
    package var arrived: (@Sendable (UnsafeRawBufferPointer) -> Void)? {
        guard isTerminal else { return nil }
        return { [self] piece in
            let line: String? = state.withLock { state in
                state.bytes += piece.count
                if unit == .lines { state.count += piece.count { $0 == 0x0a } }
                guard state.bytes - state.shown >= Self.step else { return nil }
                (state.shown, state.isShown) = (state.bytes, true)
                return Self.text(unit, state.count, state.bytes)
            }
            if let line { StandardError.prompt("\r\u{1b}[K" + line) }
        }
    }

    /// The line that shows how much has arrived.
    package static func text(_ unit: Unit, _ count: Int, _ bytes: Int) -> String {
        switch unit {
        case .lines: Plural.count(count, "event") + " …"
        case .bytes: "\(bytes >> 10) KiB …"
        }
    }

    /// Wipes the line.
    package func end() {
        if state.withLock({ $0.isShown }) { StandardError.prompt("\r\u{1b}[K") }
    }
}
