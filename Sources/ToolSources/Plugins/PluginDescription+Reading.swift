import Core

/// Why a plugin has no description.
public enum PluginDescriptionFault: Error, Sendable, Equatable {
    /// It does not know `--describe`: its help may say what it does.
    case notDescribed
    /// It does, and says something that is no description. Names the place, as `commands[0].name`.
    case invalid(String)
}

extension PluginDescription {
    /// Octets of a description.
    public static let maxBytes = 1 << 20

    /// What `--describe` wrote to standard output, by version 1 of the contract. Members that are not known are ignored, and what is
    /// wrong within one command costs that command.
    /// - Throws: why there is no description at all.
    public static func read(_ octets: [UInt8]) throws(PluginDescriptionFault) -> PluginDescription {
        guard octets.count <= maxBytes else { throw .invalid("the description is larger than \(maxBytes) bytes") }
        guard let json = try? JSON.parse(octets, limits: JSONLimits(maxDepth: 64, maxBytes: maxBytes)),
            let object = json.objectValue,
            ["commands", "plugin", "contract_version"].contains(where: { object[$0] != nil })
        else { throw .notDescribed }
        do { return try read(object) } catch { throw .invalid(error.text) }
    }

    private static func read(_ object: JSONObject) throws(DescriptionProblem) -> PluginDescription {
        let version = try DescriptionReader.version(object)
        var output = PluginDescription()
        if let plugin = object["plugin"], !plugin.isNull {
            let reader = try DescriptionReader(plugin, at: "plugin", version)
            if let name = try reader.text("name"), name.allSatisfy(\.isWhitespace) {
                throw DescriptionProblem("plugin.name must not be empty")
            }
            output.version = try reader.text("version").map { OutsideText.line($0, max: 64) }
            output.description = try reader.text("description").map { OutsideText.text($0, max: 4096) }
            output.requests = try PluginRequests(reader)
        }
        guard let commands = object["commands"]?.arrayValue else {
            throw DescriptionProblem("commands must be an array")
        }
        for (index, command) in commands.enumerated() {
            let place = "commands[\(index)]"
            let name = command["name"]?.stringValue.map { OutsideText.line($0, max: ToolNames.maxBytes) } ?? place
            if index >= maxCommands {
                output.refused.append(
                    RefusedDefinition(
                        name: name, reason: "only the first \(maxCommands) commands of a plugin are offered"))
                break
            }
            do throws(DescriptionProblem) {
                output.commands.append(try PluginCommand(command, version: version))
            } catch {
                output.refused.append(RefusedDefinition(name: name, reason: error.text))
            }
        }
        output.dropRepeated()
        return output
    }

    /// A name that two commands have belongs to neither.
    mutating func dropRepeated() {
        var counts: [String: Int] = [:]
        for command in commands { counts[command.name, default: 0] += 1 }
        for command in commands where counts[command.name] != 1 {
            refused.append(RefusedDefinition(name: command.name, reason: "more than one command has this name"))
        }
        commands.removeAll { counts[$0.name] != 1 }
    }
}

/// What is wrong in a description, with its place.
struct DescriptionProblem: Error {
    let text: String

    init(_ text: String) { self.text = text }
}

/// Reads the members of one object of a description. What is null counts as not there.
struct DescriptionReader {
    let object: JSONObject
    let place: String
    let version: ContractVersion

    init(_ json: JSON, at place: String, _ version: ContractVersion) throws(DescriptionProblem) {
        guard var object = json.objectValue else {
            throw DescriptionProblem((place.isEmpty ? "a command" : place) + " must be an object")
        }
        // Version 1 allows members of any name: one of another type is the author's own.
        if version == .one { object.members.removeAll { Self.later[$0.name]?($0.value) == false } }
        self.object = object
        self.place = place
        self.version = version
    }

