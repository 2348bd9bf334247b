/// Shapes that several operations share.
public enum Shapes {
    /// Longitude and latitude in degrees.
    public static let coordinate: Schema = .object(.required("longitude", "latitude", as: .number()))

    /// Currency codes: lower-case ISO 4217 and two tokens.
    public static let currency: Schema = .enumeration(currencyCodes)

    /// An integer that every reader of JSON takes as it is: at most 2⁵³ − 1, without its sign.
    static let exactInteger: Schema = .integer(-9_007_199_254_740_991...9_007_199_254_740_991)

    /// An amount in minor units of a currency that is given, not taken.
    static let cents: Schema = .number(0...9_007_199_254_740_991)

    /// A person that an answer names with an e-mail address: the key's owner, a host, an administrator.
    public static let person: [SchemaField] = .fields(
        .required("id", .id(prefix: "usr-")),
        .required("email", .string()),
        .required("name", "first_name", "last_name", as: .string(), nullable: true),
        .required("avatar_url", .string()))

    /// A label on an event.
    public static let tag: Schema = .object(
        .fields(.required("id", .id(prefix: "tag-")), .required("name", .string())))

    /// Query parameters of every operation that answers in pages.
    public static let paging: [SchemaField] = .fields(
        .optional("pagination_cursor", .string(), note: "The `next_cursor` of the page before."),
        .optional("pagination_limit", .number(), note: "How many entries to answer; Luma enforces its own maximum."))

    /// Query parameters of an operation whose list can be sorted by these columns.
    public static func sorting(by columns: [String]) -> [SchemaField] {
        .fields(
            .optional("sort_column", .enumeration(columns)),
            .optional("sort_direction", .enumeration(["asc", "desc", "asc nulls last", "desc nulls last"])))
    }

    /// The answer of an operation that answers in pages.
    public static func page(of entry: Schema) -> [SchemaField] {
        .fields(
            .required("entries", .array(of: entry)),
            .required("has_more", .boolean),
            .optional("next_cursor", .string(), note: "Absent on the last page."))
    }

    /// The answer of an operation that answers in pages, whose entries have these members.
    public static func page(of entry: [SchemaField]) -> [SchemaField] { page(of: .object(entry)) }

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
    public static let calendar: [SchemaField] = .fields(
        .required("id", .id(prefix: "cal-")),
        .required("name", "url", as: .string()),
        .required("is_personal", .boolean),
        .required("location", city, nullable: true),
        .required("coordinate", coordinate, nullable: true),
        .required(
            "slug", "avatar_url", "description", "social_image_url", "cover_image_url", "instagram_handle",
            "twitter_handle", "youtube_handle", "website", as: .string(), nullable: true),
        .optional("tint_color", "tiktok_handle", "linkedin_handle", as: .string(), nullable: true))

    /// What a slug stands for.
    static let entity: Schema = .variants(
        discriminator: "type",
        [
            "calendar": .required("calendar", .object(foundCalendar)),
            "event": .required("event", .object(foundEvent)),
        ])

    private static let foundCalendar: [SchemaField] = .fields(
        .required("id", "api_id", as: .id(prefix: "cal-")),
        .required("name", .string()),
        .required("slug", .string(), nullable: true),
        .optional("avatar_url", .string(), nullable: true))

    private static let foundEvent: [SchemaField] = .fields(
        .required("id", "api_id", as: .id(prefix: "evt-")),
        .required("name", "slug", "cover_url", as: .string()),
        .required("start_at", "end_at", as: .dateTime))

    private static let city: Schema = .object(
        .fields(
            .required("city", .string()),
            .required("region", "country", "country_code", as: .string(), nullable: true),
            .required("timezone", .timeZone)))
}
