import Core

extension PluginCommand {
    /// One entry of `commands`.
    init(_ json: JSON, version: ContractVersion) throws(DescriptionProblem) {
        let reader = try DescriptionReader(json, at: "", version)
        guard let name = try reader.text("name"), ToolNames.isCommand(name) else {
            throw DescriptionProblem(
                "name must have 1 to \(ToolNames.maxRawBytes) letters, digits, _ and -, and not begin with -")
        }
        self.init(name)
        title = try reader.text("title")
        description = try reader.text("description")
        scope = try reader.choice("scope", AccessScope.self)
        timeoutSeconds = try reader.seconds("timeout_seconds")
        passing = try reader.choice("args", Passing.self) ?? .flags
        outputForm = try reader.choice("output", Output.self) ?? .text
        overflow = try reader.choice("overflow", Overflow.self) ?? .error
        hints = try HintRequests(reader)
        try readArguments(reader, version)
        try readFetch(reader)
        if let given = reader.member("output_schema") {
            do { output = try OutsideSchema.output(given) } catch {
                notes.append("output_schema is not published: it \(error.reason)")
            }
        }
    }

    private mutating func readArguments(
        _ reader: DescriptionReader, _ version: ContractVersion
    ) throws(DescriptionProblem) {
        var properties = JSONObject()
        var required: [JSON] = []
        if let given = reader.member("parameters") {
            guard let items = given.arrayValue else { throw reader.problem("parameters", "must be an array") }
            guard items.count <= DefinitionBounds().properties else {
                throw reader.problem("parameters", "must have at most \(DefinitionBounds().properties) entries")
            }
            for (index, item) in items.enumerated() {
                let declared = try DeclaredParameter(item, at: "parameters[\(index)]", version)
                let parameter = declared.parameter
                guard properties[parameter.name] == nil else {
                    throw DescriptionProblem("parameters[\(index)].name is a duplicate")
                }
                properties[parameter.name] = .object(declared.schema)
                if declared.isRequired { required.append(.string(parameter.name)) }
                parameters.append(parameter)
            }
        }
        var schema: JSON = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty, var object = schema.objectValue {
            object["required"] = .array(required)
            schema = .object(object)
        }
        let own = reader.member("input_schema")
        if let own {
            schema = own
            let rest = own["additionalProperties"]
            isClosed = rest == nil || rest == false
        }
        do { input = try OutsideSchema.input(schema) } catch {
            throw DescriptionProblem("\(own == nil ? "parameters" : "input_schema"): the schema \(error.reason)")
        }
        // The arguments that only the schema names are passed by their types.
        for name in input["properties"]?.objectValue?.names ?? [] where !parameters.contains(where: { $0.name == name })
        {
            parameters.append(PluginParameter(name, option: DeclaredParameter.option(name, version)))
        }
        if passing == .flags, parameters.contains(where: \.isSecret) {
            notes.append(
                "a secret parameter is refused on a command line; the command should have \"args\": \"stdin-json\"")
        }
    }

    private mutating func readFetch(_ reader: DescriptionReader) throws(DescriptionProblem) {
        guard let given = reader.member("fetch") else { return }
        let fetch = try DescriptionReader(given, at: "fetch", .later)
        guard let argument = try fetch.text("argument"), input["properties"]?[argument] != nil else {
            throw fetch.problem("argument", "must name one of the arguments")
        }
        var maxBytes: Int?
        if let given = fetch.member("max_bytes") {
            guard let count = given.wholeValue, count > 0 else {
                throw fetch.problem("max_bytes", "must be a whole number above 0")
            }
            maxBytes = count
        }
        let types = try fetch.texts("types", max: 32) ?? []
        guard types.allSatisfy({ PluginContent.isMediaType($0) }) else {
            throw fetch.problem("types", "must be media types, such as image/png")
        }
        self.fetch = Fetch(argument: argument, maxBytes: maxBytes, types: types)
    }
}

