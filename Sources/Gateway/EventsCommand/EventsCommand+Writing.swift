import Core
import Glibc
import HTTP

extension EventsCommand {
    private static let largestInput = 1 << 20

    /// `events create`.
    func create(_ client: GatewayClient, _ now: Timestamp) async throws(CommandFailure) -> CommandOutput {
        let base = try fieldsFromFile()
        // The file's zone holds for the options' times as well.
        let named = call.text(EventsOptions.zone) ?? base["timezone"]?.stringValue
        let zone = try CommandZone.find(named, environment)
        var draft = EventDraft(base, zone: zone, now: now)
        try draft.take(call)
        var knownStart: Timestamp?
        if let text = base["start_at"]?.stringValue,
            case .instant(let start) = EventTime.read(text, .rules(zone.name, zone.rules))
        {
            knownStart = start
        }
        try draft.takeTimes(call, knownStart: knownStart)
        if named == nil || call.has(EventsOptions.zone) { draft.set("timezone", .string(zone.name)) }
        let template = call.text(EventsOptions.template)
        if let template { draft.set("template_type", .string(template)) }
        let isTemplate = template != nil || base["template_type"] != nil
        let answer = try await client.send(
            GatewayClient.Request(
                method: .post, path: isTemplate ? "/templates/create" : "/events/", body: .object(draft.body),
                key: try key()))
        let event = try Self.document(answer)
        var notes = zone.note.map { [$0] } ?? []
        if answer["idempotency-replayed"] != nil { notes.append("it had been created before, with the same key") }
        return shown(event, notes: notes + Self.warnings(event))
    }

    /// `events update`.
    func update(_ client: GatewayClient, _ now: Timestamp) async throws(CommandFailure) -> CommandOutput {
        let base = try fieldsFromFile()
        var zone = try call.text(EventsOptions.zone).map { name throws(CommandFailure) in
            try CommandZone.find(name, environment)
        }
        var knownStart: Timestamp?
        var notes: [String] = []
        if [EventsOptions.start, EventsOptions.end, EventsOptions.duration].contains(where: call.has) {
            // Times are meant in the event's own zone, and a length from its start.
            let event = try Self.document(try await client.send(GatewayClient.Request(path: eventPath())))
            knownStart = event["start_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
            if zone == nil, let name = event["timezone"]?.stringValue {
                zone = try CommandZone.find(name, origin: "the event's zone", says: "the event's zone")
                notes += zone?.note.map { [$0] } ?? []
            }
        }
        // Without a time and a zone on the command line nothing is read by it.
        let known: CommandZone
        if let zone { known = zone } else { known = try CommandZone.find("UTC", environment) }
        var draft = EventDraft(base, zone: known, now: now)
        try draft.take(call)
        try draft.takeTimes(call, knownStart: knownStart)
        if call.has(EventsOptions.zone) { draft.set("timezone", .string(known.name)) }
        let answer = try await client.send(
            GatewayClient.Request(method: .patch, path: eventPath(), body: .object(draft.body), key: try key()))
        let event = try Self.document(answer)
        return shown(event, notes: notes + Self.warnings(event))
    }

    /// What went wrong after the event was there.
    private static func warnings(_ event: JSON) -> [String] {
        (event["warnings"]?.arrayValue ?? []).map { warning in
            let text = warning.stringValue ?? warning["message"]?.stringValue ?? ""
            return "warning: "
                + CommandFailure.line(text.isEmpty ? String(decoding: warning.encoded, as: UTF8.self) : text)
        }
    }

    /// The object that `--from` names; none is no field.
    private func fieldsFromFile() throws(CommandFailure) -> JSONObject {
        guard let path = call.text(EventsOptions.from) else { return JSONObject() }
        let shown = path == "-" ? "standard input" : path
        let bytes: [UInt8]?
        do throws(SmallFile.Failure) {
            bytes =
                path == "-"
                ? try SmallFile.bytes(of: STDIN_FILENO, limit: Self.largestInput)
                : try SmallFile.bytes(path, limit: Self.largestInput)
        } catch {
            throw CommandFailure(.ioError, "--from \(shown): \(error)")
        }
        guard let bytes else { throw CommandFailure(.notFound, "--from \(shown): does not exist") }
        do throws(JSONError) {
            guard let object = try JSON.parse(bytes).objectValue else {
                throw JSONError(.unexpectedByte, offset: 0)
            }
            return object
        } catch {
            throw CommandFailure(
                .data, "--from \(shown): expected one JSON object; byte \(error.offset): \(error.kind.rawValue)")
        }
    }
}
