import Core
import GatewayAPI
package import Settings

/// A command line of `luma-mcp events`, read but not yet checked against what the options mean.
public struct EventsCall: Sendable, Equatable {
    package let verb: EventsVerb
    package var arguments: CommandArguments

    package init(verb: EventsVerb, _ arguments: CommandArguments = CommandArguments()) {
        (self.verb, self.arguments) = (verb, arguments)
    }

    /// What is no option: the id of an event, or a file.
    package var operands: [String] {
        get { arguments.operands }
        set { arguments.operands = newValue }
    }
    /// The values of each option by its name, in order.
    package var values: [String: [String]] { arguments.values }

    package func text(_ option: OptionRow) -> String? { arguments.text(option) }
    package func all(_ option: OptionRow) -> [String] { arguments.all(option) }
    package func has(_ option: OptionRow) -> Bool { arguments.has(option) }

    package enum Reading: Equatable {
        case call(EventsCall)
        case help(EventsVerb?)
        case version
    }

    /// Reads what follows `luma-mcp events`.
    /// - Throws: all problems at once, with exit code 64.
    package static func parse(_ arguments: ArraySlice<String>) throws(ConfigurationErrors) -> Reading {
        switch try CommandFamily.events.begin(arguments) {
        case .help(let name): return .help(name.flatMap(EventsVerb.init))
        case .version: return .version
        case .verb(let name):
            guard let verb = EventsVerb(rawValue: name) else { throw CommandFamily.events.unknown(name) }
            var reader = ArgumentReader("events \(name)", verb.options, arguments.dropFirst())
            switch reader.read() {
            case .help: return .help(verb)
            case .version: return .version
            case .arguments: break
            }
            let call = EventsCall(verb: verb, reader.arguments)
            call.checkOperands(&reader)
            try reader.finish()
            return .call(call)
        }
    }

    private func checkOperands(_ reader: inout ArgumentReader) {
        let row = verb.row
        if row.takesID, operands.first?.isEmpty ?? true { reader.report(reader.command, "needs the id of an event") }
        if row.takesFile, operands.isEmpty { reader.report(reader.command, "needs the name of a file") }
        for extra in operands.dropFirst(row.takesID || row.takesFile || row.takesTemplate ? 1 : 0) {
            let isName = verb == .create && text(EventsOptions.name) == nil
            reader.report(
                "\"\(ConfigurationError.word(extra))\"",
                "is one argument too many" + (isName ? "; did you mean --name?" : ""))
        }
    }
}