    /// The members that version 1.1 has added, by their type.
    private static let later: [String: @Sendable (JSON) -> Bool] = {
        let text: @Sendable (JSON) -> Bool = { $0.stringValue != nil }
        let object: @Sendable (JSON) -> Bool = { $0.objectValue != nil }
        let array: @Sendable (JSON) -> Bool = { $0.arrayValue != nil }
        let boolean: @Sendable (JSON) -> Bool = { $0.boolValue != nil }
        let number: @Sendable (JSON) -> Bool = { $0.numberValue != nil }
        return [
            "title": text, "scope": text, "args": text, "output": text, "overflow": text, "option": text,
            "arg_style": text, "input_schema": object, "output_schema": object, "annotations": object, "fetch": object,
            "env": array, "paths": array, "network": boolean, "serial": boolean, "secret": boolean,
            "timeout_seconds": number,
        ]
    }()

    /// The version of the contract: 1 is what a document without one means, from 1.1 on names are spelled as they are declared.
    static func version(_ object: JSONObject) throws(DescriptionProblem) -> ContractVersion {
        guard let given = object["contract_version"], !given.isNull else { return .one }
        let parts = (given.stringValue ?? "").split(separator: ".", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), parts[0] == "1",
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 &- 0x30 < 10 } })
        else { throw DescriptionProblem("contract_version must be \"1\" or \"1.x\"; other versions are not known") }
        return parts.count > 1 && parts[1].contains { $0 != "0" } ? .later : .one
    }

    func member(_ name: String) -> JSON? {
        guard let value = object[name], !value.isNull else { return nil }
        return value
    }

    func problem(_ name: String, _ text: String) -> DescriptionProblem {
        DescriptionProblem((place.isEmpty ? name : "\(place).\(name)") + " " + text)
    }

    func text(_ name: String) throws(DescriptionProblem) -> String? {
        guard let value = member(name) else { return nil }
        guard let text = value.stringValue else { throw problem(name, "must be a string") }
        return text
    }

    func boolean(_ name: String) throws(DescriptionProblem) -> Bool? {
        guard let value = member(name) else { return nil }
        guard let boolean = value.boolValue else { throw problem(name, "must be true or false") }
        return boolean
    }

    /// A time in seconds, above zero and at most a day.
    func seconds(_ name: String) throws(DescriptionProblem) -> Double? {
        guard let value = member(name) else { return nil }
        guard let seconds = value.doubleValue, seconds > 0, seconds <= 86_400 else {
            throw problem(name, "must be a number of seconds above 0 and at most 86400")
        }
        return seconds
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type
    ) throws(DescriptionProblem) -> Choice? where Choice.RawValue == String {
        guard let text = try self.text(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw problem(name, "must be one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    /// An array of at most `most` texts.
    func texts(_ name: String, max: Int) throws(DescriptionProblem) -> [String]? {
        guard let value = member(name) else { return nil }
        let texts = value.arrayValue?.compactMap(\.stringValue)
        guard let texts, texts.count == value.arrayValue?.count, texts.count <= max else {
            throw problem(name, "must be an array of at most \(max) strings")
        }
        return texts
    }
}

/// What a version of the contract means for the spelling of options.
enum ContractVersion {
    /// `_` in a parameter's name is `-` in its option, which is what plugins of this version were written for.
    case one
    /// An option is spelled as its parameter is called.
    case later
}

extension PluginRequests {
    /// Names of variables and paths that a plugin may ask for.
    private static let most = 64

    init(_ reader: DescriptionReader) throws(DescriptionProblem) {
        self.init()
        timeoutSeconds = try reader.seconds("timeout_seconds")
        isSerial = try reader.boolean("serial") ?? false
        network = try reader.boolean("network")
        environment = try reader.texts("env", max: Self.most)
        if let name = environment?.first(where: { !PluginGrants.isVariable($0) }) {
            throw reader.problem(
                "env", "names \(Neutral.cited(Neutral.echo(name))), which is not the name of a variable")
        }
        guard let given = reader.member("paths") else { return }
        guard let items = given.arrayValue, items.count <= Self.most else {
            throw reader.problem("paths", "must be an array of at most \(Self.most) objects")
        }
        var paths: [PluginPath] = []
        for (index, item) in items.enumerated() {
            let item = try DescriptionReader(item, at: "\(reader.place).paths[\(index)]", .later)
            guard let path = PluginPath(try item.text("path") ?? "", isWritable: try item.boolean("write") ?? false)
            else {
                throw item.problem("path", "must be an absolute path without ..")
            }
            paths.append(path)
        }
        self.paths = paths
    }
}
