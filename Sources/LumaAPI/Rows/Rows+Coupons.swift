import Core

extension Rows {
    static let coupons: [Operation] = [
        Operation(
            "events/coupons/list", .get, legacy: ["/v1/event/coupons"],
            query: .fields(.id(of: .event), Shapes.paging), answer: Shapes.page(of: Shapes.coupon),
            summary: "List the coupons of an event, in pages.", subject: .init(.coupon)),
        Operation(
            "events/coupons/create", .post, legacy: .init(["/v1/event/create-coupon"], wrapper: "coupon"),
            body: .fields(.id(of: .event), Shapes.couponInput), answer: Shapes.coupon, effects: [.changes],
            summary: "Create a coupon for an event; its terms cannot be changed later.", subject: .init(.coupon),
            recovery: .listed(by: .init("events/coupons/list"), unique: "code", falling: ["remaining_count"]),
            example: ["code": "EARLYBIRD", "discount": ["discount_type": "percent", "percent_off": 20]]),
    ]
}
