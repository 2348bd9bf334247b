public import Core
public import LumaAPI

/// The writes. Each is sent again only if it surely had no effect; when that is unknown, its effect is looked for
/// (`LumaClient+Settle.swift`), and if it cannot be found the error is `unknownOutcome`. A second create is never sent.
extension LumaClient {
    /// Carries out any write: journals it, sends it once, and when its answer is lost looks for its effect as the row says.
    ///
    /// - Parameters:
    ///   - input: valid by the row, with its `besides`.
    ///   - notes: what the journal tells again when the request is made anew.
    public func write(
        _ operation: Operation, _ input: JSONObject, notes: JSONObject = JSONObject(), deadline: MonotonicTime,
        context: CallContext
    ) async throws(LumaError) -> WriteResult {
        // Unless not one byte of it, or of another one of its request, was sent.
        defer { if context.hasSentWrite { account.touch(operation.touched(by: input)) } }
        if let earlier = try context.done(operation.name, operation.subjectID(in: input)) {
            return try await result(of: earlier, operation, input, deadline, context)
        }
        let key = CreateLedger.Key(operation.name, input)
        if let key { account.creates.begin(key) }
        let before = sendInstant()
        let performed: Performed
        do throws(LumaError) {
            performed = try await perform(
                operation, body: JSON.object(operation.sent(input)).encoded, secrets: operation.secrets(in: input),
                deadline: deadline, context, journaled: JournaledWrite(operation, input, notes: notes))
        } catch {
            if let key { account.creates.end(key, id: nil) }
            context.journal?.didEnd(.none)
            throw error
        }
        let lost: Lost
        switch performed {
        case .answer(let answer):
            if let result = result(of: answer, operation) {
                if let key { account.creates.end(key, id: result.id) }
                context.journal?.didEnd(.done(id: result.id))
                return result
            }
            lost = Lost(operation.name, LumaError.malformedAnswer.label, before)
        case .unknown(let cause, let sent): lost = Lost(operation.name, cause, sent)
        }
        do throws(LumaError) {
            let result = try await settle(operation, input, key, lost, deadline, context)
            context.journal?.didEnd(.done(id: result.id))
            return result
        } catch {
            context.journal?.didEnd(.unknown)
            throw error
        }
    }

    /// Nil when the answer does not hold what must be known of what was made.
    private func result(of answer: LumaAnswer, _ operation: Operation) -> WriteResult? {
        let document = try? answer.json()
        guard operation.makesThing else { return WriteResult(answer: document, id: nil) }
        guard let id = document?["id"]?.stringValue, !id.isEmpty, !redactor.isNeeded(for: id) else { return nil }
        return WriteResult(answer: document, id: id)
    }

    /// How long it may take to read what is known to be made.
    private static let secondsToShow = 5.0

    /// What an earlier run of the request has done. That Luma cannot be asked now does not make it undone.
    private func result(
        of earlier: KnownWrite, _ operation: Operation, _ input: JSONObject, _ deadline: MonotonicTime,
        _ context: CallContext
    ) async throws(LumaError) -> WriteResult {
        guard case .done(let id) = earlier.effect, id != nil || !operation.makesThing else {
            throw Lost(operation.name, "interrupted", sendInstant()).unknown(.notSettled)
        }
        // Of an event nobody needs more here: whoever wants it whole reads it by its id.
        guard let thing = id, operation.name != CreateLedger.operation else { return WriteResult(found: id) }
        let soon = min(deadline, time.now.advanced(seconds: Self.secondsToShow))
        return WriteResult(found: id, try? await made(thing, operation, input, soon, context))
    }

    /// Creates an event from a body that is valid by the row of `events/create`.
    public func createEvent(
        _ body: JSONObject, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> CreatedEvent {
        let operation = Operation.createEvent
        let result = try await write(operation, body, deadline: deadline, context: context)
        // It makes a thing, so there is one.
        guard let id = result.id else {
            throw Lost(operation.name, LumaError.malformedAnswer.label, sendInstant()).unknown(.notSettled)
        }
        return CreatedEvent(id: id, wasSettled: result.wasSettled)
    }

    /// Changes the given members of an event; null clears where Luma allows it.
    ///
    /// An update holds absolute values, so sending it twice leaves the same event; but guests may be told twice. So it is
    /// not repeated on a guess either: the event is read back, and if every member shows the value that was sent, the
    /// update took effect.
    public func updateEvent(
        _ id: String, _ changes: JSONObject, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> WriteOutcome {
        let input = Self.input("event_id", id, changes)
        let result = try await write(.updateEvent, input, deadline: deadline, context: context)
        return WriteOutcome(wasSettled: result.wasSettled)
    }

    /// Asks for the token that a cancellation needs; changes nothing.
    public func requestCancellation(
        _ id: String, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> CancellationRequest {
        let answer = try await read(
            .requestCancellation, ["event_id": .string(id)], deadline: deadline, context: context)
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
        var input: JSONObject = ["event_id": .string(id), "cancellation_token": .string(token.reveal())]
        if let shouldRefund { input["should_refund"] = .bool(shouldRefund) }
        let result = try await write(
            .cancelEvent, input, notes: notes, deadline: deadline, context: context)
        return WriteOutcome(wasSettled: result.wasSettled)
    }

    /// Changes the given members of a ticket type of this event; settled as an update is.
    public func updateTicketType(
        _ id: String, of eventID: String, _ changes: JSONObject, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> WriteOutcome {
        var input = Self.input("event_ticket_type_id", id, changes)
        input["event_id"] = .string(eventID)
        let result = try await write(
            .updateTicketType, input, deadline: deadline, context: context)
        return WriteOutcome(wasSettled: result.wasSettled)
    }

    /// What is changed, after the id of what it is changed of.
    private static func input(_ name: String, _ id: String, _ changes: JSONObject) -> JSONObject {
        JSONObject([(name: name, value: .string(id))] + changes.members.filter { $0.name != name })
    }
}
