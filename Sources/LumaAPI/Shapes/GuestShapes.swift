extension Shapes {
    /// How far a guest is. `session` belongs to events of several sessions, which Luma makes no more.
    static let approvalStatuses = ["approved", "session", "pending_approval", "invited", "declined", "waitlist"]

    /// One entry of `events/guests/list`.
    public static let guestEntry: [SchemaField] =
        [
            SchemaField("id", .id(prefix: "gst-"), required: true),
            SchemaField("user_id", .id(prefix: "usr-"), required: true),
            SchemaField("user_email", .string(), required: true),
            SchemaField("user_name", .string(), required: true, nullable: true),
            SchemaField("user_first_name", .string(), required: true, nullable: true),
            SchemaField("user_last_name", .string(), required: true, nullable: true),
            SchemaField("approval_status", .enumeration(approvalStatuses), required: true),
            SchemaField("check_in_qr_code", .string(), required: true),
            SchemaField("invited_at", .dateTime, required: true, nullable: true, note: "Null for who came uninvited."),
            SchemaField(
                "joined_at", .dateTime, required: true, nullable: true,
                note: "When the link of an online event was followed."),
            SchemaField("registered_at", .dateTime, required: true, nullable: true),
            SchemaField("phone_number", .string(), required: true, nullable: true),
            SchemaField("registration_answers", .array(of: .any), required: true, nullable: true),
            SchemaField("eth_address", .string(), required: true, nullable: true),
            SchemaField("solana_address", .string(), required: true, nullable: true),
            SchemaField(
                "utm_source", .string(), required: true, nullable: true,
                note: "What the link carried by which the guest came."),
            SchemaField("event_tickets", .array(of: .object(ticket)), required: true),
        ]

    /// The guest as `events/guests/get` answers it.
    public static let guest: [SchemaField] =
        guestEntry + [SchemaField("event_ticket_orders", .array(of: .object(order)), required: true)]

    /// Amounts in minor units.
    private static let price: [SchemaField] = [
        SchemaField("id", .string(), required: true),
        SchemaField("amount", .number(), required: true, note: "What was paid, tax included."),
        SchemaField("amount_discount", .number(), required: true),
        SchemaField("amount_tax", .number(), required: true),
        SchemaField("currency", currency, required: true, nullable: true),
        SchemaField("is_captured", .boolean, required: true, note: "False while the amount is only held."),
    ]

    private static let ticket: [SchemaField] =
        price + [
            SchemaField("checked_in_at", .dateTime, required: true, nullable: true),
            SchemaField("event_ticket_type_id", .id(prefix: "ttype-"), required: true),
            SchemaField("name", .string(), required: true),
        ]

    private static let order: [SchemaField] =
        price + [
            SchemaField(
                "coupon_info",
                .object([
                    SchemaField("api_id", .string(), required: true),
                    SchemaField("percent_off", .number(), required: true, nullable: true),
                    SchemaField("cents_off", .number(), required: true, nullable: true),
                    SchemaField("currency", currency, required: true, nullable: true),
                    SchemaField("code", .string(), required: true),
                ]), required: true, nullable: true),
            SchemaField("amount_refunded", .number(), note: "What of it was given back."),
        ]
}

extension Shapes {
    /// What a ticket type is created from.
    public static let ticketTypeInput: [SchemaField] =
        [
            SchemaField("name", .string(), required: true),
            SchemaField("type", ticketKind, required: true),
        ] + ticketTypeOptions

    /// What may change of a ticket type.
    public static let ticketTypeChange: [SchemaField] =
        [SchemaField("name", .string()), SchemaField("type", ticketKind)] + ticketTypeOptions

    /// A ticket type as answers carry it.
    public static let ticketType: [SchemaField] =
        [SchemaField("id", .id(prefix: "ttype-"), required: true)] + ticketTypeInput

    private static let ticketKind: Schema = .enumeration(["free", "paid"])

    private static let ticketTypeOptions: [SchemaField] = [
        SchemaField("require_approval", .boolean, note: "A host approves each registration."),
        SchemaField("is_hidden", .boolean, note: "Offered only through an unlock code."),
        SchemaField("description", .string(), nullable: true),
        SchemaField("valid_start_at", .string(), nullable: true, note: "When the sale starts, ISO 8601."),
        SchemaField("valid_end_at", .string(), nullable: true, note: "When the sale ends, ISO 8601."),
        SchemaField("max_capacity", .number(), nullable: true),
        SchemaField("cents", .number(), nullable: true, note: "Price in minor units; a paid type needs it."),
        SchemaField("currency", .string(), nullable: true, note: "Lower-case ISO 4217; a paid type needs it."),
        SchemaField("is_flexible", .boolean, note: "The guest chooses the price."),
        SchemaField("min_cents", .number(), nullable: true, note: "Lowest price that a guest may choose."),
    ]
}

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
        SchemaField("remaining_count", .integer(-maxExact...maxExact), required: true),
        SchemaField("valid_start_at", .dateTime, required: true, nullable: true),
        SchemaField("valid_end_at", .dateTime, required: true, nullable: true),
        SchemaField("percent_off", .number(), required: true, nullable: true),
        SchemaField("cents_off", .number(), required: true, nullable: true),
        SchemaField("currency", currency, required: true, nullable: true),
        SchemaField("event_ticket_type_id", .id(prefix: "ttype-"), nullable: true),
    ]

    /// The largest integer that every reader of JSON takes as it is: 2⁵³ − 1.
    private static let maxExact = 9_007_199_254_740_991

    private static let discount: Schema = .variants(
        discriminator: "discount_type",
        [
            "percent": [
                SchemaField("percent_off", .number(0...100), required: true, note: "Percent off the price.")
            ],
            "amount": [
                SchemaField(
                    "cents_off", .number(0...Double(maxExact)), required: true,
                    note: "Off the price, in minor units: 500 is 5.00."),
                SchemaField("currency", currency, required: true, note: "Of cents_off, such as eur."),
            ],
        ])
}
