extension Shapes {
    /// A calendar as answers carry it.
    public static let calendar: [SchemaField] =
        [
            SchemaField("id", .id(prefix: "cal-"), required: true),
            SchemaField("name", .string(), required: true),
            SchemaField("url", .string(), required: true),
            SchemaField("is_personal", .boolean, required: true),
            SchemaField("location", city, required: true, nullable: true),
            SchemaField("coordinate", coordinate, required: true, nullable: true),
        ]
        + [
            "slug", "avatar_url", "description", "social_image_url", "cover_image_url", "instagram_handle",
            "twitter_handle", "youtube_handle", "website",
        ].map { SchemaField($0, .string(), required: true, nullable: true) }
        + ["tint_color", "tiktok_handle", "linkedin_handle"].map { SchemaField($0, .string(), nullable: true) }

    /// What a slug stands for.
    static let entity: Schema = .variants(
        discriminator: "type",
        [
            "calendar": [
                SchemaField(
                    "calendar",
                    .object([
                        SchemaField("id", .id(prefix: "cal-"), required: true),
                        SchemaField("api_id", .id(prefix: "cal-"), required: true),
                        SchemaField("name", .string(), required: true),
                        SchemaField("slug", .string(), required: true, nullable: true),
                        SchemaField("avatar_url", .string(), nullable: true),
                    ]), required: true)
            ],
            "event": [
                SchemaField(
                    "event",
                    .object([
                        SchemaField("id", .id(prefix: "evt-"), required: true),
                        SchemaField("api_id", .id(prefix: "evt-"), required: true),
                        SchemaField("name", .string(), required: true),
                        SchemaField("slug", .string(), required: true),
                        SchemaField("cover_url", .string(), required: true),
                        SchemaField("start_at", .dateTime, required: true),
                        SchemaField("end_at", .dateTime, required: true),
                    ]), required: true)
            ],
        ])

    private static let city: Schema = .object([
        SchemaField("city", .string(), required: true),
        SchemaField("region", .string(), required: true, nullable: true),
        SchemaField("country", .string(), required: true, nullable: true),
        SchemaField("country_code", .string(), required: true, nullable: true),
        SchemaField("timezone", .timeZone, required: true),
    ])
}
