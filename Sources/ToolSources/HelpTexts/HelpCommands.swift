/// Finds the commands that a help text lists.
enum HelpCommands {
    private static let titles = ["commands", "available commands", "subcommands", "sub-commands"]
    private static let others = ["options", "arguments", "positional arguments", "optional arguments"]

    /// In the order of the text, as they are written.
    static func all(of page: HelpPage) -> [HelpText.Command] {
        if page.isArgparse {
            let found = argparse(page)
            if !found.isEmpty { return found }
        }
        return listed(page)
    }

    /// Whether the usage asks for a command.
    static func hasCommands(_ page: HelpPage) -> Bool {
        let words = page.usage.split(separator: " ")
        if page.isArgparse { return commandWord(words) != nil && !argparse(page).isEmpty }
        return words.last == "[ARGS]..." && words.dropLast().last == "COMMAND"
    }

    // MARK: argparse

    /// The word before `...`: a list in braces, or what its author wrote for it.
    private static func commandWord(_ words: [Substring]) -> Substring? {
        for (word, next) in zip(words, words.dropFirst()) where next == "..." && !"[(-".contains(word.first ?? "-") {
            return word
        }
        return nil
    }

    private static func argparse(_ page: HelpPage) -> [HelpText.Command] {
        guard let word = commandWord(page.usage.split(separator: " ")) else { return [] }
        var listed: [HelpText.Command] = []
        var aliases: Set<String> = []
        for section in page.sections {
            var isBelow = false
            for entry in HelpPage.entries(of: section) {
                let text = entry.names[0]
                // The line of all commands stands before them, and less deep.
                guard entry.indent > 2 else {
                    isBelow = text == word
                    continue
                }
                guard isBelow, let name = text.split(separator: " ").first else { continue }
                listed.append(HelpText.Command(String(name), entry.help))
                let rest = text.dropFirst(name.count).drop { $0 == " " }
                guard let inner = HelpValue.unwrapped(String(rest), "(", ")") else { continue }
                aliases.formUnion(inner.split(separator: ",").map { String($0.filter { $0 != " " }) })
            }
        }
        guard let inner = HelpValue.unwrapped(String(word), "{", "}") else { return listed }
        // The list is complete; a command without help stands nowhere else.
        return inner.split(separator: ",").map(String.init).filter { !aliases.contains($0) }.map { name in
            listed.first { $0.name == name } ?? HelpText.Command(name)
        }
    }

    // MARK: Sections

    private static func listed(_ page: HelpPage) -> [HelpText.Command] {
        let isClick = page.usage.contains("COMMAND [ARGS]...")
        var commands: [HelpText.Command] = []
        for section in page.sections {
            // typer may part commands into frames with titles of their own.
            guard titles.contains(section.title) || isClick && section.isFramed && !others.contains(section.title)
            else {
                continue
            }
            var part = section
            if !section.isFramed {
                let rows = section.rows.drop { $0.cells.isEmpty }
                part.rows = Array(rows.prefix { !$0.cells.isEmpty })
            }
            let entries = HelpPage.entries(of: part)
            for entry in entries where entry.indent == entries[0].indent {
                let word = entry.names[0].split(separator: " ").first ?? ""
                let name = word.hasSuffix(":") || word.hasSuffix(",") ? word.dropLast() : word
                guard !name.hasPrefix("-"), name != "help" else { continue }
                commands.append(HelpText.Command(String(name), entry.help))
            }
        }
        return commands
    }
}

/// What argparse's usage says of options: those within brackets may be left out.
struct HelpUsage {
    private var known: Set<String> = []
    private var required: Set<String> = []

    init(_ usage: String) {
        var depth = 0
        for word in usage.split(separator: " ") {
            let opening = word.prefix { "[(".contains($0) }
            let option = word.drop { "[(|".contains($0) }.prefix { !"])|=".contains($0) }
            if option.hasPrefix("-"), option.count > 1 {
                known.insert(String(option))
                if depth == 0, opening.isEmpty { required.insert(String(option)) }
            }
            for character in word {
                if "[(".contains(character) { depth += 1 }
                if "])".contains(character) { depth = max(0, depth - 1) }
            }
        }
    }

    /// One of several spellings is there; in a usage without any option, all are.
    func knows(_ options: [String]) -> Bool { known.isEmpty || options.contains { known.contains($0) } }

    func requires(_ options: [String]) -> Bool { options.contains { required.contains($0) } }
}
