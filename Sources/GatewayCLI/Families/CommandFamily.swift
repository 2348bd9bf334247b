import Core
package import Settings

/// A command that has commands of its own, all of them against a running gateway.
package struct CommandFamily: Sendable {
    /// The word after the program's name.
    package let name: String
    /// What it does, in a few words that begin with a verb.
    package let summary: String
    /// What it is, for the first line of its page.
    package let title: String
    /// Its commands, in the order of the documents.
    package let verbs: [VerbRow]
    /// Command lines for its page, each with what it does.
    package let examples: [(line: String, does: String)]

    static let eventsName = "events"

    /// `luma-mcp events`: written by hand, with those commands of the same noun that are made from rows.
    package static let events = CommandFamily(
        name: eventsName, summary: "list, create, change, export, import events",
        title: "your calendar from the command line, through a running gateway",
        verbs: EventsVerb.allCases.map(VerbRow.init) + OperationVerb.verbs(of: eventsName).map(\.row),
        examples: [EventsVerb.list, .create, .cancel].compactMap { $0.row.examples.first })

    /// All families: events, then the nouns of the operations that are passed on, in the order of their table.
    package static let all: [CommandFamily] =
        [events] + OperationVerb.nouns.filter { $0 != events.name }.map { CommandFamily(noun: $0) }

    /// The family of a command; nil for a command that has none.
    package static func named(_ name: String) -> CommandFamily? { all.first { $0.name == name } }

    /// The row of one of its commands; nil for a name that is none.
    package func verb(_ name: String) -> VerbRow? { verbs.first { $0.name == name } }
}

extension CommandFamily {
    /// A family that is made from rows alone.
    private init(noun: String) {
        let verbs = OperationVerb.verbs(of: noun).map(\.row)
        let things = noun.replacing("-", with: " ")
        let all = "work with \(things): \(verbs.map(\.name).joined(separator: ", "))"
        // One line of the help, beside the name.
        let summary = all.count <= 48 ? all : "work with \(things)"
        self.init(
            name: noun, summary: summary, title: "work with \(things), through a running gateway", verbs: verbs,
            examples: verbs.prefix(3).compactMap(\.examples.first))
    }
}

extension CommandFamily {
    /// What a command line of a family asks for.
    package enum Reading: Equatable {
        case events(EventsCall)
        case operation(OperationCall)
        /// The page of one of its commands; nil for that of the family.
        case help(String?)
        case version
    }

    /// What follows the name of the family.
    enum Beginning: Equatable {
        case verb(String)
        case help(String?)
        case version
    }

    /// Reads what follows the name of the family.
    /// - Throws: all problems at once, with exit code 64.
    package func read(_ arguments: ArraySlice<String>) throws(ConfigurationErrors) -> Reading {
        switch try begin(arguments) {
        case .help(let verb): return .help(verb)
        case .version: return .version
        case .verb(let verb):
            if let found = OperationVerb.verbs(of: name).first(where: { $0.name == verb }) {
                return try OperationCall.parse(found, arguments.dropFirst())
            }
        }
        switch try EventsCall.parse(arguments) {
        case .call(let call): return .events(call)
        case .help(let verb): return .help(verb?.rawValue)
        case .version: return .version
        }
    }

    /// Reads the first word.
    func begin(_ arguments: ArraySlice<String>) throws(ConfigurationErrors) -> Beginning {
        guard let first = arguments.first else {
            let names = verbs.map(\.name).joined(separator: ", ")
            throw Self.problem(name, "needs a command: \(names)")
        }
        switch first {
        case "--help", "-h", "help":
            let wanted = arguments.dropFirst().first
            return .help(wanted.flatMap { verb($0) }?.name)
        case "--version": return .version
        default:
            guard verb(first) != nil else { throw unknown(first) }
            return .verb(first)
        }
    }

    /// A word in the place of a command that is none.
    func unknown(_ word: String) -> ConfigurationErrors {
        let hint = NearestName.hint(for: word, among: verbs.map(\.name), or: "; see luma-mcp help \(name)")
        return Self.problem(
            "\(name) \(ConfigurationError.word(word))", "is not a command\(hint)")
    }

    private static func problem(_ name: String, _ text: String) -> ConfigurationErrors {
        ConfigurationErrors(ConfigurationError(String(name.prefix(80)), text, from: .commandLine))
    }
}

