import Core
import GatewayAPI
import LumaAPI
import LumaClient

extension EventsService {
    /// Asks Luma what a cancel would mean, then cancels. It cannot be undone, so a paid event needs the caller's decision on
    /// refunds. A dry run only tells, and gives a `confirm` for what was told; with that the cancel asks for no token of
    /// its own.
    func cancel(
        _ id: EventID, refund: Bool?, _ terms: WriteTerms, _ call: UpstreamCall
    ) async throws(APIError) -> Written {
        let id = id.text
        if terms.isDryRun { return try await previewCancel(id, refund, terms, call) }
        let earlier = call.context.journal?.earlier(Operation.cancelEvent.name, subject: id)
        if let earlier, case .done = earlier.effect { return .unchanged(Document(.object(earlier.notes)), id) }
        // An earlier attempt of the same request was agreed to.
        if let confirm = terms.confirm, earlier == nil {
            return try await cancel(id, confirm, refund, terms, call)
        }
        let request = try await cancellation(of: id, call)
        if request.isPaid, refund == nil { throw APIError.refundUndecided(guestCount: request.guestCount) }
        try await check(terms.conditions, id, call)
        // Luma forgets the event: what is to be answered stands in the journal, for whoever repeats the request.
        let answer: JSONObject = [
            "id": .string(id), "status": "canceled", "guest_count": .number(JSONNumber(request.guestCount)),
            "refunded": .bool(request.isPaid && refund == true),
        ]
        do throws(LumaError) {
            return try await self.cancel(id, request.token, refund, answer, call)
        } catch {
            throw APIError(error, subject: id)
        }
    }

    /// Tells what a cancel would mean, and gives what it is confirmed with.
    private func previewCancel(
        _ id: String, _ refund: Bool?, _ terms: WriteTerms, _ call: UpstreamCall
    ) async throws(APIError) -> Written {
        let request = try await cancellation(of: id, call)
        let (event, read) = try await currentEvent(id, call)
        try await check(terms.conditions, id, seen: read, call)
        let confirm = try confirmations.issue(
            Self.binding(id, terms), shown: Self.shown(event),
            enclosing: CancelPreview(request, refund: refund).enclosed,
            at: wallClock)
        var described: JSONObject = [
            "id": .string(id), "status": "unchanged", "dry_run": true, "is_paid": .bool(request.isPaid),
            "guest_count": .number(JSONNumber(request.guestCount)),
            "needs_refund_decision": .bool(request.isPaid && refund == nil),
        ]
        described.members += Self.identity(of: event)
        described["confirm"] = .string(confirm)
        described["expires_in_seconds"] = .number(JSONNumber(Int(ConfirmationToken.lifetime)))
        return .unchanged(Document(.object(described)), id)
    }

    /// Cancels what a preview told of, with the token that the preview got, if the event is still as it was told.
    private func cancel(
        _ id: String, _ confirm: String, _ refund: Bool?, _ terms: WriteTerms, _ call: UpstreamCall
    ) async throws(APIError) -> Written {
        let stale = APIError.confirmationStale([("event_id", .string(id))])
        let changed = APIError.confirmationStale([("event_id", .string(id))], hasChanged: true)
        guard
            let confirmation = confirmations.open(
                confirm, Self.binding(id, terms), at: wallClock, isInForm: terms.isAgreedInForm),
            let agreed = CancelPreview(confirmation.enclosed), agreed.refund == nil || agreed.refund == refund
        else { throw stale }
        if agreed.isPaid, refund == nil { throw APIError.refundUndecided(guestCount: agreed.guestCount) }
        let (event, read) = try await currentEvent(id, call)
        guard confirmations.covers(confirmation, Self.shown(event)) else { throw changed }
        try await check(terms.conditions, id, seen: read, call)
        var token = agreed.token
        if !CancelPreview.isTokenGood(afterSeconds: confirmation.age(at: wallClock)) {
            let request = try await cancellation(of: id, call)
            guard request.isPaid == agreed.isPaid, request.guestCount == agreed.guestCount else { throw changed }
            token = request.token
        }
        var answer: JSONObject = [
            "id": .string(id), "status": "canceled", "guest_count": .number(JSONNumber(agreed.guestCount)),
            "refunded": .bool(agreed.isPaid && refund == true), "is_paid": .bool(agreed.isPaid),
        ]
        answer.members += Self.identity(of: event)
        return try await confirmations.redeem(confirmation, call, refusal: stale) {
            () throws(APIError) in
            do throws(LumaError) {
                return try await self.cancel(id, token, refund, answer, call)
            } catch {
                // Somebody has paid since, or the token is none any more: either way a new preview tells what holds now.
                guard case .refused(400, let words) = error else { throw APIError(error, subject: id) }
                var refused = changed
                refused.details["luma"] = words.details
                throw refused
            }
        }
    }

