import Core
import GatewayAPI
import LumaAPI

/// The sentences and the examples of a command's page.
extension OperationVerb {
    /// What a person may want to know before the first use.
    var notes: String {
        var notes: [String] = operands.map { operand in
            if operand.isEvent { return "\(operand.name) is an event's id or the address of its page." }
            let what = operand.note.prefix(1).lowercased() + operand.note.dropFirst()
            return what.isEmpty ? "\(operand.name) is an id." : "\(operand.name) is \(what)"
        }
        for field in surface.openFields where field.required {
            if let ways = alternatives(of: field.name) { notes.append("It needs \(ways).") }
        }
        if options.contains(where: \.row.standsAlone) {
            notes.append("An option that is yes or no stands alone for yes, and says no with no- before its name.")
        }
        if surface.answer == .page {
            notes.append("With --json one document with entries, has_more and next_cursor, for --cursor.")
        }
        if takesTimes { notes.append(EventsVerb.times(inZoneOf: "this machine (TZ)")) }
        if surface.needsConfirmation {
            notes.append(
                "\(warning) It shows what would be sent and asks; a script, which cannot be asked, says --yes.")
        }
        if isWrite {
            notes.append(
                "It carries a key, so that it is repeated safely when the answer is lost; --key names one of your own, for"
                    + " a script that may run twice.")
        }
        return notes.joined(separator: " ")
    }

    /// What makes it worth a question.
    var warning: String {
        let effects = surface.operation.effects
        let parts = [
            effects.contains(.notifiesGuests) ? "Luma tells guests" : nil,
            effects.contains(.movesMoney) ? "money may move" : nil,
            effects.contains(.irreversible) ? "it cannot be undone" : nil,
        ].compactMap(\.self)
        let text = parts.joined(separator: ", and ")
        return text.prefix(1).uppercased() + text.dropFirst() + "."
    }

    /// The row's own example as command lines, each with what it does.
    var examples: [(line: String, does: String)] {
        let line = exampleLine
        if isWrite {
            let done = surface.needsConfirmation
            return [
                (line + " --dry-run", "Only tell what would be sent."),
                (line + (done ? " --yes" : ""), done ? "Without a question." : "Do it."),
            ]
        }
        guard surface.answer == .page else {
            return [(line, "For a person."), (line + " --json", "For a script.")]
        }
        return [(line, "The first page."), (line + " --all --json", "Everything, for a script.")]
    }

    private var exampleLine: String {
        let input = surface.operation.example
        let named = operands.map { Self.word(input[$0.member] ?? .string($0.name)) }
        let given = options.flatMap { option -> [String] in
            var value = input[option.path[0]]
            for name in option.path.dropFirst() { value = value?[name] }
            guard let found = value, !found.isNull else { return [] }
            if let flag = found.boolValue { return [flag ? option.row.name : "--no-\(option.row.name.dropFirst(2))"] }
            let items = option.row.repeats ? found.arrayValue ?? [found] : [found]
            return items.flatMap { [option.row.name, Self.word($0)] }
        }
        return (["luma-mcp", noun, name] + named + given).joined(separator: " ")
    }

    /// As it is written in a shell. An id of an example is its prefix alone.
    private static func word(_ value: JSON) -> String {
        var text = value.stringValue ?? String(decoding: value.encoded, as: UTF8.self)
        if text.hasSuffix("-") { text += "a1B2c3" }
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_./:@+,%".utf8.contains($0) }
        return isPlain ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}
