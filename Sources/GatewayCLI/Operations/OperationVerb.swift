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
        let words = (surface.command ?? "").split(separator: " ").map(String.init)
        guard words.count >= 2, surface.route != nil, !surface.handmade.contains(.command) else { return nil }
        self.surface = surface
        (noun, name) = (words[0], words[1])
        operands = zip(words.filter { $0.allSatisfy(\.isUppercase) }, surface.pathMembers).map { name, member in
            let field = surface.operation.input.first { $0.name == member }
            return Operand(name: name, member: member, isEvent: member == "event_id", note: field?.note ?? "")
        }
        options = OperationOption.options(
            of: surface.openFields, prefix: surface.operation.subject?.kind.rawValue ?? "luma")
    }

    /// `guests list`.
    var title: String { "\(noun) \(name)" }
    var isWrite: Bool { surface.operation.isWrite }
    /// Times can be said, in a zone.
    var takesTimes: Bool { surface.openFields.contains { $0.schema.hasTime } }

    static let everything = OptionRow("--all", .yes([]), "Show every one, not one page.")

    /// Everything that it understands besides what all commands do.
    private var ownOptions: [OptionRow] {
        var rows = options.map(\.row)
        if surface.answer == .page { rows.append(Self.everything) }
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
