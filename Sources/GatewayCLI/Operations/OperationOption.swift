import Core
import LumaAPI

/// One option of an operation's command: the member of the input that it sets, and how its value is written.
struct OperationOption: Sendable {
    /// As it is read, offered and told.
    let row: OptionRow
    /// The names of the member and of those that it is in, from the outside.
    let path: [String]
    let schema: Schema
    /// Nothing is done without it.
    let isRequired: Bool

    /// What commands have by themselves; a member of such a name gets another word before its own.
    private static let own: Set<String> = Set(
        (EventsOptions.common + [
            EventsOptions.zone, EventsOptions.all, EventsOptions.yes, EventsOptions.dryRun,
            EventsOptions.key,
        ]).map(\.name) + ["--help", "--version"])

    /// The options for these members of an input. One that has variants gives the options of all of them.
    /// - Parameter prefix: the word that tells a member apart from an option that every command has.
    static func options(of fields: [SchemaField], prefix: String) -> [OperationOption] {
        var taken = own
        func name(_ member: String, _ prefix: String) -> String {
            let plain = "--" + member.replacing("_", with: "-")
            let name = taken.contains(plain) ? "--" + "\(prefix)-\(member)".replacing("_", with: "-") : plain
            taken.insert(name)
            return name
        }
        // Members of the input itself keep their names before members of their members do.
        let names = fields.map { $0.schema.variants == nil ? name($0.name, prefix) : "" }
        return zip(fields, names).flatMap { field, plain -> [OperationOption] in
            guard let variants = field.schema.variants else {
                return [OperationOption(plain, field, [field.name], help: help(of: field), field.required)]
            }
            var options: [OperationOption] = []
            if !variants.isTold {
                let kinds = SchemaField(
                    variants.discriminator, .enumeration(variants.names), note: "Its kind.")
                options.append(
                    OperationOption(
                        name(kinds.name, field.name), kinds, [field.name, kinds.name], help: kinds.note, false))
            }
            for member in variants.members {
                let text = member.note.isEmpty ? help(of: member, in: field) : help(of: member)
                options.append(
                    OperationOption(
                        name(member.name, field.name), member, [field.name, member.name], help: text, false))
            }
            return options
        }
    }

    private init(_ name: String, _ field: SchemaField, _ path: [String], help: String, _ isRequired: Bool) {
        var repeats = false
        var schema = field.schema
        if case .array(let element, _) = schema { (repeats, schema) = (true, element) }
        row = OptionRow(
            name, Self.value(of: schema, isRepeated: repeats), Self.placeholder(of: schema, field.name),
            repeats: repeats, help + (isRequired ? " Required." : "") + (repeats ? " Can be repeated." : ""))
        (self.path, self.schema, self.isRequired) = (path, field.schema, isRequired)
    }

    // MARK: Words

    /// The note as a sentence for a terminal; the name where there is no note.
    private static func help(of field: SchemaField, in parent: SchemaField? = nil) -> String {
        let words = field.name.replacing("_", with: " ")
        let name = words.prefix(1).uppercased() + words.dropFirst()
        if !field.note.isEmpty { return plain(field.note) }
        guard let note = parent?.note, !note.isEmpty else { return name + "." }
        return "\(name): \(note.prefix(1).lowercased())\(plain(String(note.dropFirst())))"
    }

    private static func plain(_ note: String) -> String {
        let text = note.replacing("`", with: "")
        return text.hasSuffix(".") ? text : text + "."
    }

    private static func value(of schema: Schema, isRepeated: Bool) -> OptionRow.Value {
        switch schema {
        // Standing alone it could be said once.
        case .boolean: isRepeated ? .words(["true", "false"]) : .yes(["true", "false"])
        case .enumeration(let words): .words(words)
        case .timeZone: .zone
        case .id(let prefix) where prefix == Operation.Kind.event.row.idPrefix: .event
        default: .free
        }
    }

    private static func placeholder(of schema: Schema, _ name: String) -> String {
        switch schema {
        case .boolean: ""
        case .enumeration: "WORD"
        case .integer, .number: "NUMBER"
        case .dateTime: "TIME"
        case .duration: "LENGTH"
        case .timeZone: "ZONE"
        case .url: "URL"
        case .id: "ID"
        case .string: (name.split(separator: "_").last.map(String.init) ?? name).uppercased()
        case .any, .array, .object, .variants: "JSON"
        }
    }
}

extension Schema {
    /// Shapes of which one is chosen, in an order that is always the same.
    struct Variants {
        let discriminator: String
        let shapes: [(name: String, members: [SchemaField])]

        var names: [String] { shapes.map(\.name) }

        /// The members of all, each once.
        var members: [SchemaField] {
            var seen: Set<String> = []
            return shapes.flatMap(\.members).filter { seen.insert($0.name).inserted }
        }

        /// Each has a member that it needs and no other has, so that the members tell which it is.
        var isTold: Bool {
            shapes.allSatisfy { shape in
                let others = shapes.filter { $0.name != shape.name }.flatMap { $0.members.map(\.name) }
                return shape.members.contains { $0.required && !others.contains($0.name) }
            }
        }
    }

    /// Nil for a value of one shape.
    var variants: Variants? {
        guard case .variants(let discriminator, let shapes) = self else { return nil }
        // The simpler one first.
        let ordered = shapes.map { (name: $0.key, members: $0.value) }
            .sorted { ($0.members.count, $0.name) < ($1.members.count, $1.name) }
        return Variants(discriminator: discriminator, shapes: ordered)
    }

    /// It holds a time, itself or in what it is made of on a command line.
    var hasTime: Bool {
        switch self {
        case .dateTime: true
        case .array(let element, _): element.hasTime
        default: variants?.members.contains { $0.schema.hasTime } ?? false
        }
    }
}
