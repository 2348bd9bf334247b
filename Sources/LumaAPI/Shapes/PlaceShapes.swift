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
