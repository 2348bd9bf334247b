public import Core

/// What a plugin is started with for one call.
public struct PluginInvocation: Sendable, Equatable {
    /// The words behind the program: the command's name first.
    public let words: [String]
    /// What it reads, whole; nil for nothing.
    public let input: [UInt8]?

    /// A start with these words.
    public init(words: [String], input: [UInt8]? = nil) {
        self.words = words
        self.input = input
    }
}

/// Why a call's arguments cannot be given to a plugin, in words for whoever calls.
public struct PluginArgumentFault: Error, Sendable, Equatable {
    /// `invalid_arguments` always: a call that is put right may succeed.
    public let text: String

    init(_ text: String) { self.text = text }
}

/// Turns the arguments of a call into words of a command line, or into one document on standard input.
///
/// No shell reads the words, and no value is ever a word of its own that begins with `-`, which the plugin would take for an
/// option.
public enum PluginArguments {
    /// Octets of one word: the kernel takes 128 KiB with its end.
    public static let maxWordBytes = 120 << 10
    /// Octets of all words, with an end for each.
    public static let maxBytes = 1 << 20
    /// Octets of a document on standard input.
    public static let maxInputBytes = 4 << 20

    /// What the plugin is started with. The arguments fit the command's schema and are called as it calls them (`spelled`).
    /// - Parameters:
    ///   - requestID: for the plugin's own log.
    ///   - deadlineSeconds: when it will be stopped.
    public static func invocation(
        of command: PluginCommand, _ arguments: JSONObject, requestID: String, deadlineSeconds: Double
    ) throws(PluginArgumentFault) -> PluginInvocation {
        try checkNames(arguments, command)
        if command.passing == .standardInput {
            var document: JSONObject = ["command": .string(command.name)]
            document["arguments"] = .object(JSONObject(arguments.members.filter { !$0.value.isNull }))
            document["request_id"] = .string(requestID)
            document["deadline_seconds"] = JSONNumber(deadlineSeconds).map { .number($0) }
            let input = JSON.object(document).encoded
            guard input.count <= maxInputBytes else {
                throw PluginArgumentFault(
                    "The arguments are larger than \(maxInputBytes) bytes. Send less and call again.")
            }
            return PluginInvocation(words: [command.name], input: input)
        }
        var words = [command.name]
        var positions: [String] = []
        var missing: String?
        for parameter in command.parameters {
            let value = arguments[parameter.name] ?? .null
            guard case .position = parameter.style else {
                if !value.isNull { words += try self.words(of: value, parameter) }
                continue
            }
            let values = value.arrayValue ?? (value.isNull ? [] : [value])
            if values.isEmpty {
                missing = missing ?? parameter.name
            } else if let missing {
                throw PluginArgumentFault(
                    "\(missing) is needed when \(parameter.name) is given. Add it and call again.")
            }
            positions += values.map(text)
        }
        // Arguments that only an open schema allows.
        for (name, value) in arguments.members
        where !value.isNull && !command.parameters.contains(where: { $0.name == name }) {
            words += try self.words(of: value, PluginParameter(name, option: "--" + name))
        }
        if !positions.isEmpty { words += ["--"] + positions }
        try check(words)
        return PluginInvocation(words: words, input: nil)
    }

    // MARK: Names

    private static func checkNames(_ arguments: JSONObject, _ command: PluginCommand) throws(PluginArgumentFault) {
        let known = command.parameters.map(\.name)
        for (name, value) in arguments.members {
            if let parameter = command.parameters.first(where: { $0.name == name }) {
                guard parameter.isSecret, command.passing == .flags, !value.isNull else { continue }
                throw PluginArgumentFault(
                    "\(shown(name)) is secret, and every user of the machine can read a command line. The plugin's author has to take "
                        + "it on standard input (\"args\": \"stdin-json\").")
            }
            guard command.isClosed || !OutsideSchema.isArgumentName(name) else { continue }
            let hint = NearestName.suggest(for: name, among: known)
            throw PluginArgumentFault(
                "\(shown(name)) is not known"
                    + NearestName.hint(hint, or: ". Leave it out and call again."))
        }
    }

