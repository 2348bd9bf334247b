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
