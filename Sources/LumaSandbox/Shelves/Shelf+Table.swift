import Core
import LumaAPI

extension Shelf {
    /// Every shelf; a snapshot holds them by their names.
    static let all: [Shelf] = [coupons]

    /// A coupon ends with its event only; its code is what names it.
    static let coupons = Shelf(
        "coupons", noun: "Coupon", idPrefix: "coup-", key: (input: "code", shown: "code"), fields: Shapes.coupon,
        opened: ["discount"], defaults: ["remaining_count": 1_000_000], unique: "code",
        rule: { (event, coupon) throws(Refusal) in try Shelf.check(coupon, of: event) })

    private static func check(_ coupon: JSONObject, of event: EventRecord?) throws(Refusal) {
        if let type = coupon["event_ticket_type_id"]?.stringValue {
            let types = event?.ticketTypes ?? []
            guard types.contains(where: { $0.id == type }) else { throw .noTicketType }
        }
        let start = coupon["valid_start_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        let end = coupon["valid_end_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        if let start, let end, end <= start {
            throw .invalid("Invalid request: valid_end_at must be after valid_start_at.")
        }
    }
}