extension PluginCommand.HintRequests {
    init(_ reader: DescriptionReader) throws(DescriptionProblem) {
        self.init()
        guard let given = reader.member("annotations") else { return }
        let hints = try DescriptionReader(given, at: "annotations", reader.version)
        readOnly = try hints.boolean("readOnlyHint")
        destructive = try hints.boolean("destructiveHint")
        idempotent = try hints.boolean("idempotentHint")
        openWorld = try hints.boolean("openWorldHint")
    }
}

/// One entry of `parameters`: how it is passed, and its schema.
private struct DeclaredParameter {
    private enum ArgumentStyle: String, CaseIterable {
        case value, flag, list, json, position
        case repeated = "repeat"
    }

    private static let types = ["string", "number", "integer", "boolean", "array", "object"]
    /// Words of a schema that may stand beside the parameter's own.
    private static let words = [
        "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength",
        "pattern", "format", "minItems", "maxItems", "uniqueItems", "properties", "additionalProperties",
    ]

    let parameter: PluginParameter
    let schema: JSONObject
    let isRequired: Bool

    init(_ json: JSON, at place: String, _ version: ContractVersion) throws(DescriptionProblem) {
        let reader = try DescriptionReader(json, at: place, version)
        let given = try reader.text("name") ?? ""
        // Some authors write the option.
        let name = String(given.drop { $0 == "-" })
        guard OutsideSchema.isArgumentName(name) else {
            throw reader.problem("name", "must have 1 to 64 letters, digits, _, . and -")
        }
        let type = try reader.text("type").map { $0.filter { !$0.isWhitespace }.lowercased() } ?? "string"
        guard Self.types.contains(type) else {
            throw reader.problem("type", "must be one of " + Self.types.joined(separator: ", "))
        }
        isRequired = try reader.boolean("required") ?? false
        var schema: JSONObject = ["type": .string(type)]
        schema["description"] = try reader.text("description").map { .string($0) }
        schema["default"] = reader.member("default")
        if type == "array" { schema["items"] = reader.member("items") ?? [:] }
        for word in Self.words { schema[word] = reader.member(word) }
        self.schema = schema
        let option = try reader.text("option") ?? Self.option(name, version)
        guard option.utf8.count <= 128, option.utf8.first == UInt8(ascii: "-"), !option.contains("="),
            option.drop(while: { $0 == "-" }).allSatisfy({ $0.isASCII && !$0.isWhitespace }),
            option.contains(where: { $0 != "-" })
        else { throw reader.problem("option", "must be an option, such as --name") }
        parameter = PluginParameter(
            name, option: option, style: try Self.style(reader, name, type),
            isSecret: try reader.boolean("secret") ?? false)
    }

    static func option(_ name: String, _ version: ContractVersion) -> String {
        "--" + (version == .one ? name.replacing("_", with: "-") : name)
    }

    private static func style(
        _ reader: DescriptionReader, _ name: String, _ type: String
    ) throws(DescriptionProblem) -> PluginParameter.Style {
        let isArray = type == "array"
        switch try reader.choice("arg_style", ArgumentStyle.self) {
        case .value: return .value
        case .flag: return type == "boolean" ? flag(reader, name) : .value
        case .repeated: return isArray ? .repeated : .value
        case .list: return isArray ? .list : .value
        case .json: return .json
        case .position: return .position
        case nil: break
        }
        if isArray {
            if let nargs = reader.member("nargs"), nargs != "?" { return .list }
            switch reader.member("action")?.stringValue?.lowercased() {
            case "append": return .repeated
            case "extend": return .list
            default: return .value
            }
        }
        guard type == "boolean" else { return .value }
        return flag(reader, name)
    }

    /// Whether a boolean is said by the presence of its option.
    private static func flag(_ reader: DescriptionReader, _ name: String) -> PluginParameter.Style {
        switch reader.member("action")?.stringValue?.lowercased() {
        case "store_true": return .flag
        // `no-cache` says itself that it switches off; `cache` is what an option of that name switches off.
        case "store_false":
            return name.lowercased().hasPrefix("no-") || name.lowercased().hasPrefix("no_") ? .flag : .invertedFlag
        default: break
        }
        let isFlag = reader.member("arg_style") == "flag" || reader.member("takes_value") == false
        return isFlag ? .flag : .value
    }
}
