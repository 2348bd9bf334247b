import Core

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
