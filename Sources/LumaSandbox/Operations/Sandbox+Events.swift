import Core
import LumaAPI

extension Sandbox {
    func getEvent(_ call: Call) throws(Refusal) -> JSON {
        EventAnswer(state: state, now: call.now).full(try event(call.query["event_id"]))
    }

    mutating func createEvent(_ call: Call) throws(Refusal) -> JSON {
        guard state.events.count < configuration.maxEvents else {
            throw Refusal(status: 400, message: "The sandbox holds at most \(configuration.maxEvents) events.")
        }
        guard let startAt = Self.instant(call.body["start_at"]) else { throw .invalid("start_at is required.") }
        // The default length is not published; an hour is what Luma's own form proposes.
        let endAt = Self.instant(call.body["end_at"]) ?? Timestamp(milliseconds: startAt.milliseconds + 3_600_000)
        try Self.checkOrder(startAt, endAt)
        let slug = call.body["slug"]?.stringValue
        if let slug { try checkFree(slug, for: nil) }
        let types = call.body["ticket_types"]?.arrayValue ?? []
        let values = types.isEmpty ? [TicketTypeRecord.standard] : try ticketTypes(types)

        // Ids are drawn after the checks: what a client got wrong does not change the ids that follow.
        var record = EventRecord(
            id: state.mint.id("evt-"), createdAt: call.now, startAt: startAt, endAt: endAt,
            slug: slug ?? state.freeSlug(), settings: [:])
        for value in values { record.ticketTypes.append(TicketTypeRecord(id: state.mint.id("ttype-"), values: value)) }
        Self.apply(call.body, to: &record)
        try store(record)
        note(.create, record.id, call)
        return ["id": .string(record.id)]
    }

    /// An absent member stays as it is and null clears. A start that moves alone takes the end along, because Luma
    /// keeps a duration.
    mutating func updateEvent(_ call: Call) throws(Refusal) -> JSON {
        var record = try event(call.body["event_id"])
        if let slug = call.body["slug"]?.stringValue {
            try checkFree(slug, for: record.id)
            record.slug = slug
        }
        let startAt = Self.instant(call.body["start_at"]) ?? record.startAt
        let moved = startAt.milliseconds - record.startAt.milliseconds
        let endAt = Self.instant(call.body["end_at"]) ?? Timestamp(milliseconds: record.endAt.milliseconds + moved)
        try Self.checkOrder(startAt, endAt)
        record.startAt = startAt
        record.endAt = endAt
        Self.apply(call.body, to: &record)
        try store(record)
        note(.update, record.id, call)
        return [:]
    }

    /// Takes the record into the state unless the state would grow past its bound.
    mutating func store(_ record: EventRecord) throws(Refusal) {
        try makeRoom(for: record.weight - (state.events[record.id]?.weight ?? 0))
        state.events.put(record)
    }

    /// Refuses what would let the state grow past its bound.
    func makeRoom(for bytes: Int) throws(Refusal) {
        guard state.weight + bytes <= configuration.maxStateBytes else {
            throw .invalid(
                "The sandbox keeps at most \(configuration.maxStateBytes) bytes of events and what is theirs.")
        }
    }

    /// Members that are kept elsewhere or act once.
    private static let unkept: Set<String> = [
        "event_id", "start_at", "end_at", "slug", "ticket_types", "create_meeting", "suppress_notifications",
        "suppress_email",
    ]
    private static let kept = Set((Shapes.eventInput + Shapes.eventChange).map(\.name)).subtracting(unkept)

    private static func apply(_ body: JSONObject, to record: inout EventRecord) {
        for (name, value) in body.members where kept.contains(name) {
            record.settings[name] = value.isNull ? nil : value
        }
    }

    private static func instant(_ value: JSON?) -> Timestamp? { value?.stringValue.flatMap(Timestamp.init(rfc3339:)) }

    /// The last instant that a date of four digits can name.
    private static let lastInstant = Timestamp(milliseconds: 253_402_300_799_999)

    private static func checkOrder(_ startAt: Timestamp, _ endAt: Timestamp) throws(Refusal) {
        if endAt <= startAt { throw .invalid("Invalid request: end_at must be after start_at.") }
        if endAt > lastInstant { throw .invalid("Invalid request: end_at must be before the year 10000.") }
    }

    /// What an address may be made of is not published; these never need escaping in a URL.
    private func checkFree(_ slug: String, for id: String?) throws(Refusal) {
        let isPlain = slug.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
            default: "-_.".utf8.contains(byte)
            }
        }
        guard isPlain else { throw .invalid("Invalid request: slug may hold letters, digits, '-', '_' and '.' only.") }
        guard state.isTaken(slug: slug), id == nil || state.events.event(slug: slug)?.id != id else { return }
        throw .invalid("slug: this URL is already taken.")
    }
}

extension Sandbox {
    mutating func requestCancellation(_ call: Call) throws(Refusal) -> JSON {
        let event = try event(call.body["event_id"])
        let token = state.mint.token()
        let tally = event.tally
        state.tokens.add(token, for: event.id, now: call.now)
        return [
            "cancellation_token": .string(token), "is_paid": .bool(tally.hasPaid),
            "guest_count": .number(tally["approved"].guests),
        ]
    }

    mutating func cancelEvent(_ call: Call) throws(Refusal) -> JSON {
        let event = try event(call.body["event_id"])
        let token = call.body["cancellation_token"]?.stringValue ?? ""
        guard state.tokens.accepts(token, for: event.id, now: call.now) else {
            throw .invalid("cancellation_token is invalid or has expired.")
        }
        let shouldRefund = call.body["should_refund"]?.boolValue
        let hasPaid = event.tally.hasPaid
        if hasPaid, shouldRefund == nil {
            throw .invalid("should_refund is required because this event has paid guests.")
        }
        state.events.remove(event.id)
        state.shelves.removeAll(of: event.id)
        state.tokens.removeAll(for: event.id)
        note(.cancel, event.id, call)
        if hasPaid, shouldRefund == true { count(\.refunds) }
        return [:]
    }
}
