import Core
import Crypto
import GatewayAPI
import LumaClient

extension EventsService {
    /// Asks Luma what a cancel would mean, then cancels. It cannot be undone, so a paid event needs the caller's decision on
    /// refunds. A dry run only tells, and gives a `confirm` for what was told; with that the cancel asks for no token of
    /// its own.
    func cancel(
        _ id: EventID, _ cancel: CancelTerms, _ terms: WriteTerms, _ call: UpstreamCall
    ) async throws(APIError) -> Written {
        let id = id.text
        let refund = cancel.refund
        if terms.isDryRun { return try await previewCancel(id, refund, terms, call) }
        if let told = call.context.journal?.earlier("events/cancel", subject: id), case .done = told.effect {
            return .unchanged(Document(.object(told.notes)), id)
        }
        if let confirm = cancel.confirm {
            return try await self.cancel(id, confirm, cancel, terms, call)
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
        let confirmation = CancelConfirmation(
            principal: terms.principal, eventID: id, digest: CancelConfirmation.digest(of: event, seal),
            refund: refund, isPaid: request.isPaid, guestCount: request.guestCount, token: request.token,
            issued: wallClock)
        let sealed: String
        do throws(CryptoError) {
            sealed = try confirmation.sealed(seal)
        } catch {
            throw APIError(.internal)
        }
        var told: JSONObject = [
            "id": .string(id), "status": "unchanged", "dry_run": true, "is_paid": .bool(request.isPaid),
            "guest_count": .number(JSONNumber(request.guestCount)),
            "needs_refund_decision": .bool(request.isPaid && refund == nil),
        ]
        told.members += Self.identity(of: event)
        told["confirm"] = .string(sealed)
        told["expires_in_seconds"] = .number(JSONNumber(Int(CancelConfirmation.lifetime)))
        return .unchanged(Document(.object(told)), id)
    }

    /// Cancels what a preview told of, with the token that the preview got, if the event is still as it was told.
    private func cancel(
        _ id: String, _ confirm: String, _ cancel: CancelTerms, _ terms: WriteTerms, _ call: UpstreamCall
    ) async throws(APIError) -> Written {
        let refund = cancel.refund
        let stale = APIError(.confirmationStale, details: JSONObject([("event_id", .string(id))]))
        guard let agreed = CancelConfirmation(confirm, seal), agreed.principal == terms.principal,
            agreed.eventID == id, agreed.refund == nil || agreed.refund == refund,
            cancel.isAgreedInForm || !agreed.isExpired(at: wallClock)
        else { throw stale }
        if agreed.isPaid, refund == nil { throw APIError.refundUndecided(guestCount: agreed.guestCount) }
        let (event, read) = try await currentEvent(id, call)
        guard agreed.digest == CancelConfirmation.digest(of: event, seal) else { throw stale }
        try await check(terms.conditions, id, seen: read, call)
        var token = agreed.token
        if !agreed.isTokenGood(at: wallClock) {
            let request = try await cancellation(of: id, call)
            guard request.isPaid == agreed.isPaid, request.guestCount == agreed.guestCount else { throw stale }
            token = request.token
        }
        var answer: JSONObject = [
            "id": .string(id), "status": "canceled", "guest_count": .number(JSONNumber(agreed.guestCount)),
            "refunded": .bool(agreed.isPaid && refund == true), "is_paid": .bool(agreed.isPaid),
        ]
        answer.members += Self.identity(of: event)
        do throws(LumaError) {
            return try await self.cancel(id, token, refund, answer, call)
        } catch {
            // Somebody has paid since, or the token is none any more: either way a new preview tells what holds now.
            guard case .refused(400, let words) = error else { throw APIError(error, subject: id) }
            var refused = stale
            refused.details["luma"] = words.details
            throw refused
        }
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

/// What the preview of a cancel gives and the cancel takes: who asked, what was told of the event, and Luma's token, so that
/// a cancel that was agreed to needs no second one. Its bearer cannot read or change it.
struct CancelConfirmation {
    /// How long a caller may take to agree, in seconds.
    static let lifetime = 600.0
    /// Luma's token is good for 15 minutes; what is left is for the way there and the clocks.
    private static let tokenLifetime = 840.0

    let principal: String
    let eventID: String
    /// Of what was told of the event.
    let digest: String
    /// What was said about the money; nil when that is left for the cancel.
    let refund: Bool?
    let isPaid: Bool
    let guestCount: Int
    let token: Secret
    let issued: Timestamp

    /// Whether it still counts by itself.
    func isExpired(at now: Timestamp) -> Bool { !(0..<Self.lifetime).contains(now.seconds(since: issued)) }

    /// Whether Luma takes its token.
    func isTokenGood(at now: Timestamp) -> Bool { (0..<Self.tokenLifetime).contains(now.seconds(since: issued)) }

    /// What a person agrees to: this name, at this time, with these guests.
    static func digest(of event: JSON, _ seal: Seal) -> String {
        let told: [JSON] = [
            event["name"] ?? .null, event["start_at"] ?? .null, event["timezone"] ?? .null,
            event["guest_counts"]?["approved"]?["guests"] ?? .null,
        ]
        return seal.digest(JSON.array(told).encoded)
    }

    func sealed(_ seal: Seal) throws(CryptoError) -> String {
        let payload: JSON = [
            .string(principal), .string(eventID), .string(digest), refund.map { .bool($0) } ?? .null, .bool(isPaid),
            .number(JSONNumber(guestCount)), .string(token.reveal()), .number(JSONNumber(Int(issued.milliseconds))),
        ]
        return try seal.encrypt(payload.encoded, for: "cancel")
    }
}

extension CancelConfirmation {
    /// Reads what `sealed` gave; nil for anything else.
    init?(_ text: String, _ seal: Seal) {
        guard let bytes = seal.decrypt(text, for: "cancel"), let items = (try? JSON.parse(bytes))?.arrayValue,
            items.count == 8, let principal = items[0].stringValue, let eventID = items[1].stringValue,
            let digest = items[2].stringValue, let isPaid = items[4].boolValue, let guests = items[5].intValue,
            let token = items[6].stringValue, let issued = items[7].intValue
        else { return nil }
        self.init(
            principal: principal, eventID: eventID, digest: digest, refund: items[3].boolValue, isPaid: isPaid,
            guestCount: guests, token: Secret(token), issued: Timestamp(milliseconds: Int64(issued)))
    }
}
