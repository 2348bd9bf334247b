import Core

extension Rows {
    static let coupons: [Operation] = [
        Operation(
            "events/coupons/list", .get, "/v1/events/coupons/list",
            legacy: .init(["/v1/event/coupons"], inputNames: legacyEventId),
            query: [SchemaField("event_id", .id(prefix: "evt-"), required: true)] + Shapes.paging,
            answer: Shapes.page(of: .object(Shapes.coupon)),
            effects: [.reads], repetition: .always,
            summary: "List the coupons of an event, in pages.",
            meaning: .init(subject: .init(.coupon, of: (.event, "event_id")), example: ["event_id": "evt-"])),
        Operation(
            "events/coupons/create", .post, "/v1/events/coupons/create",
            legacy: .init(["/v1/event/create-coupon"], wrapper: "coupon", inputNames: legacyEventId),
            body: [SchemaField("event_id", .id(prefix: "evt-"), required: true)] + Shapes.couponInput,
            answer: Shapes.coupon,
            effects: [.changes], repetition: .onlyIfUnseen,
            summary: "Create a coupon for an event; its terms cannot be changed later.",
            meaning: .init(
                subject: .init(.coupon, of: (.event, "event_id")),
                recovery: .listed(
                    by: .init("events/coupons/list", ["event_id": "event_id"]),
                    same: [
                        "code": "code", "discount.percent_off": "percent_off", "discount.cents_off": "cents_off",
                        "discount.currency": "currency", "valid_start_at": "valid_start_at",
                        "valid_end_at": "valid_end_at", "event_ticket_type_id": "event_ticket_type_id",
                    ], unique: "code", falling: ["remaining_count": "remaining_count"]),
                touches: [.coupon],
                example: [
                    "event_id": "evt-", "code": "EARLYBIRD",
                    "discount": ["discount_type": "percent", "percent_off": 20],
                ])),
    ]
}
