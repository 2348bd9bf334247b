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
