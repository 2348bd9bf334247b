extension Shapes {
    /// What an event is created from.
    public static let eventInput: [SchemaField] =
        [
            SchemaField("name", .string(), required: true),
            SchemaField("start_at", .dateTime, required: true),
            SchemaField("timezone", .timeZone, required: true),
        ] + eventOptions + [
            SchemaField(
                "ticket_types", .array(of: .object(ticketTypeInput)),
                note: "Replaces the free ticket type that an event otherwise starts with."),
            SchemaField("create_meeting", .any, note: "Its shape is not published."),
        ]

    /// What may change of an event: an absent member stays, null clears where it is allowed.
    public static let eventChange: [SchemaField] =
        [
            SchemaField("event_id", .id(prefix: "evt-"), required: true),
            SchemaField("name", .string()),
            SchemaField("start_at", .dateTime),
            SchemaField("timezone", .timeZone),
        ] + eventOptions + [
            SchemaField(
                "suppress_notifications", .boolean, note: "No notice to guests of a new name, time or location."),
            SchemaField("suppress_email", .boolean, note: "No e-mail to guests."),
        ]

    private static let eventOptions: [SchemaField] = [
        SchemaField("end_at", .dateTime),
        SchemaField("description_md", .string(), note: "Markdown; images only from Luma's image host."),
        SchemaField(
            "cover_url", .url(prefixes: ["https://images.lumacdn.com/"]), note: "An image that was uploaded first."),
        SchemaField("slug", .string(length: 3...50), note: "The last part of the event's address; fails if taken."),
        SchemaField("visibility", visibility),
        SchemaField("meeting_url", .string()),
        SchemaField("geo_address_json", geoAddressInput),
        SchemaField("coordinate", coordinate),
        SchemaField("location_visibility", locationVisibility),
        SchemaField(
            "max_capacity", .integer(-9_007_199_254_740_991...9_007_199_254_740_991), nullable: true,
            note: "Registration closes, or the waitlist starts, when it is reached; null for no limit."),
        SchemaField("can_register_for_multiple_tickets", .boolean, note: "Each ticket then counts."),
        SchemaField("registration_open", .boolean),
        SchemaField("waitlist_status", waitlistStatus),
        SchemaField("name_requirement", .enumeration(["full-name", "first-last"])),
        SchemaField("phone_number_requirement", .enumeration(["optional", "required"]), nullable: true),
        SchemaField(
            "registration_questions", .array(of: registrationQuestion), note: "Replaces the whole list."),
        SchemaField("reminders_disabled", .boolean),
        SchemaField("feedback_email", feedbackEmail, note: "A new event takes the calendar's setting."),
        SchemaField("show_guest_list", .boolean, note: "Approved guests see who else comes."),
        SchemaField("tint_color", .string(), note: "Hex colour such as #bb2dc7; its alpha is dropped."),
        SchemaField("theme", .enumeration(themes)),
        SchemaField("font", .enumeration(fonts)),
    ]

    private static let themes: [String] = """
        standard cross diamond falling-leaves fireworks floral grain-dark grain-light grid bats holiday-diwali \
        holiday-foliage holiday-hanukkah holiday-pie holiday-santa holiday-sweater holiday-turkey hypnotic life matrix \
        particles-bokeh particles-champagne plus iridescent-dark iridescent-light polkadot pool-dark pool-light snake \
        snow-dark snow-light space-war sunny-shades tamagotchi warp wave zigzag
        """.split(separator: " ").map(String.init)

    private static let fonts: [String] = """
        alternate alverata avant-garde beaufort blithe caslon degular departure factoria futura garamond geist-mono \
        google ivy-mode ivy-presto museo neuzeit new-spirit poster roc-grotesk snpro strenuous pearl
        """.split(separator: " ").map(String.init)
}

extension Shapes {
    /// A question that guests answer when they register.
    public static let registrationQuestion: Schema = .variants(
        discriminator: "question_type",
        [
            "agree-check": questionBase,
            "company": questionBase + [
                SchemaField("collect_job_title", .boolean, nullable: true),
                SchemaField("job_title_label", .string(), nullable: true),
            ],
            "dropdown": questionBase + [options],
            "github": questionBase,
            "instagram": questionBase,
            "linkedin": questionBase,
            "long-text": questionBase,
            "multi-select": questionBase + [options],
            "phone-number": questionBase,
            "telegram": questionBase,
            "terms": questionBase + [SchemaField("terms", terms, required: true)],
            "text": questionBase,
            "twitter": questionBase,
            "url": questionBase,
            "youtube": questionBase,
        ])

    private static let questionBase: [SchemaField] = [
        SchemaField("id", .string(), required: true),
        SchemaField("label", .string(), required: true),
        SchemaField("required", .boolean, required: true),
    ]

    private static let options = SchemaField("options", .array(of: .string(), count: 0...250), required: true)

    private static let terms: Schema = .variants(
        discriminator: "content_type",
        [
            "text": [
                SchemaField("content_md", .string(), required: true, note: "Markdown."),
                SchemaField("collect_signature", .boolean, required: true),
                SchemaField("require_review", .boolean, note: "Guests must open the terms before they accept."),
            ],
            "link": [
                SchemaField("url", .url(prefixes: []), required: true),
                SchemaField("collect_signature", .boolean, required: true),
            ],
        ])
}
