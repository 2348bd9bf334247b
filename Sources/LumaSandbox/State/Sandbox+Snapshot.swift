public import Core
import LumaAPI

/// The state as one JSON document, for `--state FILE`. Budgets, keys and counters are not in it.
extension Sandbox {
    /// The whole state: `init(snapshot:)` of it answers as this one would.
    public func snapshot() -> JSON {
        [
            "version": .number(SnapshotSchema.version), "seed": .string(String(state.mint.seed)),
            "ids_made": .string(String(state.mint.made)), "user_id": .string(state.userId),
            "calendar_id": .string(state.calendarId), "is_seeded": .bool(state.isSeeded),
            "events": .array(state.events.order.compactMap { state.events[$0.id]?.saved }),
            "tokens": .array(state.tokens.tokens.map(\.saved)),
            "shelves": .object(JSONObject(Shelf.all.map { (name: $0.name, value: state.shelves.saved($0)) })),
        ]
    }

    /// An emulator that goes on where the saved one stopped. Ids go on with the saved seed.
    /// - Throws: `SnapshotError` for a document that `snapshot` cannot have made.
    public init(
        snapshot: JSON, _ configuration: SandboxConfiguration = SandboxConfiguration()
    ) throws(SnapshotError) {
        let validator = SchemaValidator(unknownMembers: .refused)
        if let problem = validator.problems(in: snapshot, fields: SnapshotSchema.state).first {
            throw SnapshotError("\(problem.path) \(problem.problem)")
        }
        let text = { (name: String) in snapshot[name]?.stringValue ?? "" }
        guard snapshot["version"]?.intValue == SnapshotSchema.version else {
            throw SnapshotError("version must be \(SnapshotSchema.version)")
        }
        guard let seed = UInt64(text("seed")) else { throw SnapshotError("seed must be a whole number") }
        guard let made = UInt64(text("ids_made")) else { throw SnapshotError("ids_made must be a whole number") }
        var state = SandboxState(
            mint: IdMint(seed: seed, made: made), userId: text("user_id"), calendarId: text("calendar_id"))
        state.isSeeded = snapshot["is_seeded"]?.boolValue ?? false
        var ticketTypes: Set<String> = []
        for (index, saved) in (snapshot["events"]?.arrayValue ?? []).enumerated() {
            let record = try EventRecord(saved: saved, at: "events[\(index)]")
            guard state.events[record.id] == nil, !state.isTaken(slug: record.slug),
                record.ticketTypes.allSatisfy({ ticketTypes.insert($0.id).inserted })
            else { throw SnapshotError("events[\(index)] repeats an id or a slug") }
            guard state.events.guestCount + record.guests.count <= configuration.maxGuests else {
                throw SnapshotError("there are more than \(configuration.maxGuests) guests")
            }
            state.events.put(record)
        }
        let tokens = (snapshot["tokens"]?.arrayValue ?? []).compactMap(CancellationTokens.Token.init(saved:))
        state.tokens = CancellationTokens(tokens.filter { state.events[$0.eventId] != nil })
        for shelf in Shelf.all { try state.takeUp(shelf, snapshot["shelves"]?[shelf.name]) }
        self.init(configuration, state: state)
    }
}

extension EventRecord {
    fileprivate var saved: JSON {
        [
            "id": .string(id), "platform": .string(platform.rawValue), "submission": .string(submission.rawValue),
            "created_at": .string(createdAt.rfc3339), "start_at": .string(startAt.rfc3339),
            "end_at": .string(endAt.rfc3339), "slug": .string(slug), "settings": settings.saved,
            "ticket_types": .array(ticketTypes.map { ["id": .string($0.id), "values": $0.values.saved] }),
            "guest_list": .array(guests.map(\.saved)),
        ]
    }

    /// Takes up what `saved` wrote; its form was checked before.
    fileprivate init(saved: JSON, at place: String) throws(SnapshotError) {
        guard let id = saved["id"]?.stringValue, let slug = saved["slug"]?.stringValue,
            let platform = saved["platform"]?.stringValue.flatMap(Platform.init(rawValue:)),
            let submission = saved["submission"]?.stringValue.flatMap(Submission.init(rawValue:)),
            let createdAt = saved["created_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
            let startAt = saved["start_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
            let endAt = saved["end_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        else { throw SnapshotError("\(place) is incomplete") }
        self.init(
            id: id, platform: platform, submission: submission, createdAt: createdAt, startAt: startAt, endAt: endAt,
            slug: slug, settings: Dictionary(saved: saved["settings"]))
        ticketTypes = (saved["ticket_types"]?.arrayValue ?? []).map {
            TicketTypeRecord(id: $0["id"]?.stringValue ?? "", values: Dictionary(saved: $0["values"]))
        }
        guard let list = saved["guest_list"]?.arrayValue else {
            guests = makeGuests(by: try GuestTally(saved: saved["guests"], at: place))
            return
        }
        for (index, saved) in list.enumerated() {
            guard let guest = GuestRecord(saved: saved) else {
                throw SnapshotError("\(place).guest_list[\(index)] is incomplete")
            }
            guests.append(guest)
        }
        guard Set(guests.map(\.id)).count == guests.count else { throw SnapshotError("\(place) repeats a guest") }
    }
}

extension CancellationTokens.Token {
    fileprivate var saved: JSON {
        [
            "token": .string(text), "event_id": .string(eventId),
            "expires_at": .string(expiresAt.rfc3339),
        ]
    }

    fileprivate init?(saved: JSON) {
        guard let text = saved["token"]?.stringValue, let eventId = saved["event_id"]?.stringValue,
            let expiresAt = saved["expires_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        self.init(text: text, eventId: eventId, expiresAt: expiresAt)
    }
}

extension [String: JSON] {
    /// In the order of the names, so that the same state is the same text.
    fileprivate var saved: JSON {
        .object(JSONObject(sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }))
    }

    fileprivate init(saved: JSON?) {
        self.init((saved?.objectValue?.members ?? []).map { ($0.name, $0.value) }) { $1 }
    }
}

/// Why a saved state cannot be taken up.
public struct SnapshotError: Error, Sendable, Equatable {
    /// What is wrong and where, in plain words.
    public let problem: String

    init(_ problem: String) { self.problem = problem }
}