    private static func binding(_ id: String, _ terms: WriteTerms) -> ConfirmationBinding {
        ConfirmationBinding(
            principal: terms.principal, operation: Operation.cancelEvent.name, input: ["event_id": .string(id)])
    }

    /// What a person agrees to: this name, at this time, with these guests.
    private static func shown(_ event: JSON) -> JSON {
        [
            event["name"] ?? .null, event["start_at"] ?? .null, event["timezone"] ?? .null,
            event["guest_counts"]?["approved"]?["guests"] ?? .null,
        ]
    }

    private func cancel(
        _ id: String, _ token: Secret, _ refund: Bool?, _ answer: JSONObject, _ call: UpstreamCall
    ) async throws(LumaError) -> Written {
        _ = try await luma.cancelEvent(
            id, token: token, shouldRefund: refund, notes: answer, deadline: call.deadline, context: call.context)
        return Written(kind: .done, document: Document(.object(answer)), eventID: id, isChange: true)
    }

    private func cancellation(of id: String, _ call: UpstreamCall) async throws(APIError) -> CancellationRequest {
        do throws(LumaError) {
            return try await luma.requestCancellation(id, deadline: call.deadline, context: call.context)
        } catch {
            throw APIError(error, subject: id)
        }
    }

    /// What names the event to a person.
    private static func identity(of event: JSON) -> [(name: String, value: JSON)] {
        ["name", "start_at", "timezone"].compactMap { name in
            event[name]?.stringValue.map { (name: name, value: .string($0)) }
        }
    }
}

/// What a cancel needs of its preview, besides what is agreed to.
private struct CancelPreview {
    /// Luma's token is good for 15 minutes; what is left is for the way there and the clocks.
    private static let tokenLifetime = 840.0

    /// What was said about the money; nil when that is left for the cancel.
    let refund: Bool?
    let isPaid: Bool
    let guestCount: Int
    /// Luma's, so that a cancel that was agreed to needs no second one.
    let token: Secret

    init(_ request: CancellationRequest, refund: Bool?) {
        self.refund = refund
        (isPaid, guestCount, token) = (request.isPaid, request.guestCount, request.token)
    }

    /// Reads what `enclosed` gave; nil for anything else.
    init?(_ enclosed: JSON) {
        guard let items = enclosed.arrayValue, items.count == 4, let isPaid = items[1].boolValue,
            let guests = items[2].intValue, let token = items[3].stringValue
        else { return nil }
        refund = items[0].boolValue
        (self.isPaid, guestCount, self.token) = (isPaid, guests, Secret(token))
    }

    /// For the confirmation, which its bearer cannot read.
    var enclosed: JSON {
        [
            refund.map { .bool($0) } ?? .null, .bool(isPaid), .number(JSONNumber(guestCount)),
            .string(token.reveal()),
        ]
    }

    /// Whether Luma takes a token of this age, in seconds.
    static func isTokenGood(afterSeconds age: Double) -> Bool { (0..<tokenLifetime).contains(age) }
}
