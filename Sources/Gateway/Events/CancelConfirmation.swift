import Core
import Crypto
import LumaClient

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
