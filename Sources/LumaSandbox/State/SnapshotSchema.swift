import LumaAPI

/// The shape of a saved state, checked before it is taken up.
enum SnapshotSchema {
    static let version = 1

    static let state: [SchemaField] = [
        SchemaField("version", .integer(), required: true),
        SchemaField("seed", .string(), required: true),
        SchemaField("ids_made", .string(), required: true),
        SchemaField("user_id", .id(prefix: "usr-"), required: true),
        SchemaField("calendar_id", .id(prefix: "cal-"), required: true),
        SchemaField("is_seeded", .boolean, required: true),
        SchemaField("events", .array(of: .object(event)), required: true),
        SchemaField("tokens", .array(of: .object(token)), required: true),
        SchemaField("shelves", .object(Shelf.all.map { SchemaField($0.name, .array(of: .object(things($0)))) })),
    ]

    private static func things(_ shelf: Shelf) -> [SchemaField] {
        [
            SchemaField("owner", .string(), required: true),
            SchemaField("number", .integer(1...9_007_199_254_740_991), required: true),
            SchemaField("values", .object(shelf.fields), required: true),
        ]
    }

    private static let event: [SchemaField] = [
        SchemaField("id", .id(prefix: "evt-"), required: true),
        SchemaField("platform", .enumeration(["luma", "external"]), required: true),
        SchemaField("submission", .enumeration(["approved", "pending"]), required: true),
        SchemaField("created_at", .dateTime, required: true),
        SchemaField("start_at", .dateTime, required: true),
        SchemaField("end_at", .dateTime, required: true),
        SchemaField("slug", .string(length: 3...200), required: true),
        SchemaField("settings", .object(settings), required: true),
        SchemaField(
            "ticket_types",
            .array(
                of: .object([
                    SchemaField("id", .id(prefix: "ttype-"), required: true),
                    SchemaField("values", .object(Shapes.ticketTypeInput), required: true),
                ])), required: true),
        // What there was before guests were kept: how many.
        SchemaField("guests", .object(guests)),
        SchemaField("guest_list", .array(of: .object(guest))),
    ]

    private static let settings = Shapes.eventChange.filter { $0.name != "event_id" } + [SchemaField("host", .string())]

    private static let guests: [SchemaField] = [
        SchemaField("has_paid", .boolean, required: true),
        SchemaField(
            "counts", .object(GuestTally.statuses.map { SchemaField($0, count) }), required: true),
    ]

    private static let guest: [SchemaField] = [
        SchemaField("id", .id(prefix: "gst-"), required: true),
        SchemaField("key", .id(prefix: "g-"), required: true),
        SchemaField("user_id", .id(prefix: "usr-"), required: true),
        SchemaField("email", .string(length: 1...320), required: true),
        SchemaField("name", .string(), nullable: true),
        SchemaField("status", .enumeration(GuestRecord.Status.allCases.map(\.rawValue)), required: true),
        SchemaField("created_at", .dateTime, required: true),
        SchemaField("invited_at", .dateTime, nullable: true),
        SchemaField("registered_at", .dateTime, nullable: true),
        SchemaField("tickets", .array(of: .object(ticket)), required: true),
        SchemaField("orders", .array(of: .object(order)), required: true),
    ]

    private static let ticket: [SchemaField] =
        charge + [
            SchemaField("id", .id(prefix: "tkt-"), required: true),
            SchemaField("type_id", .id(prefix: "ttype-"), required: true),
            SchemaField("name", .string(), required: true),
            SchemaField("checked_in_at", .dateTime, nullable: true),
        ]

    private static let order: [SchemaField] =
        charge + [
            SchemaField("id", .id(prefix: "tord-"), required: true),
            SchemaField("refunded", .integer(0...9_007_199_254_740_991), required: true),
        ]

    private static let charge: [SchemaField] = [
        SchemaField("amount", .integer(0...9_007_199_254_740_991), required: true),
        SchemaField("currency", Shapes.currency, required: true),
        SchemaField("is_captured", .boolean, required: true),
    ]

    private static let count: Schema = .object([
        SchemaField("guests", .integer(0...1_000_000), required: true),
        SchemaField("tickets", .integer(0...1_000_000), required: true),
    ])

    private static let token: [SchemaField] = [
        SchemaField("token", .string(), required: true),
        SchemaField("event_id", .id(prefix: "evt-"), required: true),
        SchemaField("expires_at", .dateTime, required: true),
    ]
}
