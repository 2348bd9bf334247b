import Core
import HTTP
import LumaClient

/// What a person was told of an event before agreeing to its cancel. When Luma tells otherwise, nothing is cancelled.
struct AgreedCancel: Equatable {
    let isPaid: Bool
    let guestCount: Int

    init(isPaid: Bool, guestCount: Int) {
        self.isPaid = isPaid
        self.guestCount = guestCount
    }

    init(_ request: CancellationRequest) { self.init(isPaid: request.isPaid, guestCount: request.guestCount) }
}

extension EventsService {
    /// `DELETE /events/{event_id}`: asks Luma what a cancel would mean, then cancels. It cannot be undone, so a paid
    /// event needs the caller's decision on refunds, and `dry_run=true` only tells.
    func cancel(_ input: RequestInput, _ call: UpstreamCall) async throws(APIError) -> Written {
        var query = QueryReader(input.query, rows: QueryRows.cancel)
        let dryRun = query.boolean(QueryRows.dryRun.name) ?? false
        let refund = query.boolean(QueryRows.refund.name)
        try query.finish()
        let id = try eventID(input)
        if !dryRun, let told = call.context.journal?.earlier("events/cancel", subject: id), case .done = told.effect {
            return Written(
                response: .json(status: 200, JSON.object(told.notes).encoded), eventID: id, isChange: false)
        }

        let request: CancellationRequest
        do throws(LumaError) {
            request = try await luma.requestCancellation(id, deadline: call.deadline, context: call.context)
        } catch {
            throw APIError(error, subject: id)
        }
        if let agreed = input.agreedCancel, agreed != AgreedCancel(request) {
            throw APIError(
                .preconditionFailed, "The event is not as it was when its cancel was agreed to",
                details: JSONObject([("event_id", .string(id))]))
        }
        if request.isPaid, refund == nil, !dryRun { throw APIError.refundUndecided(guestCount: request.guestCount) }
        try await check(input.conditions, id, call)
        let isUndecided = request.isPaid && refund == nil
        if dryRun {
            let told: JSON = [
                "id": .string(id), "status": "unchanged", "dry_run": true, "is_paid": .bool(request.isPaid),
                "guest_count": .number(JSONNumber(request.guestCount)), "needs_refund_decision": .bool(isUndecided),
            ]
            return Written(response: .json(status: 200, told.encoded), eventID: id, isChange: false)
        }

        // Luma forgets the event: what is to be answered stands in the journal, for whoever repeats the request.
        let answer: JSONObject = [
            "id": .string(id), "status": "canceled", "guest_count": .number(JSONNumber(request.guestCount)),
            "refunded": .bool(request.isPaid && refund == true),
        ]
        do throws(LumaError) {
            _ = try await luma.cancelEvent(
                id, token: request.token, shouldRefund: refund, notes: answer, deadline: call.deadline,
                context: call.context)
        } catch {
            throw APIError(error, subject: id)
        }
        return Written(response: .json(status: 200, JSON.object(answer).encoded), eventID: id, isChange: true)
    }
}
