extension SettingTable {
    /// Those that `luma-mcp keys` takes.
    package static let keysCommand =
        keys.filter { [.keysSecret, .maxKeys].contains($0.setting) } + memory.filter { $0.setting == .dataDirectory }

    /// Those of API keys, and of the addresses that requests come from.
    static let keys: [SettingRow] = [
        SettingRow(
            .trustedProxies, .addressRanges, placeholder: "LIST", group: .access,
            "Addresses of proxies, such as 10.0.0.0/8, whose X-Forwarded-For names the client; of all others the field is ignored."
        ),
        SettingRow(
            .apiKeys, .boolean, default: "false", group: .keys,
            "Accept API keys besides LUMA_AUTH_TOKENS, and serve nobody without a credential."),
        SettingRow(
            .keysSecret, .secret, placeholder: "SECRET", group: .keys,
            "Secret of at least 16 characters for the digests of keys, the same on all gateways, or @file; several with commas "
                + "between, the current one first."),
        SettingRow(
            .keysStaleSeconds, .number(1...86400), default: "300", placeholder: "SECONDS", group: .keys,
            "How long known keys stay valid while the state cannot be read; after that they get 503."),
        SettingRow(
            .maxKeys, .integer(1...100_000), default: "10000", placeholder: "N", group: .keys,
            "Maximum number of keys that are not revoked."),
        SettingRow(
            .auditDays, .integer(1...3650), default: "400", placeholder: "DAYS", group: .keys,
            "How long revoked keys and the audit of changes are kept."),
    ]
}
