import Core
import Settings

/// What a command line says after the names of its command, read but not yet checked against what the options mean.
package struct CommandArguments: Sendable, Equatable {
    /// What is no option, in order.
    package var operands: [String] = []
    /// The values of each option by its name, in order.
    package var values: [String: [String]] = [:]

    package init() {}

    /// The value that an option was given; the first one when it was given several times, nil when it was not given.
    package func text(_ option: OptionRow) -> String? { values[option.name]?.first }
    /// All values that an option was given, in order.
    package func all(_ option: OptionRow) -> [String] { values[option.name] ?? [] }
    /// Whether an option was given.
    package func has(_ option: OptionRow) -> Bool { values[option.name] != nil }
}

/// Takes the arguments of one command in turn, by the rows of its options.
struct ArgumentReader {
    /// What the arguments turn out to be.
    enum Outcome { case arguments, help, version }

    /// The command as it is named in what is told of its arguments, such as `events list`.
    let command: String
    let rows: [OptionRow]
    private(set) var arguments = CommandArguments()
    private var rest: ArraySlice<String>
    private var problems: [ConfigurationError] = []

    init(_ command: String, _ rows: [OptionRow], _ arguments: ArraySlice<String>) {
        (self.command, self.rows, rest) = (command, rows, arguments)
    }

    /// Reads to the end, or to a word that asks for something else. What is wrong is kept for `finish`.
    mutating func read() -> Outcome {
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h": return .help
            case "--version": return .version
            case "--":
                arguments.operands += rest
                rest = []
            case "-": arguments.operands.append(argument)
            default: argument.hasPrefix("-") ? option(argument) : arguments.operands.append(argument)
            }
        }
        return .arguments
    }

    mutating func report(_ name: String, _ text: String) {
        problems.append(ConfigurationError(String(name.prefix(80)), text, from: .commandLine))
    }

    /// - Throws: all problems at once, with exit code 64.
    func finish() throws(ConfigurationErrors) {
        if let errors = ConfigurationErrors(problems) { throw errors }
    }

    private mutating func option(_ argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let row = rows.first(where: { $0.name == name || $0.short == name }) else {
            if parts.count == 1, refused(name) { return }
            return unknown(name, hasValue: parts.count == 2)
        }
        let text: String
        if parts.count == 2 {
            text = String(parts[1])
            if case .yes(let words) = row.value, !words.contains(text) {
                return report(name, words.isEmpty ? "takes no value" : "expected \(words.joined(separator: " or "))")
            }
        } else if row.standsAlone {
            text = "true"
        } else if let next = rest.first, !isOption(next) {
            text = rest.removeFirst()
        } else {
            // An option in the place of a value is one that was forgotten, unless it is said in one word. What the option
            // itself is set to may be nobody else's business.
            let way = rest.first.map { "; one that is an option's name is written \(name)=\($0.prefix { $0 != "=" })" }
            return report(name, "needs a value: \(row.placeholder)\(way ?? "")")
        }
        if case .words(let words) = row.value, !words.contains(text) {
            return report(name, Self.expectation(words, instead: text))
        }
        take(row, name, text)
    }

    private mutating func take(_ row: OptionRow, _ name: String, _ text: String) {
        if arguments.values[row.name] != nil, !row.repeats { return report(name, "is set twice") }
        arguments.values[row.name, default: []].append(text)
    }

    /// `--no-waitlist` says no to the option `--waitlist`, if that can be said.
    private mutating func refused(_ name: String) -> Bool {
        guard name.hasPrefix("--no-"), let row = rows.first(where: { $0.name == "--" + name.dropFirst(5) }),
            case .yes(let words) = row.value, words.contains("false")
        else { return false }
        take(row, name, "false")
        return true
    }

    private mutating func unknown(_ name: String, hasValue: Bool) {
        let known = rows.map(\.name) + ["--help", "--version"]
        let hint = NearestName.hint(
            OptionSynonyms.suggest(for: name, among: known), or: "; see luma-mcp help \(command)")
        report(
            ConfigurationError.word(name), "is not an option of \(command)\(hint)")
        if !hasValue, let next = rest.first, !next.hasPrefix("-") { rest.removeFirst() }
    }

    private static func expectation(_ words: [String], instead text: String) -> String {
        guard words.count > HelpText.maxChoices else {
            return words.count > 2
                ? "expected one of \(words.joined(separator: ", "))" : "expected \(words.joined(separator: " or "))"
        }
        let hint = NearestName.hint(for: text, among: words)
        return "expected one of \(words.count) known words" + hint
    }

    /// Whether a word is an option by its long name, or ends the options.
    private func isOption(_ word: String) -> Bool {
        let name = word.prefix { $0 != "=" }
        return ["--", "--help", "--version"].contains(word) || name.hasPrefix("--") && rows.contains { $0.name == name }
    }
}
