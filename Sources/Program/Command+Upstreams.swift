import Gateway
import Settings

extension Command {
    /// `upstreams`, a word that says what to do, its operands, then options.
    static func upstreams(_ rest: ArraySlice<String>) throws(ConfigurationErrors) -> Command {
        let words = Array(rest.prefix { !$0.hasPrefix("-") })
        let asJSON = rest.contains("--json")
        let call: UpstreamsCall? =
            switch (words.first, words.count) {
            case ("list", 1): .list(json: asJSON)
            case ("check", 2): .check(name: words[1])
            case ("diff", 2): .diff(name: words[1])
            case ("approve", 2): .approve(name: words[1], digest: nil)
            case ("approve", 3): .approve(name: words[1], digest: words[2])
            default: nil
            }
        var options = rest.dropFirst(words.count)
        if case .list = call { options = options.filter { $0 != "--json" }[...] }
        let read = try flags(options, of: SettingTable.upstreamsCommand, topic: .command("upstreams")) {
            .upstreams(call ?? .list(json: false), flags: $0)
        }
        guard call != nil || read == .help(.command("upstreams")) || read == .version else {
            throw ConfigurationErrors(
                usage(
                    "upstreams",
                    "needs list, check NAME, diff NAME, or approve NAME [DIGEST]; see luma-mcp help upstreams"))
        }
        return read
    }
}
