import Core

/// An option as a help text shows it.
struct HelpOption {
    /// All its spellings that switch it on or take its value, in their order.
    var options: [String]
    /// The spelling that switches it off.
    var off: String?
    var value: HelpValue
    var help: String
    var isRequired: Bool

    /// The spelling by which it is given: a long one, when there is one.
    var option: String { options.first { $0.hasPrefix("--") } ?? options[0] }
    /// The argument that it becomes.
    var name: String { String(option.drop { $0 == "-" }) }

    /// Ends the program instead of doing anything.
    var isOfTheProgram: Bool {
        options.contains("--help") || options == ["-h"]
            || value == .none && ["--version", "--install-completion", "--show-completion"].contains(option)
    }

    /// Nil when the entry is none of an option.
    /// - Parameter isArgparse: who wrote it, as both have a way of their own to say what a value is.
    init?(_ entry: HelpPage.Entry, isArgparse: Bool) {
        guard let first = entry.names.first, first.hasPrefix("-") else { return nil }
        var placeholder: String?
        if entry.names.count == 1 {
            // click parts on and off by a slash.
            let halves = first.split(separator: " / ", maxSplits: 1).map(String.init)
            let on = Self.spellings(halves[0])
            options = on.options
            placeholder = on.placeholder
            if halves.count > 1 {
                let spellings = Self.spellings(halves[1]).options
                off = spellings.first { $0.hasPrefix("--") } ?? spellings.first
            }
        } else {
            options = []
            for name in entry.names {
                guard name.hasPrefix("-") else {
                    placeholder = name
                    continue
                }
                // A frame has a column for spellings, and one for those that switch off.
                let spellings = HelpValue.parts(name, at: ",").map { $0.filter { $0 != " " } }
                let isLong = spellings.contains { $0.hasPrefix("--") }
                if isLong, options.contains(where: { $0.hasPrefix("--") }) {
                    off = spellings.first { $0.hasPrefix("--") }
                } else {
                    options += spellings
                }
            }
        }
        guard !options.isEmpty, options.allSatisfy(Self.isOption) else { return nil }
        value = HelpValue(placeholder, isArgparse: isArgparse)
        if value == .none, off == nil, let no = options.first(where: { $0.hasPrefix("--no-") }),
            options.contains("--" + no.dropFirst(5))
        {
            options.removeAll { $0 == no }
            off = no
        }
        if let off, !Self.isOption(off) { return nil }
        help = entry.help
        isRequired = entry.isStarred || !isArgparse && Self.saysRequired(entry.help)
    }

    private static func isOption(_ text: String) -> Bool {
        let name = text.drop { $0 == "-" }
        return text.hasPrefix("-") && OutsideSchema.isArgumentName(String(name)) && text.count - name.count <= 2
            && (text.hasPrefix("--") || name.count == 1)
    }

    /// `-n NAME, --name NAME` and `-n, --name NAME`.
    private static func spellings(_ text: String) -> (options: [String], placeholder: String?) {
        var options: [String] = []
        var placeholder: String?
        for part in HelpValue.parts(text, at: ",") {
            let part = String(part.drop { $0 == " " })
            guard part.hasPrefix("-") else {
                placeholder = (placeholder.map { $0 + "," } ?? "") + part
                continue
            }
            let end = part.firstIndex { $0 == " " || $0 == "=" } ?? part.endIndex
            options.append(String(part[..<end]))
            let rest = part[end...].drop { $0 == " " || $0 == "=" }
            if !rest.isEmpty { placeholder = String(rest) }
        }
        return (options, placeholder)
    }

    /// click writes `[required]`, also among other things in one pair of brackets.
    static func saysRequired(_ help: String) -> Bool {
        for part in help.split(separator: "[", omittingEmptySubsequences: false).dropFirst() {
            guard let end = part.firstIndex(of: "]") else { continue }
            let words = part[..<end].split { $0 == ";" || $0 == "," }.map { $0.drop { $0 == " " } }
            if words.contains("required") { return true }
        }
        return false
    }
}
