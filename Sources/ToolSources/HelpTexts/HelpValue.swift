/// What an option or an argument takes, by the word that its help has in place of a value. Numbers are texts: a help text does not
/// say which of them it would take.
enum HelpValue: Equatable {
    /// No value: it is there or not.
    case none
    case text
    case choices([String])
    /// Several values behind one option.
    case list(choices: [String]?)
    /// One value for each time that the option is there.
    case repeated

    /// Choices that are taken for such; more of them are as well a text.
    private static let maxChoices = 100

    /// - Parameter placeholder: such as `NAME`, `{a,b}`, `[a|b]`, `TAG [TAG ...]` or `<str>`; nil when there is none.
    init(_ placeholder: String?, isArgparse: Bool) {
        guard let placeholder, !placeholder.isEmpty else {
            self = .none
            return
        }
        self = isArgparse ? Self.argparse(placeholder) : Self.click(placeholder)
    }

    private static func argparse(_ text: String) -> HelpValue {
        let words = HelpValue.words(text)
        guard let first = words.first else { return .text }
        let inner = unwrapped(first, "[", "]") ?? first
        let choices = choices(HelpValue.words(inner).first ?? inner, ",")
        if text.hasSuffix("...]") || words.count > 1 { return .list(choices: choices) }
        return choices.map { .choices($0) } ?? .text
    }

    private static func click(_ text: String) -> HelpValue {
        if text == "<bool>" { return .none }
        if text.hasPrefix("<list[") { return .repeated }
        if text.hasSuffix("...") { return .list(choices: nil) }
        let word = text.split(separator: ":", maxSplits: 1).last.map(String.init) ?? text
        let isNamed = word.hasPrefix("{")
        let inner = unwrapped(isNamed ? word : text, "[", "]") ?? unwrapped(isNamed ? word : text, "<", ">")
        let body = inner ?? unwrapped(word, "{", "}")
        guard let body, body.contains("|") else { return .text }
        return split(body, "|").map { .choices($0) } ?? .text
    }

    /// The choices of `{a,b}`; nil when it is something else.
    static func choices(_ text: String, _ separator: Character) -> [String]? {
        unwrapped(text, "{", "}").flatMap { split($0, separator) }
    }

    private static func split(_ body: String, _ separator: Character) -> [String]? {
        let choices = body.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
        guard (1...maxChoices).contains(choices.count), Set(choices).count == choices.count,
            choices.allSatisfy({ choice in
                !choice.isEmpty && choice.utf8.count <= 100 && !choice.contains { $0 == " " || $0 == "%" || $0 == "…" }
            })
        else { return nil }
        return choices
    }

    /// What stands between two signs.
    static func unwrapped(_ text: String, _ start: Character, _ end: Character) -> String? {
        guard text.count >= 2, text.first == start, text.last == end else { return nil }
        return String(text.dropFirst().dropLast())
    }

    /// The words of a text that are not within brackets, which stay whole.
    static func words(_ text: String) -> [String] { parts(text, at: " ").filter { !$0.isEmpty } }

    /// The parts of a text at a sign that is not within brackets.
    static func parts(_ text: String, at separator: Character) -> [String] {
        var parts = [""]
        var depth = 0
        for character in text {
            if "[{(<".contains(character) { depth += 1 }
            if "]})>".contains(character) { depth = max(0, depth - 1) }
            if character == separator, depth == 0 {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts
    }

    /// Whether a cell of a frame says what a value is, and not what it is for.
    static func isType(_ cell: String) -> Bool {
        if cell.hasPrefix("<") { return cell.contains(">") }
        if cell.hasPrefix("[") {
            guard !cell.contains(": "), cell != "[required]" else { return false }
            return cell.contains("|") || !cell.contains(where: \.isLowercase)
        }
        if cell.hasPrefix("{") || cell.contains(":{") { return cell.hasSuffix("}") }
        let name = cell.split(separator: "[", maxSplits: 1).first ?? ""
        return name.contains(where: \.isUppercase) && !name.contains(where: \.isLowercase)
            && name.allSatisfy { $0.isLetter || $0.isNumber || " _-.".contains($0) }
            && (!name.hasSuffix(".") || name.hasSuffix("..."))
    }
}
