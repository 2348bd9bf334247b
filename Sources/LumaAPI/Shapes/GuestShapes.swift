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
