import Core

/// Looks for what a definition from outside says to a model rather than about its tool. A hint for the operator and nothing more:
/// whoever means harm can write it in other words. Nothing is taken out.
public enum SuspiciousText {
    /// Hints that are given of one definition.
    public static let maxHints = 8

    private static let phrases = [
        "ignore previous", "ignore all previous", "ignore the above", "disregard previous", "disregard all",
        "do not tell the user", "don't tell the user", "without telling the user", "do not mention",
        "do not inform the user", "before using any other tool", "before calling any other tool", "system prompt",
    ]
    private static let tags = ["<important", "<system", "<instruction", "<secret", "<!--"]
    private static let paths = ["~/.ssh", "~/.aws", "~/.config", "id_rsa", "/etc/passwd", "/etc/shadow", ".env file"]
    /// Characters of a run that looks encoded.
    private static let longestRun = 200
    /// A shorter name of a tool is a word that any text may hold.
    private static let shortestName = 6

    /// What an operator may want to read before the tool is used.
    /// - Parameter tools: names of tools that the definition should have no reason to speak of.
    public static func hints(in definition: ToolDefinition, tools: [String] = []) -> [String] {
        var texts = [definition.title, definition.description]
        collect(.object(definition.input), &texts)
        if let output = definition.output { collect(.object(output), &texts) }
        let folded = texts.map { Array($0.lowercased().utf8) }
        var hints: [String] = []
        func look(_ words: [String], _ hint: (String) -> String) {
            for word in words {
                let search = ByteSearch(Array(word.lowercased().utf8))
                if folded.contains(where: search.isFound) { hints.append(hint(Neutral.cited(word))) }
            }
        }
        look(phrases) { "speaks to the model: \($0)" }
        look(tags) { "has a tag: \($0)" }
        look(paths) { "names a private file: \($0)" }
        look(tools.filter { $0 != definition.name && $0.utf8.count >= shortestName }) { "names another tool: \($0)" }
        if folded.contains(where: hasLongRun) {
            hints.append("has more than \(longestRun) characters in a row that look encoded")
        }
        return Array(hints.prefix(maxHints))
    }

    /// All texts of a document, names of members included.
    private static func collect(_ json: JSON, _ texts: inout [String]) {
        switch json {
        case .string(let text): texts.append(text)
        case .array(let items): for item in items { collect(item, &texts) }
        case .object(let object):
            for (name, value) in object.members {
                texts.append(name)
                collect(value, &texts)
            }
        case .null, .bool, .number: break
        }
    }

    private static func hasLongRun(_ octets: [UInt8]) -> Bool {
        var run = 0
        for octet in octets {
            run = octet.isASCIIAlphanumeric || "+/=_-".utf8.contains(octet) ? run + 1 : 0
            if run > longestRun { return true }
        }
        return false
    }
}