    private static func shown(_ name: String) -> String { Neutral.cited(Neutral.echo(name)) }

    /// The arguments as the command calls them and in the types that it declares, where that is clear: `-` and `_` stand for each
    /// other, of two spellings the first that is not null counts, and a number or boolean for a text is its text.
    public static func spelled(_ arguments: JSONObject, for command: PluginCommand) -> JSONObject {
        let properties = command.input["properties"]?.objectValue ?? [:]
        let names = properties.names
        var output = JSONObject()
        for (name, value) in arguments.members {
            var known = name
            if properties[name] == nil {
                let alike = names.filter { folded($0) == folded(name) }
                if alike.count == 1 { known = alike[0] }
            }
            if let given = output[known], !given.isNull { continue }
            output[known] = self.value(value, for: properties[known])
        }
        return output
    }

    private static func folded(_ name: String) -> String {
        name.utf8.contains(UInt8(ascii: "-")) ? name.replacing("-", with: "_") : name
    }

    private static func value(_ value: JSON, for property: JSON?) -> JSON {
        guard property?["type"]?.stringValue == "string" else { return value }
        switch value {
        case .number(let number): return .string(number.text)
        case .bool(let isTrue): return .string(isTrue ? "true" : "false")
        default: return value
        }
    }

    // MARK: Words

    private static func words(
        of value: JSON, _ parameter: PluginParameter
    ) throws(PluginArgumentFault) -> [String] {
        let option = parameter.option
        switch (parameter.style, value) {
        case (.json, _): return [option + "=" + compact(value)]
        case (.flag, .bool(let isOn)): return isOn ? [option] : []
        case (.invertedFlag, .bool(let isOn)): return isOn ? [] : [option]
        case (.pair(let off), .bool(let isOn)): return [isOn ? option : off]
        case (.repeated, .array(let items)):
            var words: [String] = []
            for item in items { words.append(try word(option, text(item), parameter)) }
            return words
        case (.list, .array(let items)): return try list(items, parameter)
        default: return [try word(option, text(value), parameter)]
        }
    }

    /// An option and its value in one word. One that begins with a single dash takes its value without a `=`.
    private static func word(
        _ option: String, _ value: String, _ parameter: PluginParameter
    ) throws(PluginArgumentFault) -> String {
        if option.hasPrefix("--") { return option + "=" + value }
        guard let first = value.utf8.first, first != UInt8(ascii: "=") else {
            throw PluginArgumentFault("\(parameter.name) must not be empty or begin with =. Change it and call again.")
        }
        return option + value
    }

    private static func list(_ items: [JSON], _ parameter: PluginParameter) throws(PluginArgumentFault) -> [String] {
        if items.isEmpty { return [] }
        let texts = items.map(text)
        if texts.count == 1 { return [try word(parameter.option, texts[0], parameter)] }
        for (item, text) in zip(items, texts) where text.utf8.first == UInt8(ascii: "-") && item.numberValue == nil {
            throw PluginArgumentFault(
                "No item of \(parameter.name) may begin with -: the plugin would take it for an option. Change it and call again."
            )
        }
        return [parameter.option] + texts
    }

    /// A value within a word.
    private static func text(_ value: JSON) -> String {
        switch value {
        case .string(let text): text
        default: compact(value)
        }
    }

    private static func compact(_ value: JSON) -> String { String(decoding: value.encoded, as: UTF8.self) }

    private static func check(_ words: [String]) throws(PluginArgumentFault) {
        var octets = 0
        for word in words {
            if word.utf8.contains(0) {
                throw PluginArgumentFault("No argument may hold a NUL character. Take it out and call again.")
            }
            guard word.utf8.count <= maxWordBytes else {
                throw PluginArgumentFault(
                    "One argument is larger than \(maxWordBytes) bytes. Send less and call again.")
            }
            octets += word.utf8.count + 1
        }
        guard octets <= maxBytes else {
            throw PluginArgumentFault(
                "The arguments are larger than \(maxBytes) bytes in all. Send less and call again.")
        }
    }
}
