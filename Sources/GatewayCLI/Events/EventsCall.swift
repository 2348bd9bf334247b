import Core
import GatewayAPI
package import Settings

/// A command line of `luma-mcp events`, read but not yet checked against what the options mean.
public struct EventsCall: Sendable, Equatable {
    package let verb: EventsVerb
    /// What is no option: the id of an event, or a file.
    package var operands: [String] = []
    /// The values of each option by its name, in order.
    package var values: [String: [String]] = [:]

    package func text(_ option: OptionRow) -> String? { values[option.name]?.first }
    package func all(_ option: OptionRow) -> [String] { values[option.name] ?? [] }
    package func has(_ option: OptionRow) -> Bool { values[option.name] != nil }

    package enum Reading: Equatable {
        case call(EventsCall)
        case help(EventsVerb?)
        case version
    }

    /// Reads what follows `luma-mcp events`.
    /// - Throws: all problems at once, with exit code 64.
    package static func parse(_ arguments: ArraySlice<String>) throws(ConfigurationErrors) -> Reading {
        let names = EventsVerb.allCases.map(\.rawValue)
        guard let first = arguments.first else {
            throw problem("events", "needs to know what to do: \(names.joined(separator: ", "))")
        }
        switch first {
        case "--help", "-h", "help": return .help(arguments.dropFirst().first.flatMap(EventsVerb.init))
        case "--version": return .version
        default: break
        }
        guard let verb = EventsVerb(rawValue: first) else {
            let hint = NearestName.suggest(for: first, among: names).map { "did you mean \($0)?" }
            throw problem(
                "events \(ConfigurationError.word(first))", "is not a command; \(hint ?? "see luma-mcp help events")")
        }
        var reader = Reader(verb, arguments.dropFirst())
        return try reader.read()
    }

    private static func problem(_ name: String, _ text: String) -> ConfigurationErrors {
        ConfigurationErrors(ConfigurationError(String(name.prefix(80)), text, from: .commandLine))
    }

    /// Takes the arguments of one sub-command in turn.
    private struct Reader {
        var call: EventsCall
        let rows: [OptionRow]
        var rest: ArraySlice<String>
        var problems: [ConfigurationError] = []

        init(_ verb: EventsVerb, _ arguments: ArraySlice<String>) {
            call = EventsCall(verb: verb)
            rows = verb.options
            rest = arguments
        }

        mutating func read() throws(ConfigurationErrors) -> Reading {
            while let argument = rest.popFirst() {
                switch argument {
                case "--help", "-h": return .help(call.verb)
                case "--version": return .version
                case "--":
                    call.operands += rest
                    rest = []
                case "-": call.operands.append(argument)
                default: argument.hasPrefix("-") ? option(argument) : call.operands.append(argument)
                }
            }
            checkOperands()
            if let errors = ConfigurationErrors(problems) { throw errors }
            return .call(call)
        }

        private mutating func option(_ argument: String) {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard let row = rows.first(where: { $0.name == name || $0.short == name }) else {
                let known = rows.map(\.name) + ["--help", "--version"]
                let hint = OptionSynonyms.suggest(for: name, among: known).map { "; did you mean \($0)?" } ?? ""
                report(ConfigurationError.word(name), "is not an option of events \(call.verb.rawValue)\(hint)")
                if parts.count == 1, let next = rest.first, !next.hasPrefix("-") { rest.removeFirst() }
                return
            }
            let text: String
            if parts.count == 2 {
                text = String(parts[1])
                if case .yes(let words) = row.value, !words.contains(text) {
                    return report(
                        name, words.isEmpty ? "takes no value" : "expected \(words.joined(separator: " or "))")
                }
            } else if row.standsAlone {
                text = "true"
            } else if let next = rest.first, !isOption(next) {
                text = rest.removeFirst()
            } else {
                // An option in the place of a value is one that was forgotten, unless it is said in one word. What the option
                // itself is set to may be nobody else's business.
                let way = rest.first.map {
                    "; one that is an option's name is written \(name)=\($0.prefix { $0 != "=" })"
                }
                return report(name, "needs a value: \(row.placeholder)\(way ?? "")")
            }
            if case .words(let words) = row.value, !words.contains(text) {
                return report(name, "expected \(words.joined(separator: " or "))")
            }
            if call.values[row.name] != nil, !row.repeats { return report(name, "is given twice") }
            call.values[row.name, default: []].append(text)
        }

        /// Whether a word is an option by its long name, or ends the options.
        private func isOption(_ word: String) -> Bool {
            let name = word.prefix { $0 != "=" }
            return ["--", "--help", "--version"].contains(word)
                || name.hasPrefix("--") && rows.contains { $0.name == name }
        }

        private mutating func checkOperands() {
            let name = "events \(call.verb.rawValue)"
            if call.verb.row.takesID, call.operands.first?.isEmpty ?? true { report(name, "needs the id of an event") }
            if call.verb.row.takesFile, call.operands.isEmpty { report(name, "needs the name of a file") }
            let row = call.verb.row
            for extra in call.operands.dropFirst(row.takesID || row.takesFile || row.takesTemplate ? 1 : 0) {
                let isName = call.verb == .create && call.text(EventsOptions.name) == nil
                report(
                    "\"\(ConfigurationError.word(extra))\"",
                    "is one argument too many" + (isName ? "; did you mean --name?" : ""))
            }
        }

        private mutating func report(_ name: String, _ text: String) {
            problems.append(ConfigurationError(String(name.prefix(80)), text, from: .commandLine))
        }
    }
}
