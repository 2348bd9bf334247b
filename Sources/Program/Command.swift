import Core
public import Gateway
public import GatewayCLI
public import Settings

/// What the command line asks for.
public enum Command: Sendable, Equatable {
    /// Run the gateway, with the flags' texts by setting.
    case serve(flags: [Setting: String])
    /// Speak MCP on standard input and output, with the same settings and the tools of these toolsets.
    case mcp(flags: [Setting: String], toolsets: [String])
    /// Run the emulator of Luma on its own.
    case sandbox(flags: [Setting: String])
    /// Look at everything that the gateway needs, with the same settings, and say what to do.
    case doctor(flags: [Setting: String], json: Bool)
    /// Look at plugins, or run one, with the settings of plugins.
    case plugins(PluginsCall, flags: [Setting: String])
    /// Make, show, rotate or revoke API keys, with the settings of their store.
    case keys(KeysCall, flags: [Setting: String])
    /// Work with the events of a running gateway.
    case events(EventsCall)
    /// Pass one of Luma's operations on through a running gateway.
    case operation(OperationCall)
    case version
    case help(Help.Topic)
    /// Print what a shell needs to complete this program's arguments.
    case completion(Shell)
    /// Print what a shell may offer in one place, one a line: for the completions themselves.
    case completionList(CompletionList)
    /// Print the manual page.
    case man

    /// Look at the document of a service, or make one of an OpenAPI document, with the settings of forwarded services.
    case forwarders(ForwardersCall, flags: [Setting: String])

    /// Look at other MCP servers, or approve what one offers, with their settings.
    case upstreams(UpstreamsCall, flags: [Setting: String])

    /// Whether it calls a server: Luma, a gateway, or another one.
    var usesNetwork: Bool {
        switch self {
        case .serve, .mcp, .doctor, .events, .operation, .completionList, .upstreams: true
        case .sandbox, .plugins, .forwarders, .keys, .version, .help, .completion, .man: false
        }
    }

    /// Reads the arguments after the program's name. Values are taken as text here; the tables check them later.
    /// - Throws: all problems at once, with exit code 64.
    public static func parse(_ arguments: [String]) throws(ConfigurationErrors) -> Command {
        guard let first = arguments.first, !first.hasPrefix("-") else {
            return try flags(arguments[...], of: SettingTable.table, topic: .overview, Command.serve)
        }
        let rest = arguments.dropFirst()
        switch first {
        case "serve": return try flags(rest, of: SettingTable.table, topic: .command(first), Command.serve)
        case "mcp": return try mcp(rest)
        case "sandbox": return try flags(rest, of: SettingTable.sandboxTable, topic: .command(first), Command.sandbox)
        case "doctor":
            let asJSON = rest.contains("--json")
            let others = rest.filter { $0 != "--json" }
            return try flags(others[...], of: SettingTable.table, topic: .command(first)) {
                .doctor(flags: $0, json: asJSON)
            }
        case "plugins": return try plugins(rest)
        case "keys": return try keys(rest)
        case "forwarders": return try forwarders(rest)
        case "upstreams": return try upstreams(rest)
        case "version", "man", "completion", "help":
            if let last = rest.last, ["--help", "-h"].contains(last) { return .help(.command(first)) }
            return try text(first, rest)
        default:
            if let family = CommandFamily.named(first) { return try command(of: family, rest) }
            let hint = NearestName.hint(
                for: first, among: CommandRow.table.map(\.name), or: "; see luma-mcp help")
            throw ConfigurationErrors(usage(ConfigurationError.word(first), "is not a command\(hint)"))
        }
    }

    /// A command of a family.
    private static func command(
        of family: CommandFamily, _ rest: ArraySlice<String>
    ) throws(ConfigurationErrors) -> Command {
        switch try family.read(rest) {
        case .events(let call): .events(call)
        case .operation(let call): .operation(call)
        case .help(let verb): .help(.family(family.name, verb))
        case .version: .version
        }
    }

    /// The option of `mcp` that is no setting.
    static let toolsetOption = OptionRow(
        "--toolset", .free, "NAMES",
        "Offer only the tools of these toolsets from LUMA_TOOLSETS, comma-separated.")

    /// `mcp` with its options.
    private static func mcp(_ rest: ArraySlice<String>) throws(ConfigurationErrors) -> Command {
        let name = toolsetOption.name
        var toolsets: [String]?
        var others: [String] = []
        var rest = rest
        while let argument = rest.popFirst() {
            guard argument == name || argument.hasPrefix(name + "=") else {
                others.append(argument)
                continue
            }
            guard toolsets == nil else { throw ConfigurationErrors(usage(name, "is set twice")) }
            let value = argument == name ? rest.popFirst() ?? "" : String(argument.dropFirst(name.count + 1))
            toolsets = value.split(separator: ",").map { String($0).trimmingBlanks }.filter { !$0.isEmpty }
            guard toolsets?.isEmpty == false, !value.hasPrefix("--") else {
                throw ConfigurationErrors(usage(name, "needs a value: comma-separated names of toolsets"))
            }
        }
        return try flags(others[...], of: SettingTable.table, topic: .command("mcp")) {
            .mcp(flags: $0, toolsets: toolsets ?? [])
        }
    }

