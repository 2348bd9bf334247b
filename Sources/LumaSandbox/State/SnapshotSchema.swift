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
        SchemaField("guests", .object(guests), required: true),
    ]

    private static let settings = Shapes.eventChange.filter { $0.name != "event_id" } + [SchemaField("host", .string())]

    private static let guests: [SchemaField] = [
        SchemaField("has_paid", .boolean, required: true),
        SchemaField(
            "counts", .object(GuestTally.statuses.map { SchemaField($0, count) }), required: true),
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
