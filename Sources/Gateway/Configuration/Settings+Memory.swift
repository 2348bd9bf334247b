extension Settings {
    static let memory: [SettingRow] = [
        SettingRow(
            .dataDirectory, .path, note: "./data; memory with the built-in emulator and for luma-mcp mcp",
            placeholder: "DIR", group: .memory,
            "Directory for what must survive a restart; made for its owner only.")
    ]
}
