extension Shapes {
    /// How far a guest is. `session` belongs to events of several sessions, which Luma makes no more.
    static let approvalStatus: Schema = .enumeration([
        "approved", "session", "pending_approval", "invited", "declined", "waitlist",
    ])

    /// One entry of `events/guests/list`.
    public static let guestEntry: [SchemaField] = .fields(
        .required("id", .id(prefix: "gst-")),
        .required("user_id", .id(prefix: "usr-")),
        .required("user_email", .string()),
        .required("user_name", "user_first_name", "user_last_name", as: .string(), nullable: true),
        .required("approval_status", approvalStatus),
        .required("check_in_qr_code", .string(), isSecret: true),
        .required("invited_at", .dateTime, nullable: true, note: "Null for who came uninvited."),
        .required("joined_at", .dateTime, nullable: true, note: "When the link of an online event was followed."),
        .required("registered_at", .dateTime, nullable: true),
        .required("phone_number", .string(), nullable: true),
        .required("registration_answers", .array(of: .any), nullable: true),
        .required("eth_address", "solana_address", as: .string(), nullable: true),
        .required("utm_source", .string(), nullable: true, note: "What the link carried by which the guest came."),
        .required("event_tickets", .array(of: .object(ticket))))

    /// The guest as `events/guests/get` answers it.
    public static let guest: [SchemaField] = .fields(
        guestEntry, .required("event_ticket_orders", .array(of: .object(order))))

    /// Amounts in minor units.
    private static let price: [SchemaField] = .fields(
        .required("id", .string()),
        .required("amount", .number(), note: "What was paid, tax included."),
        .required("amount_discount", "amount_tax", as: .number()),
        .required("currency", currency, nullable: true),
        .required("is_captured", .boolean, note: "False while the amount is only held."))

    private static let ticket: [SchemaField] = .fields(
        price, .required("checked_in_at", .dateTime, nullable: true),
        .required("event_ticket_type_id", .id(prefix: "ttype-")), .required("name", .string()))

    private static let order: [SchemaField] = .fields(
        price, .required("coupon_info", .object(usedCoupon), nullable: true),
        .optional("amount_refunded", .number(), note: "What of it was given back."))

    private static let usedCoupon: [SchemaField] = .fields(
        .required("api_id", .string()),
        .required("percent_off", "cents_off", as: .number(), nullable: true),
        .required("currency", currency, nullable: true),
        .required("code", .string()))
}

extension Shapes {
    /// What a ticket type is created from.
    public static let ticketTypeInput: [SchemaField] = .fields(
        .required("name", .string()), .required("type", ticketKind), ticketTypeOptions)

    /// What may change of a ticket type.
    public static let ticketTypeChange: [SchemaField] = .fields(
        .optional("name", .string()), .optional("type", ticketKind), ticketTypeOptions)

    /// A ticket type as answers carry it.
    public static let ticketType: [SchemaField] = .fields(.required("id", .id(prefix: "ttype-")), ticketTypeInput)

    private static let ticketKind: Schema = .enumeration(["free", "paid"])

    private static let ticketTypeOptions: [SchemaField] = .fields(
        .optional("require_approval", .boolean, note: "A host approves each registration."),
        .optional("is_hidden", .boolean, note: "Offered only through an unlock code."),
        .optional("description", .string(), nullable: true),
        .optional("valid_start_at", .string(), nullable: true, note: "When the sale starts, ISO 8601."),
        .optional("valid_end_at", .string(), nullable: true, note: "When the sale ends, ISO 8601."),
        .optional("max_capacity", .number(), nullable: true),
        .optional("cents", .number(), nullable: true, note: "Price in minor units; a paid type needs it."),
        .optional("currency", .string(), nullable: true, note: "Lower-case ISO 4217; a paid type needs it."),
        .optional("is_flexible", .boolean, note: "The guest chooses the price."),
        .optional("min_cents", .number(), nullable: true, note: "Lowest price that a guest may choose."))
}

extension Shapes {
    /// What a coupon is created from.
    public static let couponInput: [SchemaField] = .fields(
        .required("code", .string(length: 1...20), note: "What guests type; capitals do not matter."),
        .required("discount", discount, note: "Percent, or an amount in minor units of a currency."),
        .optional("remaining_count", .integer(0...1_000_000), note: "How often it can be used; 1000000 is unlimited."),
        .optional("valid_start_at", .dateTime, nullable: true, note: "From when it can be used."),
        .optional("valid_end_at", .dateTime, nullable: true, note: "Until when it can be used."),
        .optional(
            "event_ticket_type_id", .id(prefix: "ttype-"), note: "Only for this ticket type; unlocks a hidden one."))

    /// A coupon as answers carry it.
    public static let coupon: [SchemaField] = .fields(
        .required("id", .id(prefix: "coup-")),
        .required("code", .string()),
        .required("remaining_count", exactInteger),
        .required("valid_start_at", "valid_end_at", as: .dateTime, nullable: true),
        .required("percent_off", "cents_off", as: .number(), nullable: true),
        .required("currency", currency, nullable: true),
        .optional("event_ticket_type_id", .id(prefix: "ttype-"), nullable: true))

    private static let discount: Schema = .variants(
        discriminator: "discount_type",
        [
            "percent": .required("percent_off", .number(0...100), note: "Percent off the price."),
            "amount": .fields(
                .required("cents_off", cents, note: "Off the price, in minor units: 500 is 5.00."),
                .required("currency", currency, note: "Of cents_off, such as eur.")),
        ])
}
