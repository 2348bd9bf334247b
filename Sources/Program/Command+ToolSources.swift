import Gateway
import Settings

extension Command {
    /// `plugins`, a word that says what to do, its operands, then options.
    static func plugins(_ rest: ArraySlice<String>) throws(ConfigurationErrors) -> Command {
        try toolSource(
            "plugins", rest, of: SettingTable.plugins, needs: "list, check PATH, or run PATH COMMAND [JSON]"
        ) { words, asJSON in
            let call: PluginsCall
            switch (words.first, words.count) {
            case ("list", 1): call = .list(json: asJSON)
            case ("check", 2): call = .check(path: words[1])
            case ("run", 3): call = .run(path: words[1], command: words[2], arguments: nil)
            case ("run", 4): call = .run(path: words[1], command: words[2], arguments: words[3])
            default: return nil
            }
            return { .plugins(call, flags: $0) }
        }
    }

    /// `upstreams`, the same for other MCP servers.
    static func upstreams(_ rest: ArraySlice<String>) throws(ConfigurationErrors) -> Command {
        try toolSource(
            "upstreams", rest, of: SettingTable.upstreamsCommand,
            needs: "list, check NAME, diff NAME, or approve NAME [DIGEST]"
        ) { words, asJSON in
            let call: UpstreamsCall
            switch (words.first, words.count) {
            case ("list", 1): call = .list(json: asJSON)
            case ("check", 2): call = .check(name: words[1])
            case ("diff", 2): call = .diff(name: words[1])
            case ("approve", 2): call = .approve(name: words[1], digest: nil)
            case ("approve", 3): call = .approve(name: words[1], digest: words[2])
            default: return nil
            }
            return { .upstreams(call, flags: $0) }
        }
    }

    /// A command that looks at tools from outside: words, then options; `list` takes `--json` as well.
    /// - Parameters:
    ///   - needs: its words, for whoever has given others.
    ///   - read: what words ask for; nil when they ask for nothing.
    private static func toolSource(
        _ name: String, _ rest: ArraySlice<String>, of rows: [SettingRow], needs: String,
        _ read: (_ words: [String], _ asJSON: Bool) -> (([Setting: String]) -> Command)?
    ) throws(ConfigurationErrors) -> Command {
        let words = Array(rest.prefix { !$0.hasPrefix("-") })
        let isList = words == ["list"]
        let options = rest.dropFirst(words.count).filter { !isList || $0 != "--json" }
        let topic = Help.Topic.command(name)
        let wanted = read(words, rest.contains("--json"))
        var isCalled = false
        let command = try flags(options[...], of: rows, topic: topic) { flags in
            isCalled = true
            return wanted?(flags) ?? .help(topic)
        }
        // Whoever asks for help has it, whatever the words are.
        if isCalled, wanted == nil {
            throw ConfigurationErrors(usage(name, "needs \(needs); see luma-mcp help \(name)"))
        }
        return command
    }
}
