import Core
import Gateway
import GatewayCLI
import Settings

extension Command {
    /// The options of `keys`, as the help and the shells see them.
    static let keyOptions: [OptionRow] = [
        OptionRow("--admin", .yes([]), "With create: a key that may do everything, also make others."),
        OptionRow("--owner", .free, "NAME", "With create: a person, a team or a program; with list: only its keys."),
        OptionRow("--name", .free, "TEXT", "With create: what people call it."),
        OptionRow("--key-id", .free, "ID", "With create: its id in paths and in the log; drawn by default."),
        OptionRow(
            "--permissions", .free, "LIST",
            "With create: scopes such as events:read, or read and write for sets of them; read by default."),
        OptionRow("--expiry-days", .free, "N", "With create: days until it expires, or never; 365 by default."),
        OptionRow("--rate-limit", .free, "LIST", "With create: requests such as 5/second,100/minute."),
        OptionRow("--daily-quota", .free, "N", "With create: requests within a day, counted in UTC."),
        OptionRow("--max-concurrent", .free, "N", "With create: requests in progress."),
        OptionRow("--allowed-ips", .free, "LIST", "With create: addresses and ranges such as 192.0.2.0/24."),
        OptionRow("--tools", .free, "LIST", "With create: names and patterns of the tools that it may call."),
        OptionRow("--note", .free, "TEXT", "With create: for people."),
        OptionRow(
            "--grace-seconds", .free, "N",
            "With rotate: how long the secret before stays valid once the new one is used; 86400 by default."),
        OptionRow("--json", .yes([]), "With list: print one JSON document, for scripts."),
    ]

    private static let standingAlone: Set<String> = ["--admin", "--json"]

    /// `keys`, a word that says what to do, the id of a key, then options.
    static func keys(_ rest: ArraySlice<String>) throws(ConfigurationErrors) -> Command {
        let words = Array(rest.prefix { !$0.hasPrefix("-") })
        let topic = Help.Topic.command("keys")
        var given: [String: String] = [:]
        var others: [String] = []
        var options = rest.dropFirst(words.count)
        while let argument = options.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let row = keyOptions.first(where: { $0.name == parts[0] }) else {
                others.append(argument)
                continue
            }
            guard given[row.name] == nil else { throw ConfigurationErrors(usage(row.name, "is set twice")) }
            if standingAlone.contains(row.name) {
                // Else `--admin=false` would make a key that may do everything.
                guard parts.count == 1 else { throw ConfigurationErrors(usage(row.name, "takes no value")) }
                given[row.name] = ""
                continue
            }
            guard let value = parts.count == 2 ? parts[1] : options.popFirst(), !value.isEmpty else {
                throw ConfigurationErrors(usage(row.name, "needs a value"))
            }
            given[row.name] = value
        }
        let call = call(words, given)
        var isCalled = false
        let command = try flags(others[...], of: SettingTable.keysCommand, topic: topic) { flags in
            isCalled = true
            return call.map { .keys($0, flags: flags) } ?? .help(topic)
        }
        // Whoever asks for help has it, whatever the words are.
        if isCalled, call == nil {
            throw ConfigurationErrors(
                usage(
                    "keys",
                    "needs create, list, show ID, rotate ID or revoke ID, with the options of that; see luma-mcp help keys"
                ))
        }
        return command
    }

    private static func call(_ words: [String], _ given: [String: String]) -> KeysCall? {
        func takes(_ names: String...) -> Bool { given.keys.allSatisfy(names.contains) }
        switch (words.first, words.count) {
        case ("create", 1) where given["--grace-seconds"] == nil && given["--json"] == nil: return .create(given)
        case ("list", 1) where takes("--owner", "--json"):
            return .list(owner: given["--owner"], json: given["--json"] != nil)
        case ("show", 2) where takes(): return .show(id: words[1])
        case ("rotate", 2) where takes("--grace-seconds"):
            return .rotate(id: words[1], graceSeconds: given["--grace-seconds"])
        case ("revoke", 2) where takes(): return .revoke(id: words[1])
        default: return nil
        }
    }
}
