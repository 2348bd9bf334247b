import Core

/// Reads what a plugin that knows no `--describe` says with `--help`, as argparse, click and typer write it.
///
/// It is asked with `COLUMNS=1000`, `LC_ALL=C.UTF-8`, `NO_COLOR=1` and `PYTHON_COLORS=0`; what is wrapped all the same is read, too.
public enum HelpText {
    /// Commands that are taken of one help text.
    public static let maxCommands = 16
    /// Octets of a help text that are read.
    public static let maxBytes = HelpPage.maxBytes

    /// A command that a help text lists.
    public struct Command: Sendable, Equatable {
        public let name: String
        /// Empty when it has none.
        public let description: String

        /// A command of this name.
        public init(_ name: String, _ description: String = "") {
            self.name = name
            self.description = description
        }
    }

    /// The description of a plugin by its help texts.
    /// - Parameters:
    ///   - main: what `--help` writes.
    ///   - help: what `COMMAND --help` writes; nil when it ends badly.
    public static func description(of main: String, help: (Command) -> String?) -> PluginDescription {
        let page = HelpPage(main)
        let (commands, refused) = self.commands(of: page)
        var output = PluginDescription()
        output.description = page.about.isEmpty ? nil : OutsideText.line(page.about, max: 4096)
        output.refused = refused
        for command in commands {
            do throws(RefusedDefinition) {
                guard let text = help(command) else {
                    throw RefusedDefinition(name: command.name, reason: "its --help fails")
                }
                output.commands.append(try self.command(command, help: text))
            } catch { output.refused.append(error) }
        }
        return output
    }

    /// The commands that a help text lists, and those that cannot be offered.
    public static func commands(in text: String) -> (offered: [Command], refused: [RefusedDefinition]) {
        commands(of: HelpPage(text))
    }

    private static func commands(of page: HelpPage) -> (offered: [Command], refused: [RefusedDefinition]) {
        var offered: [Command] = []
        var refused: [RefusedDefinition] = []
        var seen: Set<String> = []
        for command in HelpCommands.all(of: page) where seen.insert(command.name).inserted {
            let shown = OutsideText.line(command.name, max: ToolNames.maxBytes)
            if !ToolNames.isCommand(command.name) {
                refused.append(RefusedDefinition(name: shown, reason: "a command's name has letters, digits, _ and -"))
            } else if offered.count == maxCommands {
                refused.append(
                    RefusedDefinition(
                        name: shown,
                        reason:
                            "only the first \(maxCommands) commands of a help text are offered; support --describe for more"
                    ))
            } else {
                offered.append(command)
            }
        }
        return (offered, refused)
    }

    /// A command with the arguments that its own help shows.
    /// - Throws: why it cannot be offered.
    public static func command(_ command: Command, help text: String) throws(RefusedDefinition) -> PluginCommand {
        let page = HelpPage(text)
        func refused(_ reason: String) -> RefusedDefinition { RefusedDefinition(name: command.name, reason: reason) }
        guard !HelpCommands.hasCommands(page) else { throw refused("it has commands of its own") }
        var output = PluginCommand(command.name)
        var properties = JSONObject()
        var required: [JSON] = []
        for option in try options(of: page, command.name) where properties[option.name] == nil {
            properties[option.name] = schema(option.value, option.help)
            if option.isRequired { required.append(.string(option.name)) }
            output.parameters.append(
                PluginParameter(option.name, option: option.option, style: style(option)))
        }
        let positions = HelpPosition.all(of: page)
        guard positions.count <= HelpPosition.most else {
            throw refused("it has more than \(HelpPosition.most) arguments")
        }
        for position in positions {
            guard OutsideSchema.isArgumentName(position.name), properties[position.name] == nil else {
                throw refused("its argument \(Neutral.cited(Neutral.echo(position.name))) has no usable name")
            }
            properties[position.name] = schema(position.value, position.help)
            if position.isRequired { required.append(.string(position.name)) }
            output.parameters.append(PluginParameter(position.name, option: "", style: .position))
        }
        var schema: JSONObject = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { schema["required"] = .array(required) }
        do { output.input = try OutsideSchema.input(.object(schema)) } catch {
            throw refused("the schema of its arguments \(error.reason)")
        }
        let description = page.about.isEmpty ? command.description : page.about
        output.description = description.isEmpty ? nil : OutsideText.line(description, max: 4096)
        return output
    }

    // MARK: Options

    private static func options(of page: HelpPage, _ command: String) throws(RefusedDefinition) -> [HelpOption] {
        let usage = HelpUsage(page.usage)
        var options: [HelpOption] = []
        for section in page.sections where section.title != "examples" && section.title != "example" {
            for entry in HelpPage.entries(of: section) where entry.names[0].hasPrefix("-") {
                guard var option = HelpOption(entry, isArgparse: page.isArgparse) else {
                    if entry.isStarred || HelpOption.saysRequired(entry.help) {
                        throw RefusedDefinition(name: command, reason: "a required option of its help cannot be read")
                    }
                    continue
                }
                if option.isOfTheProgram { continue }
                if page.isArgparse {
                    // What the usage does not know stands in a text about it.
                    guard usage.knows(option.options) else { continue }
                    option.isRequired = usage.requires(option.options)
                }
                options.append(option)
            }
        }
        return options
    }

    private static func style(_ option: HelpOption) -> PluginParameter.Style {
        switch option.value {
        case .none: option.off.map { .pair(off: $0) } ?? .flag
        case .text, .choices: .value
        case .list: .list
        case .repeated: .repeated
        }
    }

    private static func schema(_ value: HelpValue, _ help: String) -> JSON {
        func text(_ choices: [String]?) -> JSONObject {
            var object: JSONObject = ["type": "string"]
            object["enum"] = choices.map { .array($0.map { .string($0) }) }
            return object
        }
        var schema: JSONObject =
            switch value {
            case .none: ["type": "boolean"]
            case .text: text(nil)
            case .choices(let choices): text(choices)
            case .list(let choices): ["type": "array", "items": .object(text(choices))]
            case .repeated: ["type": "array", "items": ["type": "string"]]
            }
        if !help.isEmpty { schema["description"] = .string(OutsideText.line(help, max: 1000)) }
        return .object(schema)
    }
}
