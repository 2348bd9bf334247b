extension Shapes {
    /// What a coupon is created from.
    public static let couponInput: [SchemaField] = [
        SchemaField("code", .string(length: 1...20), required: true, note: "What guests type; capitals do not matter."),
        SchemaField("discount", discount, required: true, note: "Percent, or an amount in minor units of a currency."),
        SchemaField(
            "remaining_count", .integer(0...1_000_000), note: "How often it can be used; 1000000 is without a limit."),
        SchemaField("valid_start_at", .dateTime, nullable: true, note: "From when it can be used."),
        SchemaField("valid_end_at", .dateTime, nullable: true, note: "Until when it can be used."),
        SchemaField(
            "event_ticket_type_id", .id(prefix: "ttype-"),
            note: "Only for this ticket type; the code shows it when the type is hidden."),
    ]

    /// A coupon as answers carry it.
    public static let coupon: [SchemaField] = [
        SchemaField("id", .id(prefix: "coup-"), required: true),
        SchemaField("code", .string(), required: true),
        SchemaField("remaining_count", .integer(-mostExact...mostExact), required: true),
        SchemaField("valid_start_at", .dateTime, required: true, nullable: true),
        SchemaField("valid_end_at", .dateTime, required: true, nullable: true),
        SchemaField("percent_off", .number(), required: true, nullable: true),
        SchemaField("cents_off", .number(), required: true, nullable: true),
        SchemaField("currency", currency, required: true, nullable: true),
        SchemaField("event_ticket_type_id", .id(prefix: "ttype-"), nullable: true),
    ]

    /// The largest integer that every reader of JSON takes as it is: 2⁵³ − 1.
    private static let mostExact = 9_007_199_254_740_991

    private static let discount: Schema = .variants(
        discriminator: "discount_type",
        [
            "percent": [SchemaField("percent_off", .number(0...100), required: true)],
            "amount": [
                SchemaField("cents_off", .number(0...Double(mostExact)), required: true),
                SchemaField("currency", currency, required: true),
            ],
        ])
}
