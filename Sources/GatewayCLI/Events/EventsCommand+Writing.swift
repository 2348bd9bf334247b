package import Core
import GatewayAPI
import Glibc
import HTTP
import IO

extension EventsCommand {
    private static let largestInput = 1 << 20

    /// `events create`.
    package func create(_ client: GatewayClient, _ now: Timestamp) async throws(CommandFailure) -> CommandOutput {
        let base = try fieldsFromFile()
        let named = try namedZone(base)
        let zone: CommandZone
        if let named { zone = named } else { zone = try CommandZone.find(nil, environment) }
        var draft = EventDraft(base, zone: zone, now: now)
        try draft.take(call)
        try draft.takeTimes(call, knownStart: try startOfFile(base, zone))
        if named == nil || call.has(EventsOptions.zone) { draft.set("timezone", .string(zone.name)) }
        let template = call.text(EventsOptions.template)
        if let template { draft.set("template_type", .string(template)) }
        let isTemplate = template != nil || base["template_type"] != nil
        let request = GatewayClient.Request(
            method: .post, path: isTemplate ? "/templates/create" : "/events/", body: .object(draft.body),
            key: try WriteKey.of(call.arguments))
        if call.has(EventsOptions.dryRun) { return try await preview(client, request) }
        try ask(draft.body, nil, now: now, endInWords: draft.isEndInWords)
        let answer = try await client.send(request)
        let event = try Self.document(answer)
        var notes = zone.note.map { [$0] } ?? []
        if answer["idempotency-replayed"] != nil { notes.append("it had already been created with the same key") }
        return shown(event, notes: notes + Self.warnings(event))
    }

    /// `events update`.
    package func update(_ client: GatewayClient, _ now: Timestamp) async throws(CommandFailure) -> CommandOutput {
        let base = try fieldsFromFile()
        let takesTimes = [EventsOptions.start, EventsOptions.end, EventsOptions.duration].contains(where: call.has)
        var zone = takesTimes || call.has(EventsOptions.zone) ? try namedZone(base) : nil
        var knownStart: Timestamp?
        var seen: JSON?
        var notes: [String] = []
        if takesTimes {
            // Unless another is named, times are meant in the event's own zone, and a length from its start.
            let event = try Self.document(try await client.send(GatewayClient.Request(path: eventPath())))
            seen = event
            knownStart = event["start_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
            if zone == nil, let name = event["timezone"]?.stringValue {
                zone = try CommandZone.find(name, origin: "the event's zone", says: "the event's zone")
                notes += zone?.note.map { [$0] } ?? []
            }
        }
        // Without a time and a zone on the command line nothing is read by it.
        let known: CommandZone
        if let zone { known = zone } else { known = try CommandZone.find("UTC", environment) }
        if let start = try startOfFile(base, known) { knownStart = start }
        var draft = EventDraft(base, zone: known, now: now)
        try draft.take(call)
        try draft.takeTimes(call, knownStart: knownStart)
        if call.has(EventsOptions.zone) { draft.set("timezone", .string(known.name)) }
        let request = GatewayClient.Request(
            method: .patch, path: eventPath(), body: .object(draft.body), key: try WriteKey.of(call.arguments))
        if call.has(EventsOptions.dryRun) { return try await preview(client, request) }
        if let seen { try ask(draft.body, seen, now: now, endInWords: draft.isEndInWords) }
        let answer = try await client.send(request)
        let event = try Self.document(answer)
        return shown(event, notes: notes + Self.warnings(event))
    }

    /// The zone of `--zone`, else the file's, which holds for the options' times as well; nil when neither says one.
    private func namedZone(_ base: JSONObject) throws(CommandFailure) -> CommandZone? {
        if let name = call.text(EventsOptions.zone) { return try CommandZone.find(name, environment) }
        guard let name = base["timezone"]?.stringValue else { return nil }
        return try CommandZone.find(name, origin: nil, says: "timezone of --from")
    }

    /// When the file lets the event begin, for an end or a length that is counted from there; nil when it does not say, or
    /// when an option beats it.
    private func startOfFile(_ base: JSONObject, _ zone: CommandZone) throws(CommandFailure) -> Timestamp? {
        guard !call.has(EventsOptions.start), [EventsOptions.end, EventsOptions.duration].contains(where: call.has),
            let value = base["start_at"]
        else { return nil }
        guard let text = value.stringValue else {
            throw CommandFailure(.data, "--from: start_at must be a string: \(EventTime.expectation)")
        }
        switch EventTime.read(text, .rules(zone.name, zone.rules)) {
        case .instant(let start): return start
        case .invalid(let fault, let candidates):
            let problem = FieldProblem("start_at", fault, candidates: candidates).problem
            throw CommandFailure(.data, "--from: start_at \(problem)")
        case .needsZone, .dependent: preconditionFailure("a zone was given")
        }
    }

    /// What is to be known of the event besides.
    private static func warnings(_ event: JSON) -> [String] {
        RemarkText.sentences(of: event).map { "warning: " + $0 }
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
                .data, "--from \(shown): expected one JSON object; byte \(error.offset): \(error.kind.words)")
        }
    }
}
