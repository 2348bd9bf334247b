extension Shapes {
    /// What an event is created from.
    public static let eventInput: [SchemaField] = .fields(
        .required("name", .string()), .required("start_at", .dateTime), .required("timezone", .timeZone), eventOptions,
        .optional(
            "ticket_types", .array(of: .object(ticketTypeInput)),
            note: "Replaces the free ticket type that an event otherwise starts with."),
        .optional("create_meeting", .any, note: "Its shape is not published."))

    /// What may change of an event: an absent member stays, null clears where it is allowed.
    public static let eventChange: [SchemaField] = .fields(
        .id(of: .event), .optional("name", .string()), .optional("start_at", .dateTime),
        .optional("timezone", .timeZone), eventOptions,
        .optional("suppress_notifications", .boolean, note: "No notice to guests of a new name, time or location."),
        .optional("suppress_email", .boolean, note: "No e-mail to guests."))

    private static let eventOptions: [SchemaField] = .fields(
        .optional("end_at", .dateTime),
        .optional("description_md", .string(), note: "Markdown; images only from Luma's image host."),
        .optional(
            "cover_url", .url(prefixes: ["https://images.lumacdn.com/"]), note: "An image that was uploaded first."),
        .optional("slug", .string(length: 3...50), note: "The last part of the event's address; fails if taken."),
        .optional("visibility", visibility),
        .optional("meeting_url", .string()),
        .optional("geo_address_json", geoAddressInput),
        .optional("coordinate", coordinate),
        .optional("location_visibility", locationVisibility),
        .optional(
            "max_capacity", exactInteger, nullable: true,
            note: "Registration closes, or the waitlist starts, when it is reached; null for no limit."),
        .optional("can_register_for_multiple_tickets", .boolean, note: "Each ticket then counts."),
        .optional("registration_open", .boolean),
        .optional("waitlist_status", waitlistStatus),
        .optional("name_requirement", .enumeration(["full-name", "first-last"])),
        .optional("phone_number_requirement", .enumeration(["optional", "required"]), nullable: true),
        .optional("registration_questions", .array(of: registrationQuestion), note: "Replaces the whole list."),
        .optional("reminders_disabled", .boolean),
        .optional("feedback_email", feedbackEmail, note: "A new event takes the calendar's setting."),
        .optional("show_guest_list", .boolean, note: "Approved guests see who else comes."),
        .optional("tint_color", .string(), note: "Hex colour such as #bb2dc7; its alpha is dropped."),
        .optional("theme", .enumeration(themes)),
        .optional("font", .enumeration(fonts)))

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
            "company": .fields(
                questionBase, .optional("collect_job_title", .boolean, nullable: true),
                .optional("job_title_label", .string(), nullable: true)),
            "dropdown": .fields(questionBase, options),
            "github": questionBase,
            "instagram": questionBase,
            "linkedin": questionBase,
            "long-text": questionBase,
            "multi-select": .fields(questionBase, options),
            "phone-number": questionBase,
            "telegram": questionBase,
            "terms": .fields(questionBase, .required("terms", terms)),
            "text": questionBase,
            "twitter": questionBase,
            "url": questionBase,
            "youtube": questionBase,
        ])

    private static let questionBase: [SchemaField] = .fields(
        .required("id", "label", as: .string()), .required("required", .boolean))

    private static let options: [SchemaField] = .required("options", .array(of: .string(), count: 0...250))

    private static let terms: Schema = .variants(
        discriminator: "content_type",
        [
            "text": .fields(
                .required("content_md", .string(), note: "Markdown."),
                .required("collect_signature", .boolean),
                .optional("require_review", .boolean, note: "Guests must open the terms before they accept.")),
            "link": .fields(.required("url", .url(prefixes: [])), .required("collect_signature", .boolean)),
        ])
}
