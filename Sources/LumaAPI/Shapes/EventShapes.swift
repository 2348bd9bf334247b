extension Shapes {
    /// The event as `events/get` answers it.
    ///
    /// Members that Luma leaves out for an event that the key only views are optional.
    public static let event: [SchemaField] =
        [SchemaField("platform", .enumeration(["luma"]), required: true)] + eventCommon + eventManaged + eventText + [
            SchemaField("hosts", .array(of: .object(person)), required: true),
            SchemaField("guest_counts", guestCounts, note: "Guests and tickets by status."),
        ]

    /// One entry of `calendars/events/list`: an event on Luma, or one that is only announced there.
    public static let eventEntry: Schema = .variants(
        discriminator: "platform",
        [
            "luma": eventCommon + eventManaged + [tags],
            "external": eventBase + [SchemaField("host", .string(), required: true, nullable: true), tags],
        ])

    private static let tags = SchemaField("tags", .array(of: tag), required: true)

    /// What every event has, wherever it is managed.
    private static let eventBase: [SchemaField] = [
        SchemaField("id", .id(prefix: "evt-"), required: true),
        SchemaField("calendar_id", .id(prefix: "cal-"), required: true),
        SchemaField("name", .string(), required: true),
        SchemaField("start_at", .dateTime, required: true),
        SchemaField("end_at", .dateTime, required: true),
        SchemaField("duration_interval", .duration, required: true),
        SchemaField("created_at", .dateTime, required: true),
        SchemaField("timezone", .timeZone, required: true),
        SchemaField("url", .string(), required: true),
        SchemaField("geo_address_json", geoAddress, required: true, nullable: true),
        SchemaField("coordinate", coordinate, required: true, nullable: true),
    ]

    private static let eventCommon: [SchemaField] =
        eventBase + [
            SchemaField("user_id", .id(prefix: "usr-"), required: true, note: "Who created it."),
            SchemaField("access", .enumeration(["manage", "view"]), note: "What the key may do with it."),
            SchemaField("cover_url", .string(), required: true),
            SchemaField("visibility", visibility, required: true),
            SchemaField(
                "location_type",
                .enumeration([
                    "discord", "meet", "twitch", "twitter", "youtube", "zoom", "offline", "missing", "unknown",
                ]), required: true),
            SchemaField("location_visibility", locationVisibility, required: true),
            SchemaField("waitlist_status", waitlistStatus, required: true),
            SchemaField("spots_remaining", .number(), nullable: true, note: "Null without a capacity; may lag."),
            SchemaField(
                "display_price",
                .object([
                    SchemaField("amount", .number(), required: true, note: "Minor units, tax included."),
                    SchemaField("currency", currency, required: true),
                    SchemaField("is_flexible", .boolean, required: true),
                ]), nullable: true, note: "Null when free; may lag."),
        ]

    private static let eventManaged: [SchemaField] = [
        SchemaField("meeting_url", .string(), nullable: true),
        SchemaField("registration_open", .boolean),
        SchemaField(
            "require_approval", .boolean, note: "Read only: true when an available ticket type needs approval."),
        SchemaField("max_capacity", .number(), nullable: true),
        SchemaField("can_register_for_multiple_tickets", .boolean),
        SchemaField("registration_questions", .array(of: registrationQuestion)),
        SchemaField("feedback_email", feedbackEmail),
    ]

    private static let eventText: [SchemaField] = [
        SchemaField("description", .string(), required: true, note: "Plain text."),
        SchemaField("description_md", .string(), required: true, note: "Markdown."),
    ]

    private static let guestCounts: Schema = .object(
        ["approved", "pending_approval", "waitlist", "invited", "declined", "checked_in"].map { status in
            SchemaField(
                status,
                .object([
                    SchemaField("guests", .number(), required: true),
                    SchemaField("tickets", .number(), required: true),
                ]), required: true)
        })

    static let visibility: Schema = .enumeration(["public", "members-only", "private"])
    static let locationVisibility: Schema = .enumeration(["public", "guests-only"])
    static let waitlistStatus: Schema = .enumeration(["disabled", "enabled"])

    static let feedbackEmail: Schema = .object([
        SchemaField("enabled", .boolean, required: true),
        SchemaField("delay", .duration, note: "How long after the end; nothing means at once."),
    ])
}

extension Shapes {
    /// Where an event is, as a request says it.
    public static let geoAddressInput: Schema = .variants(
        discriminator: "type",
        [
            "manual": [SchemaField("address", .string(), required: true)],
            "google": [
                SchemaField("place_id", .string(), required: true, note: "Google Maps place id."),
                SchemaField("description", .string(), nullable: true),
            ],
        ])

    /// Where an event is, as an answer says it.
    public static let geoAddress: Schema = .object([
        SchemaField("address", .string(), required: true),
        SchemaField("city", .string(), required: true, nullable: true),
        SchemaField("region", .string(), required: true, nullable: true),
        SchemaField("country", .string(), required: true, nullable: true),
        SchemaField("city_state", .string(), required: true, nullable: true),
        SchemaField("full_address", .string(), required: true, nullable: true),
        SchemaField("google_maps_place_id", .string(), required: true, nullable: true),
        SchemaField("apple_maps_place_id", .string(), required: true, nullable: true),
        SchemaField("description", .string(), required: true, nullable: true),
    ])
}
