import GatewayAPI

/// A command that this client takes, as a row of the surfaces writes it.
///
/// Made without the options and the pages of the commands, so that a server looks at it when it starts and keeps nothing.
struct ServedCommand: Sendable, Equatable {
    let noun: String
    let name: String
    /// As the help calls them, such as `EVENT`.
    let operands: [String]
    /// It is written by hand, not derived from a row.
    let isHandmade: Bool
    /// It may ask, and `--yes` stands for the answer.
    let asks: Bool

    init(_ noun: String, _ name: String, _ operands: [String] = [], isHandmade: Bool = false, asks: Bool = false) {
        (self.noun, self.name, self.operands) = (noun, name, operands)
        (self.isHandmade, self.asks) = (isHandmade, asks)
    }

    /// The command that is derived from a row; nil when the row has none, or one that is written by hand.
    init?(_ surface: Surface) {
        let words = (surface.command ?? "").split(separator: " ").map(String.init)
        guard words.count >= 2, surface.isDerived(.command) else { return nil }
        self.init(
            words[0], words[1], words.filter { $0.allSatisfy(\.isUppercase) }, asks: surface.needsConfirmation)
    }

    /// `guests list`.
    var title: String { "\(noun) \(name)" }
    /// `guests list EVENT`.
    var text: String { ([noun, name] + operands).joined(separator: " ") }

    /// All of them, those that are derived from rows last.
    static func all(of table: [Surface]) -> [ServedCommand] {
        EventsVerb.allCases.map { verb in
            let row = verb.row
            return ServedCommand(
                CommandFamily.eventsName, verb.rawValue, row.operands, isHandmade: true,
                asks: row.options.contains { $0.name == EventsOptions.yes.name })
        } + table.compactMap { ServedCommand($0) }
    }
}

extension EventsVerb.Row {
    /// What it needs besides options, by the names in the help.
    var operands: [String] { takesID ? ["ID"] : takesFile ? ["FILE"] : [] }
}

extension Surfaces {
    /// The second word that is no command of a family, but asks for its page.
    private static let wordForHelp = "help"

    /// What is wrong with rows beside the commands that there are: each is served as its row writes it, once, by hand exactly
    /// when its row says so, and asks when its row does.
    /// - Parameter others: the program's commands that have no commands of their own; they are looked for first.
    static func problems(
        of table: [Surface], commands: [ServedCommand], beside others: [String]
    ) -> [String] {
        table.compactMap { surface -> String? in
            guard let text = surface.command else { return nil }
            let title = text.split(separator: " ").prefix(2).joined(separator: " ")
            let found = commands.filter { $0.title == title }
            guard let command = found.first else { return "nobody serves the command \(text)" }
            if found.count > 1 { return "the command \(title) is served twice" }
            if command.isHandmade != surface.handmade.contains(.command) {
                return "the command \(title) is \(command.isHandmade ? "" : "not ")written by hand"
            }
            if command.text != text { return "the command \(text) is served as \(command.text)" }
            if surface.needsConfirmation, !command.asks { return "the command \(text) asks nobody" }
            guard others.contains(command.noun) || command.name == wordForHelp else { return nil }
            return "the command \(text) is hidden by another"
        }
    }
}

extension CommandFamily {
    /// What is wrong with the commands that the table of surfaces promises. The program does not start with such a table.
    /// - Parameter others: the program's commands that have no commands of their own.
    package static func problems(beside others: [String]) -> [String] {
        Surfaces.problems(of: Surfaces.all, commands: ServedCommand.all(of: Surfaces.all), beside: others)
    }
}
