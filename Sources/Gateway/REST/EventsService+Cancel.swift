import Core
import HTTP
import LumaClient

extension EventsService {
    /// `DELETE /events/{event_id}`: asks Luma what a cancel would mean, then cancels. It cannot be undone, so a paid
    /// event needs the caller's decision on refunds, and `dry_run=true` only tells.
    func cancel(_ input: RequestInput, _ call: UpstreamCall) async throws(APIError) -> Response {
        var query = QueryReader(input.query, known: ["dry_run", "refund"])
        let dryRun = query.boolean("dry_run") ?? false
        let refund = query.boolean("refund")
        try query.finish()
        let id = try eventID(input)
        if !dryRun, let told = call.context.journal?.earlier("events/cancel", subject: id), case .done = told.effect {
            return .json(status: 200, JSON.object(told.notes).encoded)
        }

        let request: CancellationRequest
        do throws(LumaError) {
            request = try await luma.requestCancellation(id, deadline: call.deadline, context: call.context)
        } catch {
            throw APIError(error, subject: id)
        }
        if request.isPaid, refund == nil, !dryRun { throw APIError.refundUndecided(guestCount: request.guestCount) }
        try await check(input.conditions, id, call)
        let isUndecided = request.isPaid && refund == nil
        if dryRun {
            let told: JSON = [
                "id": .string(id), "status": "unchanged", "dry_run": true, "is_paid": .bool(request.isPaid),
                "guest_count": .number(JSONNumber(request.guestCount)), "needs_refund_decision": .bool(isUndecided),
            ]
            return .json(status: 200, told.encoded)
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
        return .json(status: 200, JSON.object(answer).encoded)
    }
}
