/// Shapes that several operations share.
public enum Shapes {
    /// Longitude and latitude in degrees.
    public static let coordinate: Schema = .object([
        SchemaField("longitude", .number(), required: true),
        SchemaField("latitude", .number(), required: true),
    ])

    /// Currency codes: lower-case ISO 4217 and two tokens.
    public static let currency: Schema = .enumeration(currencyCodes)

    /// A person that an answer names with an e-mail address: the key's owner, a host, an administrator.
    public static let person: [SchemaField] = [
        SchemaField("id", .id(prefix: "usr-"), required: true),
        SchemaField("email", .string(), required: true),
        SchemaField("name", .string(), required: true, nullable: true),
        SchemaField("first_name", .string(), required: true, nullable: true),
        SchemaField("last_name", .string(), required: true, nullable: true),
        SchemaField("avatar_url", .string(), required: true),
    ]

    /// A label on an event.
    public static let tag: Schema = .object([
        SchemaField("id", .id(prefix: "tag-"), required: true),
        SchemaField("name", .string(), required: true),
    ])

    /// Query parameters of every operation that answers in pages.
    public static let paging: [SchemaField] = [
        SchemaField("pagination_cursor", .string(), note: "The `next_cursor` of the page before."),
        SchemaField("pagination_limit", .number(), note: "How many entries to answer; Luma enforces its own maximum."),
    ]

    /// The direction in which a sorted list runs.
    public static let sortDirection = SchemaField(
        "sort_direction", .enumeration(["asc", "desc", "asc nulls last", "desc nulls last"]))

    /// The answer of an operation that answers in pages.
    public static func page(of entry: Schema) -> [SchemaField] {
        [
            SchemaField("entries", .array(of: entry), required: true),
            SchemaField("has_more", .boolean, required: true),
            SchemaField("next_cursor", .string(), note: "Absent on the last page."),
        ]
    }

    private static let currencyCodes: [String] = """
        solana_sol solana_usdc aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp \
        byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel ghs gip gmd gnf gtq gyd \
        hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd \
        mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf \
        sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf \
        xcd xof xpf yer zar zmw
        """.split(separator: " ").map(String.init)
}

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
