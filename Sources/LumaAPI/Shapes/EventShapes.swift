extension Shapes {
    /// The event as `events/get` answers it.
    ///
    /// Members that Luma leaves out for an event that the key only views are optional.
    public static let event: [SchemaField] = .fields(
        .required("platform", .enumeration(["luma"])), eventCommon, eventManaged,
        .required("description", .string(), note: "Plain text."),
        .required("description_md", .string(), note: "Markdown."),
        .required("hosts", .array(of: .object(person))),
        .optional("guest_counts", guestCounts, note: "Guests and tickets by status."))

    /// One entry of `calendars/events/list`: an event on Luma, or one that is only announced there.
    public static let eventEntry: Schema = .variants(
        discriminator: "platform",
        [
            "luma": .fields(eventCommon, eventManaged, tags),
            "external": .fields(eventBase, .required("host", .string(), nullable: true), tags),
        ])

    private static let tags: [SchemaField] = .required("tags", .array(of: tag))

    /// What every event has, wherever it is managed.
    private static let eventBase: [SchemaField] = .fields(
        .required("id", .id(prefix: "evt-")),
        .id(of: .calendar),
        .required("name", .string()),
        .required("start_at", "end_at", as: .dateTime),
        .required("duration_interval", .duration),
        .required("created_at", .dateTime),
        .required("timezone", .timeZone),
        .required("url", .string()),
        .required("geo_address_json", geoAddress, nullable: true),
        .required("coordinate", coordinate, nullable: true))

    private static let eventCommon: [SchemaField] = .fields(
        eventBase,
        .required("user_id", .id(prefix: "usr-"), note: "Who created it."),
        .optional("access", .enumeration(["manage", "view"]), note: "What the key may do with it."),
        .required("cover_url", .string()),
        .required("visibility", visibility),
        .required("location_type", locationType),
        .required("location_visibility", locationVisibility),
        .required("waitlist_status", waitlistStatus),
        .optional("spots_remaining", .number(), nullable: true, note: "Null without a capacity; may lag."),
        .optional("display_price", displayPrice, nullable: true, note: "Null when free; may lag."))

    private static let eventManaged: [SchemaField] = .fields(
        .optional("meeting_url", .string(), nullable: true),
        .optional("registration_open", .boolean),
        .optional("require_approval", .boolean, note: "Read only: true when an available ticket type needs approval."),
        .optional("max_capacity", .number(), nullable: true),
        .optional("can_register_for_multiple_tickets", .boolean),
        .optional("registration_questions", .array(of: registrationQuestion)),
        .optional("feedback_email", feedbackEmail))

    private static let guestCounts: Schema = .object(
        .required(
            "approved", "pending_approval", "waitlist", "invited", "declined", "checked_in",
            as: .object(.required("guests", "tickets", as: .number()))))

    private static let locationType: Schema = .enumeration([
        "discord", "meet", "twitch", "twitter", "youtube", "zoom", "offline", "missing", "unknown",
    ])

    private static let displayPrice: Schema = .object(
        .fields(
            .required("amount", .number(), note: "Minor units, tax included."),
            .required("currency", currency),
            .required("is_flexible", .boolean)))

    static let visibility: Schema = .enumeration(["public", "members-only", "private"])
    static let locationVisibility: Schema = .enumeration(["public", "guests-only"])
    static let waitlistStatus: Schema = .enumeration(["disabled", "enabled"])

    static let feedbackEmail: Schema = .object(
        .fields(
            .required("enabled", .boolean),
            .optional("delay", .duration, note: "How long after the end; nothing means at once.")))
}

extension Shapes {
    /// Where an event is, as a request says it.
    public static let geoAddressInput: Schema = .variants(
        discriminator: "type",
        [
            "manual": .required("address", .string()),
            "google": .fields(
                .required("place_id", .string(), note: "Google Maps place id."),
                .optional("description", .string(), nullable: true)),
        ])

    /// Where an event is, as an answer says it.
    public static let geoAddress: Schema = .object(
        .fields(
            .required("address", .string()),
            .required(
                "city", "region", "country", "city_state", "full_address", "google_maps_place_id",
                "apple_maps_place_id", "description", as: .string(), nullable: true)))
}
