import Core
import LumaAPI

/// The members of an operation's input that a command line says, in our words.
struct OperationDraft {
    private(set) var members = JSONObject()
    /// Which zone was taken for its times, where that was not said.
    private(set) var notes: [String] = []

    init(
        _ fields: [SchemaField], _ options: [OperationOption], _ arguments: CommandArguments,
        environment: [String: String], now: Timestamp
    ) throws(CommandFailure) {
        let given = options.filter { arguments.has($0.row) }
        var zone: CommandZone?
        if given.contains(where: { $0.schema.hasTime }) || arguments.has(EventsOptions.zone) {
            zone = try CommandZone.find(arguments.text(EventsOptions.zone), environment)
            if let note = zone?.note { notes.append(note) }
        }
        let reader = OperationValue(zone: zone, now: now)
        for field in fields {
            let own = given.filter { $0.path[0] == field.name }
            guard !own.isEmpty else { continue }
            var said = JSONObject()
            for option in own { said[option.path.last ?? ""] = try Self.value(option, arguments, reader) }
            guard let variants = field.schema.variants else {
                members[field.name] = said[field.name]
                continue
            }
            let all = options.filter { $0.path[0] == field.name }
            members[field.name] = .object(try Self.shape(variants, said, own, all))
        }
    }

    /// The members as parameters of a query.
    var query: QueryString {
        var query = QueryString()
        for (name, value) in members.members {
            for item in value.arrayValue ?? [value] {
                query.append(name, item.stringValue ?? String(decoding: item.encoded, as: UTF8.self))
            }
        }
        return query
    }

    private static func value(
        _ option: OperationOption, _ arguments: CommandArguments, _ reader: OperationValue
    ) throws(CommandFailure) -> JSON {
        guard case .array(let element, _) = option.schema else {
            return try reader.value(arguments.text(option.row) ?? "", option.schema, option.row)
        }
        return .array(
            try arguments.all(option.row).map { text throws(CommandFailure) in
                try reader.value(text, element, option.row)
            })
    }

    /// The object of the one shape that has all members that are said, with the word for that shape.
    /// - Parameters:
    ///   - own: the options that are given.
    ///   - all: every option of the object.
    private static func shape(
        _ variants: Schema.Variants, _ said: JSONObject, _ own: [OperationOption], _ all: [OperationOption]
    ) throws(CommandFailure) -> JSONObject {
        let kind = said[variants.discriminator]?.stringValue
        let names = said.names.filter { $0 != variants.discriminator }
        let fits = variants.shapes.filter { shape in
            (kind == nil || kind == shape.name)
                && names.allSatisfy { name in shape.members.contains { $0.name == name } }
        }
        guard let shape = fits.first else {
            throw CommandFailure(.usage, "\(own.map(\.row.name).joined(separator: " and ")) cannot be combined")
        }
        guard fits.count == 1 else {
            let option = all.first { $0.path.last == variants.discriminator }?.row.name ?? variants.discriminator
            let words = fits.map(\.name).joined(separator: " or ")
            throw CommandFailure(.usage, "\(own[0].row.name): set its kind with \(option) \(words)")
        }
        var object: JSONObject = [variants.discriminator: .string(shape.name)]
        for name in names { object[name] = said[name] }
        return object
    }
}

/// The values of an operation's options, read by their schemas.
struct OperationValue {
    /// The zone that times are in; nil where none can be said.
    let zone: CommandZone?
    let now: Timestamp

    /// The value of one text, or of one item of an array. What only Luma's description can tell to be wrong, such as a length,
    /// is left to the gateway's own check.
    func value(_ text: String, _ schema: Schema, _ option: OptionRow) throws(CommandFailure) -> JSON {
        switch schema {
        case .boolean: return .bool(text == "true")
        case .integer(let range):
            let bounds = range.map { " from \($0.lowerBound) to \($0.upperBound)" } ?? ""
            return try number(text, option, "a whole number\(bounds)") { number in
                number.wholeValue.map { range?.contains($0) ?? true } ?? false
            }
        case .number(let range):
            let bounds = range.map { " from \(Self.text($0.lowerBound)) to \(Self.text($0.upperBound))" } ?? ""
            return try number(text, option, "a number\(bounds)") { number in
                number.doubleValue.map { range?.contains($0) ?? true } ?? false
            }
        case .dateTime:
            guard let zone else { return .string(text) }
            return .string(zone.text(try zone.instant(text, option, now: now)))
        case .duration: return .string(NaturalDuration.seconds(text).map { "PT\($0)S" } ?? text)
        case .any: return (try? JSON.parse(text)) ?? .string(text)
        case .array, .object, .variants:
            do throws(JSONError) {
                return try JSON.parse(text)
            } catch {
                throw CommandFailure(
                    .usage, "\(option.name): expected JSON; byte \(error.offset): \(error.kind.rawValue)")
            }
        case .string, .timeZone, .url, .enumeration, .id: return .string(text)
        }
    }

    private func number(
        _ text: String, _ option: OptionRow, _ expectation: String, _ isFit: (JSON) -> Bool
    ) throws(CommandFailure) -> JSON {
        guard let value = try? JSON.parse(text, limits: JSONLimits(maxDepth: 1, maxBytes: 64)), isFit(value) else {
            throw CommandFailure(.usage, "\(option.name): expected \(expectation)")
        }
        return value
    }

    private static func text(_ bound: Double) -> String { Int(exactly: bound).map(String.init) ?? "\(bound)" }
}