    /// A command that only prints.
    private static func text(_ name: String, _ rest: ArraySlice<String>) throws(ConfigurationErrors) -> Command {
        switch name {
        case "version":
            try refuse(rest)
            return .version
        case "man":
            try refuse(rest)
            return .man
        case "completion":
            if rest.first == "list", let list = rest.dropFirst().first.flatMap(CompletionList.init), rest.count == 2 {
                return .completionList(list)
            }
            try refuse(rest.dropFirst())
            guard let shell = rest.first.flatMap(Shell.init) else {
                let known = Shell.allCases.map(\.rawValue).joined(separator: ", ")
                throw ConfigurationErrors(usage("completion", "needs the name of a shell: \(known)"))
            }
            return .completion(shell)
        default:
            guard let name = rest.first else { return .help(.overview) }
            if let family = CommandFamily.named(name) {
                try refuse(rest.dropFirst(2))
                return .help(.family(name, try verb(rest.dropFirst().first, of: family)))
            }
            guard let row = CommandRow.named(name) else {
                throw ConfigurationErrors(
                    usage(ConfigurationError.word(name), "is not a command; see luma-mcp help"))
            }
            // What one of its words does, such as plugins check, stands on the page of the command.
            try refuse(rest.dropFirst(rest.dropFirst().first.map(row.words.contains) == true ? 2 : 1))
            return .help(.command(name))
        }
    }

    /// The command of a family that help is wanted on; nil for all.
    private static func verb(_ name: String?, of family: CommandFamily) throws(ConfigurationErrors) -> String? {
        guard let name else { return nil }
        guard family.verb(name) != nil else {
            throw ConfigurationErrors(
                usage(
                    "\(family.name) \(ConfigurationError.word(name))",
                    "is not a command; see luma-mcp help \(family.name)"))
        }
        return name
    }

    static func usage(_ name: String, _ problem: String) -> ConfigurationError {
        ConfigurationError(name, problem, from: .commandLine)
    }

    private static func refuse(_ rest: ArraySlice<String>) throws(ConfigurationErrors) {
        if let errors = ConfigurationErrors(
            rest.map { usage(ConfigurationError.word($0), "is an unexpected argument") })
        {
            throw errors
        }
    }

    static func flags(
        _ arguments: ArraySlice<String>, of table: [SettingRow], topic: Help.Topic,
        _ make: ([Setting: String]) -> Command
    ) throws(ConfigurationErrors) -> Command {
        var found: [Setting: String] = [:]
        var problems: [ConfigurationError] = []
        var rest = arguments
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h": return .help(topic)
            case "--version": return .version
            default: break
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard name.hasPrefix("--") else {
                // Its text is not shown: it may be a key that lost its option.
                problems.append(usage("argument \(rest.startIndex)", "is not an option; options start with --"))
                continue
            }
            guard let row = table.first(where: { $0.setting.flag == name }) else {
                problems.append(unknown(name, among: table.map(\.setting.flag) + ["--help", "--version"], topic))
                // Its value, if that is what follows, would only be a second complaint about the same mistake.
                if parts.count == 1, let next = rest.first, !next.hasPrefix("-") { rest.removeFirst() }
                continue
            }
            let text: String
            if parts.count == 2 {
                text = String(parts[1])
            } else if row.kind.standsAlone {
                text = "true"
                if let next = rest.first, row.kind.parse(next) != nil {
                    rest.removeFirst()
                    problems.append(usage(name, "takes its value after =, as in \(name)=\(next)"))
                }
            } else if let next = rest.first, !next.hasPrefix("--") {
                text = rest.removeFirst()
            } else {
                problems.append(usage(name, "needs a value: \(row.kind.expectation)"))
                continue
            }
            if found.updateValue(text, forKey: row.setting) != nil {
                problems.append(usage(name, "is set twice"))
            }
        }
        if let errors = ConfigurationErrors(problems) { throw errors }
        return make(found)
    }

    /// What there is instead of an option that does not exist: the name that was probably meant, else the page that has all.
    static func unknown(_ name: String, among known: [String], _ topic: Help.Topic) -> ConfigurationError {
        let hint = NearestName.hint(for: name, among: known, or: "; see \(topic.call)")
        return usage(ConfigurationError.word(name), "is not an option\(hint)")
    }
}