/// One command of a family as data: help, manual page and completions read the same rows.
package struct VerbRow: Sendable {
    /// The word after the family's name.
    package let name: String
    /// What follows the name in the help.
    package let arguments: String
    /// What it does, in a few words.
    package let summary: String
    /// Its own options.
    package let own: [OptionRow]
    /// What a person may want to know before the first use.
    package var notes = ""
    /// Command lines, each with what it does.
    package let examples: [(line: String, does: String)]
    /// What it needs besides options, by the names in the help.
    package var operands: [String] = []
    /// What a shell can offer besides options.
    package var operand = OptionRow.Value.free
    /// How it may end.
    package let exits: [ExitStatus]

    /// Its own options, then those that all have.
    package var options: [OptionRow] { own + EventsOptions.common }
}

extension VerbRow {
    /// A command of `luma-mcp events`.
    init(_ verb: EventsVerb) {
        let row = verb.row
        self.init(
            name: verb.rawValue, arguments: row.arguments, summary: row.summary, own: row.options, notes: row.notes,
            examples: row.examples, operands: row.operands,
            operand: row.takesFile ? .file : row.takesID ? .event : row.takesTemplate ? .template : .free,
            exits: verb.exits)
    }
}

extension EventsVerb {
    /// How it may end.
    package var exits: [ExitStatus] {
        switch self {
        case .list, .get, .templates: ExitStatus.ofReads
        case .export: ExitStatus.allCases.filter { ![.undecided, .unknown].contains($0) }
        case .create, .update, .cancel: ExitStatus.ofWrites
        case .import: ExitStatus.allCases
        }
    }
}

extension ExitStatus {
    /// How a command may end that only reads.
    static let ofReads = allCases.filter { ![.undecided, .unknown, .cannotCreate].contains($0) }
    /// How a command may end that changes something.
    static let ofWrites = allCases.filter { $0 != .cannotCreate }

    /// As the pages of the help list it.
    var row: ExitRow { ExitRow(code: rawValue, meaning: meaning) }
}

/// The pages of the help of a family and of each of its commands, made from the rows.
package enum FamilyHelp {
    /// - Parameter verb: nil for the page of the family.
    package static func text(_ family: CommandFamily, _ verb: VerbRow?) -> String {
        verb.map { page($0, family) } ?? overview(family)
    }

    private static func overview(_ family: CommandFamily) -> String {
        var text = HelpText.lines("luma-mcp \(family.name): \(family.title).") + "\nUsage:\n"
        let lines = family.verbs.map { "  luma-mcp \(family.name) \($0.name)" }
        let column = max(28, (lines.map(\.count).max() ?? 0) + 1)
        for (line, verb) in zip(lines, family.verbs) {
            let gap = String(repeating: " ", count: column - line.count)
            let summary = verb.summary.wrapped(to: HelpText.width - column)
            text += line + gap + summary.joined(separator: "\n" + String(repeating: " ", count: column)) + "\n"
        }
        text += HelpText.paragraph(
            "luma-mcp \(family.name) COMMAND --help shows a command's options, with examples. Errors go to standard"
                + " error, and standard output is then empty. Colours are used on a terminal unless NO_COLOR is set."
                + " COLUMNS sets the width of a table. A value that looks like an option must be joined to its own:"
                + " --name=--all.")
        text += "\nOptions of all commands:\n" + HelpText.list(EventsOptions.common)
        text += "\nEnvironment:\n"
        text += "  LUMA_GATEWAY_URL=https://gateway.example.com\n      URL of the gateway.\n"
        text += "  LUMA_GATEWAY_TOKEN=@/home/me/.luma-token\n      Token, or a file that holds it (chmod 600).\n"
        text += "\nExit status:\n"
        let exits = ExitStatus.allCases.filter { status in family.verbs.contains { $0.exits.contains(status) } }
        text += HelpText.list(exits.map(\.row))
        return text + "\nExamples:\n" + HelpText.list(family.examples)
    }

    private static func page(_ verb: VerbRow, _ family: CommandFamily) -> String {
        let line = "luma-mcp \(family.name) \(verb.name)"
        let usage = "\(line) \(verb.arguments)".wrapped(to: HelpText.width - 6).joined(separator: "\n      ")
        var text = HelpText.lines("\(line): \(verb.summary).") + "\nUsage:\n  \(usage)\n"
        if !verb.notes.isEmpty { text += HelpText.paragraph(verb.notes) }
        if !verb.own.isEmpty { text += "\nOptions:\n" + HelpText.list(verb.own) }
        text += "\nOptions of all commands:\n" + HelpText.list(EventsOptions.common)
        text += "\nExamples:\n" + HelpText.list(verb.examples)
        return text + "\nExit status:\n" + HelpText.list(verb.exits.map(\.row))
    }
}
