import Core
import GatewayAPI
import LumaAPI

/// A command that passes an operation of Luma's on: derived from the operation's row and from the names in its surface.
struct OperationVerb: Sendable {
    /// A word of the command line that stands for a segment of the path.
    struct Operand: Sendable {
        /// As the help calls it, such as `EVENT`.
        let name: String
        /// The member of the input.
        let member: String
        /// It is the id of an event, for which the address of its page will do.
        let isEvent: Bool
        let note: String
    }

    let surface: Surface
    let noun: String
    let name: String
    let operands: [Operand]
    /// Those that set members of the input.
    let options: [OperationOption]

    /// Every surface that has a command, and none that is written by hand.
    static let all: [OperationVerb] = Surfaces.all.compactMap { OperationVerb($0) }
    /// Their nouns, each once.
    static let nouns: [String] = {
        var seen: Set<String> = []
        return all.map(\.noun).filter { seen.insert($0).inserted }
    }()

    static func verbs(of noun: String) -> [OperationVerb] { all.filter { $0.noun == noun } }

    init?(_ surface: Surface) {
        guard let command = ServedCommand(surface) else { return nil }
        self.surface = surface
        (noun, name) = (command.noun, command.name)
        operands = zip(command.operands, surface.pathMembers).map { name, member in
            let field = surface.pathFields.first { $0.name == member }
            return Operand(
                name: name, member: member, isEvent: surface.kind(of: member) == .event, note: field?.note ?? "")
        }
        options = OperationOption.options(
            of: surface.openFields, prefix: surface.operation.subject?.kind.rawValue ?? "luma")
    }

    /// `guests list`.
    var title: String { "\(noun) \(name)" }
    var isWrite: Bool { surface.operation.isWrite }
    /// Times can be said, in a zone.
    var takesTimes: Bool { surface.openFields.contains { $0.schema.hasTime } }

    static let everything = OptionRow("--all", .yes([]), "Show all pages.")

    /// Everything that it understands besides what all commands do.
    private var ownOptions: [OptionRow] {
        var rows = options.map(\.row)
        if surface.hasMorePages { rows.append(Self.everything) }
        if takesTimes { rows.append(EventsOptions.zone) }
        if surface.needsConfirmation { rows.append(EventsOptions.yes) }
        if isWrite { rows += [EventsOptions.dryRun, EventsOptions.key] }
        return rows
    }

    /// Its row in the help, the manual page and the completions.
    var row: VerbRow {
        let needed = options.filter(\.isRequired).map { [$0.row.name, $0.row.placeholder].joined(separator: " ") }
        let sentence = surface.operation.summary
        let summary = sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
        return VerbRow(
            name: name, arguments: (operands.map(\.name) + needed + ["[options]"]).joined(separator: " "),
            summary: summary.prefix(1).lowercased() + summary.dropFirst(), own: ownOptions, notes: notes,
            examples: examples, operands: operands.map(\.name),
            operand: operands.first?.isEvent == true ? .event : .free,
            exits: isWrite ? ExitStatus.ofWrites : ExitStatus.ofReads)
    }

    // MARK: Problems

    /// The option, the operand or the options by which a member is said, for what a gateway says of that member.
    func option(of field: String) -> String? {
        let path = field.split { $0 == "." || $0 == "[" }.map(String.init)
        guard let head = path.first else { return nil }
        if let operand = operands.first(where: { $0.member == head }) { return operand.name }
        if let option = options.first(where: { path.starts(with: $0.path) }) { return option.row.name }
        return alternatives(of: head)
    }

    /// The options by which a member of several shapes is said: `--percent-off, or --cents-off and --currency`.
    func alternatives(of member: String) -> String? {
        guard let variants = surface.openFields.first(where: { $0.name == member })?.schema.variants else { return nil }
        func name(_ part: String) -> String? { options.first { $0.path == [member, part] }?.row.name }
        let ways = variants.shapes.map { shape in
            let needed = shape.members.filter(\.required).compactMap { name($0.name) }
            return needed.isEmpty
                ? "\(name(variants.discriminator) ?? member) \(shape.name)" : needed.joined(separator: " and ")
        }
        return ways.joined(separator: ", or ")
    }
}

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
            notes.append("A yes-or-no option alone means yes; with no- before its name it means no.")
        }
        if surface.hasMorePages {
            notes.append("With --json one document with entries, has_more and next_cursor, for --cursor.")
        }
        if takesTimes { notes.append(EventsVerb.times(inZoneOf: "this machine (TZ)")) }
        if surface.needsConfirmation {
            notes.append(
                "\(warning) It shows what would be sent and asks for confirmation; scripts use --yes.")
        }
        if isWrite {
            notes.append(
                "It sends an idempotency key, so that it is retried safely when the response is lost; --key sets your own, for"
                    + " a script that may run twice.")
        }
        return notes.joined(separator: " ")
    }

    /// What makes it worth a question.
    var warning: String {
        let effects = surface.operation.effects
        let parts = [
            effects.contains(.notifiesGuests) ? "Luma notifies guests" : nil,
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
                (line + " --dry-run", "Show what would be sent."),
                (line + (done ? " --yes" : ""), done ? "Without confirmation." : "Do it."),
            ]
        }
        guard surface.hasMorePages else {
            return [(line, "For a person."), (line + " --json", "For a script.")]
        }
        return [(line, "The first page."), (line + " --all --json", "All pages, for a script.")]
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
