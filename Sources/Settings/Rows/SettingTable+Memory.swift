extension SettingTable {
    package static let memory: [SettingRow] = [
        SettingRow(
            .dataDirectory, .path, note: "./data; memory with the built-in emulator and for luma-mcp mcp",
            placeholder: "DIR", group: .memory,
            "Directory for what must survive a restart; made for its owner only."),
        SettingRow(
            .idempotencyHours, .number(0.01...720), default: "24", placeholder: "HOURS", group: .memory,
            "How long the first answer to a request with an Idempotency-Key is kept."),
        SettingRow(
            .duplicateWindowSeconds, .number(0...86400), default: "0", placeholder: "SECONDS", group: .memory,
            "Refuse a create without a key that equals one within this time before it; 0 refuses none."),
        SettingRow(
            .settleSeconds, .number(0.1...3600), default: "60", placeholder: "SECONDS", group: .memory,
            "How long to look for the effect of a write whose response was lost before it counts as not done."),
    ]
}
