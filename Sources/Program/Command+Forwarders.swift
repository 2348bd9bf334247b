import Core
import Gateway
import GatewayCLI
import Settings

extension Command {
    /// The options of `forwarders import`, as the help and the shells see them.
    static let importOptions: [OptionRow] = [
        OptionRow("--name", .free, "NAME", "With import: name of the service, with which its tools' names begin."),
        OptionRow(
            "--base", .free, "URL", "With import: base URL of the service; the document's own servers are not used."),
        OptionRow(
            "--include", .free, "PATTERN", repeats: true,
            "With import: only these operations, such as get_*; can be repeated."),
        OptionRow(
            "--exclude", .free, "PATTERN", repeats: true, "With import: leave out these operations; can be repeated."),
        OptionRow(
            "--output-schemas", .yes([]),
            "With import: include the schemas of results, which services do not always keep to."),
    ]

    /// `forwarders`, a word that says what to do, a file, then options.
    static func forwarders(_ rest: ArraySlice<String>) throws(ConfigurationErrors) -> Command {
        let words = Array(rest.prefix { !$0.hasPrefix("-") })
        let options = rest.dropFirst(words.count)
        let topic = Help.Topic.command("forwarders")
        if options.contains("--help") || options.contains("-h") { return .help(topic) }
        switch (words.first, words.count) {
        case ("check", 2):
            return try flags(options, of: SettingTable.forwarders, topic: topic) {
                .forwarders(.check(file: words[1]), flags: $0)
            }
        case ("import", 2):
            return .forwarders(.import(file: words[1], try wanted(options)), flags: [:])
        default:
            throw ConfigurationErrors(
                usage(
                    "forwarders",
                    "needs check FILE, or import FILE --name NAME --base URL; see luma-mcp help forwarders"
                ))
        }
    }

    private static func wanted(
        _ options: ArraySlice<String>
    ) throws(ConfigurationErrors) -> ForwardersCall.Import {
        var wanted = ForwardersCall.Import()
        var problems: [ConfigurationError] = []
        var rest = options
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard argument.hasPrefix("--") else {
                problems.append(usage("argument \(rest.startIndex)", "is not an option; options start with --"))
                continue
            }
            guard let row = importOptions.first(where: { $0.name == parts[0] }) else {
                problems.append(unknown(parts[0], among: importOptions.map(\.name), .command("forwarders")))
                // Its value would only be a second complaint about the same mistake.
                if parts.count == 1, let next = rest.first, !next.hasPrefix("-") { rest.removeFirst() }
                continue
            }
            if row.standsAlone {
                wanted.publishesResults = true
                continue
            }
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty else {
                problems.append(usage(row.name, "needs a value"))
                continue
            }
            switch row.name {
            case "--name": wanted.name = value
            case "--base": wanted.base = value
            default:
                guard let pattern = NamePattern(value) else {
                    problems.append(usage(row.name, "must be a name, in which * stands for any characters"))
                    continue
                }
                if row.name == "--include" { wanted.include.append(pattern) } else { wanted.exclude.append(pattern) }
            }
        }
        if problems.isEmpty, wanted.name.isEmpty || wanted.base.isEmpty {
            problems.append(usage("forwarders import", "needs --name NAME and --base URL"))
        }
        if let errors = ConfigurationErrors(problems) { throw errors }
        return wanted
    }
}
