import Core
package import LumaAPI

/// What a client may say of a key. The rows check what is sent and document it.
package enum KeyFields {
    /// The longest life of a key in days, and that of one of which nobody says anything else.
    package static let days = 1...3650
    package static let usualDays = 365
    /// The highest quota and the highest number of requests at once.
    private static let quota = 1...1_000_000_000

    /// Of a new key.
    package static let new: [SchemaField] =
        [
            SchemaField(
                "key_id", .string(length: 1...64),
                note:
                    "Names it in paths and in the log: lower-case letters, digits, hyphens and underscores; drawn by default."
            ),
            SchemaField("owner", .string(length: 1...255), required: true, note: "A person, a team or a program."),
        ] + shared

    /// Of one that is there.
    package static let change: [SchemaField] =
        [
            SchemaField("owner", .string(length: 1...255), note: "A person, a team or a program."),
            SchemaField("enabled", .boolean, note: "False switches it off and loses nothing."),
        ] + shared

    /// Of another secret for one.
    package static let rotation: [SchemaField] = [
        SchemaField(
            "grace_seconds", .integer(0...604_800),
            note: "How long the secret before stays valid once the new one is used; 86400 by default.")
    ]

    private static let shared: [SchemaField] = [
        SchemaField("name", .string(length: 0...255), note: "What people call it."),
        SchemaField(
            "permissions", .array(of: .string(length: 1...64), count: 1...64),
            note: "Scopes such as `events:read`, or `read`, `write` and `*` for sets of them; `read` by default."),
        SchemaField(
            "expiry_days", .integer(days), nullable: true,
            note: "Days until it expires, \(usualDays) by default; null for never. Not with `expires_at`."),
        SchemaField("expires_at", .dateTime, nullable: true, note: "When it expires; null for never."),
        SchemaField(
            "rate_limit", .string(length: 1...128), nullable: true,
            note: "Requests within a second, a minute or an hour: `5/minute`, or several with commas between."),
        SchemaField(
            "daily_quota", .integer(quota), nullable: true, note: "Requests within a day, counted in UTC."),
        SchemaField("max_concurrent", .integer(quota), nullable: true, note: "Requests in progress."),
        SchemaField(
            "allowed_ips", .array(of: .string(length: 1...64), count: 1...100), nullable: true,
            note: "Addresses and ranges from which it may be used, such as `192.0.2.0/24`; null for all."),
        SchemaField(
            "tools", .array(of: .string(length: 1...128), count: 1...100), nullable: true,
            note: "Names and patterns of the tools that it may call, those with `!` in front denied; null for all."),
        SchemaField("note", .string(length: 0...1000), nullable: true, note: "For people."),
    ]
}

/// The query of the list of keys.
extension QueryRows {
    package static let keyLimit = QueryRow(
        "limit", .integer(1...100), default: 50, "Maximum number of keys in the response.")
    package static let keyOwner = QueryRow("owner", .string(), "Only keys of this owner.")
    package static let keyStatus = QueryRow(
        "status", .enumeration(["active", "expiring", "expired", "disabled", "revoked", "unused"]),
        "Only keys like this: `expiring` within 14 days, `unused` never or not for 90 days.")
    /// All of them.
    package static let keys = [keyLimit, cursor, keyOwner, keyStatus]
}
