import Core

/// An argument without an option, as a help text shows it.
struct HelpPosition {
    var name: String
    var value: HelpValue
    var help = ""
    var isRequired: Bool

    /// Positions that one command may have.
    static let most = 64

    /// The positions of a page, in their order; one more than may be, when there are.
    static func all(of page: HelpPage) -> [HelpPosition] {
        var positions = page.isArgparse ? argparse(page) : click(page)
        // Choices have no name of their own.
        for index in positions.indices {
            let wanted = ToolNames.mapped(positions[index].name)
            var name = wanted
            var number = 1
            while positions[..<index].contains(where: { $0.name == name }) {
                number += 1
                name = wanted + String(number)
            }
            positions[index].name = name
        }
        return positions
    }

    private static func argparse(_ page: HelpPage) -> [HelpPosition] {
        var positions: [HelpPosition] = []
        let usage = page.usage + " "
        for section in page.sections where section.title == "positional arguments" {
            for entry in HelpPage.entries(of: section) {
                guard let text = entry.names.first, !text.hasPrefix("-"), positions.count <= most else { continue }
                let isMany = usage.contains("[\(text) ...]") || usage.contains(" \(text) \(text) ")
                let isNone = usage.contains("[\(text) [\(text) ...]]")
                let isOptional =
                    isNone || usage.contains("[\(text)]")
                    || usage.contains("[\(text) ...]") && !usage.contains(" \(text) [\(text) ...]")
                let choices = HelpValue.choices(text, ",")
                positions.append(
                    HelpPosition(
                        name: choices == nil ? spoken(text) : "value",
                        value: isMany || isNone ? .list(choices: choices) : choices.map { .choices($0) } ?? .text,
                        help: entry.help, isRequired: !isOptional))
            }
        }
        return positions
    }

    private static func click(_ page: HelpPage) -> [HelpPosition] {
        let words = HelpValue.words(page.usage)
        guard let start = words.firstIndex(of: "[OPTIONS]") else { return [] }
        let details = page.sections.filter { $0.title == "arguments" }.flatMap { HelpPage.entries(of: $0) }
        return words[(start + 1)...].prefix(most + 1).map { word in
            var position = self.position(word)
            guard let entry = details.first(where: { self.position(first(of: $0)).name == position.name }) else {
                return position
            }
            position.help = entry.help
            let rest =
                entry.names.count > 1 ? entry.names[1] : entry.names[0].drop { $0 != " " }.drop { $0 == " " } + ""
            let value = HelpValue(String(rest), isArgparse: false)
            if case .choices(let choices) = value {
                position.value = position.value == .list(choices: nil) ? .list(choices: choices) : value
            }
            return position
        }
    }

    /// The name of an entry, without what may stand behind it.
    private static func first(of entry: HelpPage.Entry) -> String { HelpValue.words(entry.names[0]).first ?? "" }

    /// `NAME`, `[NAME]`, `NAME...`, `[NAME]...`, `{a|b}`, `NAME:{a|b}` and `{name}`.
    private static func position(_ word: String) -> HelpPosition {
        let isMany = word.hasSuffix("...")
        let single = isMany ? String(word.dropLast(3)) : word
        let optional = HelpValue.unwrapped(single, "[", "]")
        let text = optional ?? single
        var name = text
        var choices: [String]?
        if let start = text.firstIndex(of: "{") {
            let braces = String(text[start...])
            if braces.contains("|") {
                choices = HelpValue.choices(braces, "|")
                name = start == text.startIndex ? "value" : String(text[..<start].filter { $0 != ":" })
            } else {
                name = HelpValue.unwrapped(braces, "{", "}") ?? text
            }
        }
        return HelpPosition(
            name: spoken(name),
            value: isMany ? .list(choices: choices) : choices.map { .choices($0) } ?? .text,
            isRequired: optional == nil)
    }

    /// A name that is all capitals was written so for the help.
    private static func spoken(_ name: String) -> String {
        name.contains(where: \.isLowercase) ? name : name.lowercased()
    }
}
