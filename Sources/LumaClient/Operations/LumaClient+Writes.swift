public import Core
import LumaAPI

/// The writes. Each is sent again only if it surely had no effect; when that is unknown, its effect is looked for
/// (`LumaClient+Settle.swift`), and if it cannot be found the error is `unknownOutcome`. A second create is never sent.
extension LumaClient {
    /// Creates an event from a body that is valid by the row of `events/create`.
    public func createEvent(
        _ body: JSONObject, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> CreatedEvent {
        let operation = Self.row("events/create")
        defer { touched(.newEvent, context) }
        if let earlier = try context.done(operation.name, nil) {
            guard case .done(let id?) = earlier.effect else {
                throw Lost(operation.name, "interrupted", sendInstant()).unknown(.notSettled)
            }
            return CreatedEvent(id: id, wasSettled: true)
        }
        let key = CreateLedger.Key(body)
        if let key { account.creates.begin(key) }
        let before = sendInstant()
        let performed: Performed
        do {
            performed = try await perform(
                operation, body: JSON.object(body).encoded, deadline: deadline, context,
                journaled: JournaledWrite(operation.name, body: body))
        } catch {
            if let key { account.creates.end(key, id: nil) }
            context.journal?.didEnd(.none)
            throw error
        }
        let lost: Lost
        switch performed {
        case .answer(let answer):
            if let id = answer.id, !redactor.isNeeded(for: id) {
                if let key { account.creates.end(key, id: id) }
                context.journal?.didEnd(.done(id: id))
                return CreatedEvent(id: id, wasSettled: false)
            }
            lost = Lost(operation.name, LumaError.malformedAnswer.label, before)
        case .unknown(let cause, let sent): lost = Lost(operation.name, cause, sent)
        }
        do throws(LumaError) {
            // Without a name or a start there is nothing to look for.
            guard let key else { throw lost.unknown(.notSettled) }
            let event = try await settleCreate(
                key, named: body["name"]?.stringValue, lost, deadline, context)
            context.journal?.didEnd(.done(id: event.id))
            return event
        } catch {
            context.journal?.didEnd(.unknown)
            throw error
        }
    }

    /// Changes the given members of an event; null clears where Luma allows it.
    ///
    /// An update holds absolute values, so sending it twice leaves the same event; but guests may be told twice. So it is
    /// not repeated on a guess either: the event is read back, and if every member shows the value that was sent, the
    /// update took effect.
    public func updateEvent(
        _ id: String, _ changes: JSONObject, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> WriteOutcome {
        let operation = Self.row("events/update")
        defer { touched(.event(id), context) }
        let write = JournaledWrite(operation.name, subject: id, body: changes)
        return try await change(
            operation, Self.body("event_id", id, changes), deadline, context, write
        ) { client, lost throws(LumaError) in
            try await client.settleChange(lost, changes, deadline, context) { client throws(LumaError) in
                try await client.getEvent(id, deadline: deadline, context: context).json()
            }
        }
    }

    /// Asks for the token that a cancellation needs; changes nothing.
    public func requestCancellation(
        _ id: String, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> CancellationRequest {
        let answer = try await call(
            Self.row("events/cancel/request"), body: Self.body("event_id", id), deadline: deadline, context: context)
        let json = try answer.json()
        guard let token = json["cancellation_token"]?.stringValue, let isPaid = json["is_paid"]?.boolValue,
            let count = json["guest_count"]?.doubleValue, count >= 0, count < 1e9
        else { throw .malformedAnswer }
        return CancellationRequest(token: Secret(token), isPaid: isPaid, guestCount: Int(count))
    }

    /// Cancels an event for good.
    ///
    /// - Parameters:
    ///   - shouldRefund: must be given when the request said that guests have paid.
    ///   - notes: what the journal tells again when the request is made anew.
    public func cancelEvent(
        _ id: String, token: Secret, shouldRefund: Bool?, notes: JSONObject = JSONObject(), deadline: MonotonicTime,
        context: CallContext
    ) async throws(LumaError) -> WriteOutcome {
        let operation = Self.row("events/cancel")
        defer { touched(.event(id), context) }
        var members = JSONObject([("cancellation_token", .string(token.reveal()))])
        var kept = JSONObject()
        if let shouldRefund {
            members["should_refund"] = .bool(shouldRefund)
            kept["should_refund"] = .bool(shouldRefund)
        }
        let write = JournaledWrite(operation.name, subject: id, body: kept, notes: notes)
        return try await change(
            operation, Self.body("event_id", id, members), deadline, context, write
        ) { client, lost throws(LumaError) in try await client.settleCancel(id, lost, deadline, context) }
    }

    /// Changes the given members of a ticket type of this event; settled as an update is.
    public func updateTicketType(
        _ id: String, of eventID: String, _ changes: JSONObject, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> WriteOutcome {
        let operation = Self.row("events/ticket-types/update")
        defer { touched(.event(eventID), context) }
        let body = Self.body("event_ticket_type_id", id, changes)
        let write = JournaledWrite(operation.name, subject: id, body: changes.with("event_id", .string(eventID)))
        return try await change(operation, body, deadline, context, write) { client, lost throws(LumaError) in
            try await client.settleChange(lost, changes, deadline, context) { client throws(LumaError) in
                try await client.listTicketTypes(
                    eventID: eventID, includeHidden: true, deadline: deadline, context: context
                ).first { $0["id"]?.stringValue == id }
            }
        }
    }

    /// Sends a write that changes what is there, once, and keeps the journal of it.
    private func change(
        _ operation: Operation, _ body: [UInt8], _ deadline: MonotonicTime, _ context: CallContext,
        _ write: JournaledWrite, settle: (LumaClient, Lost) async throws(LumaError) -> WriteOutcome
    ) async throws(LumaError) -> WriteOutcome {
        if try context.done(operation.name, write.subject) != nil { return WriteOutcome(wasSettled: true) }
        let performed: Performed
        do {
            performed = try await perform(operation, body: body, deadline: deadline, context, journaled: write)
        } catch {
            context.journal?.didEnd(.none)
            throw error
        }
        guard case .unknown(let cause, let sent) = performed else {
            context.journal?.didEnd(.done(id: nil))
            return WriteOutcome(wasSettled: false)
        }
        do {
            let outcome = try await settle(self, Lost(operation.name, cause, sent))
            context.journal?.didEnd(.done(id: nil))
            return outcome
        } catch {
            context.journal?.didEnd(.unknown)
            throw error
        }
    }

    /// Adds a ticket type to an event; gives it as Luma answers it. An unknown outcome is not settled: ticket types of the
    /// same name may exist side by side.
    public func createTicketType(
        eventID: String, _ members: JSONObject, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> JSON {
        try await call(
            Self.row("events/ticket-types/create"), body: Self.body("event_id", eventID, members), deadline: deadline,
            context: context
        ).json()
    }

    /// Tells of a write that has ended, unless not one byte of it, or of another one of its request, was sent.
    private func touched(_ touched: Touched, _ context: CallContext) {
        if context.hasSentWrite { account.touch(touched) }
    }

    private static func body(_ name: String, _ id: String, _ members: JSONObject = JSONObject()) -> [UInt8] {
        var body = JSONObject([(name, .string(id))])
        for member in members.members where member.name != name { body.members.append(member) }
        return JSON.object(body).encoded
    }
}

extension JSONObject {
    fileprivate func with(_ name: String, _ value: JSON) -> JSONObject {
        var object = self
        object[name] = value
        return object
    }
}

extension LumaAnswer {
    /// The id of what was created; nil when the answer does not hold one.
    fileprivate var id: String? {
        guard let id = (try? json())?["id"]?.stringValue, !id.isEmpty else { return nil }
        return id
    }
}

extension CreateLedger.Key {
    /// What the event of this body can be found by; nil when the body lacks it.
    init?(_ body: JSONObject) {
        guard let name = body["name"]?.stringValue,
            let start = body["start_at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.init(name: name, start: start)
    }
}
