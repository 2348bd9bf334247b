import Core

/// Makes the tool of one operation.
struct OpenAPITool {
    private struct Argument {
        let name: String
        let schema: JSON
        let isRequired: Bool
    }

    /// Levels of schemas that are tried, one after another, until the tool is small enough.
    private static let depths = [6, 3, 1]
    private static let largestInput = 32 << 10
    private static let longestDescription = 1000
    /// Header fields that say something of their own (OpenAPI 3.0 and 3.1, "Parameter Object").
    private static let ignored: Set<String> = ["accept", "authorization", "content-type"]

    let source: OpenAPISource
    let operation: OpenAPIOperation
    var schemas: OpenAPISchemas
    private var arguments: [Argument] = []
    private var segments: [String: String] = [:]
    private var query = JSONObject()
    private var headers = JSONObject()
    var body: (kind: String, value: JSON)?

    private init(_ operation: OpenAPIOperation, _ source: OpenAPISource, depth: Int) {
        self.operation = operation
        self.source = source
        schemas = OpenAPISchemas(source, depth: depth, isRequest: true)
    }

    /// The tool, as it stands in a forwarder's document.
    /// - Throws: why the operation cannot be one.
    static func make(
        _ operation: OpenAPIOperation, _ source: OpenAPISource, publishesResults: Bool
    ) throws(RefusedDefinition) -> JSONObject {
        for depth in depths {
            do throws(OpenAPIFault) {
                var draft = OpenAPITool(operation, source, depth: depth)
                return try draft.tool(publishesResults)
            } catch {
                guard case .unfit(let reason) = error else { continue }
                throw RefusedDefinition(name: operation.label, reason: reason)
            }
        }
        throw RefusedDefinition(name: operation.label, reason: "has more arguments than a model can read")
    }

    private mutating func tool(_ publishesResults: Bool) throws(OpenAPIFault) -> JSONObject {
        // The body's arguments come first: they keep their names.
        try addBody()
        for parameter in try parameters() { try add(parameter) }
        var request: JSONObject = ["method": .string(operation.method), "path": .string(try path())]
        if !query.isEmpty { request["query"] = .object(query) }
        if !headers.isEmpty { request["headers"] = .object(headers) }
        if let body { request[body.kind] = body.value }
        let summary = OutsideText.line(operation.members["summary"]?.stringValue ?? "", max: 128)
        let words = operation.members["description"]?.stringValue ?? ""
        let description = OutsideText.text(words.isEmpty ? summary : words, max: Self.longestDescription)
        var tool: JSONObject = ["name": .string(operation.name)]
        tool["title"] = .string(summary.isEmpty ? operation.name : summary)
        tool["description"] = .string(description.isEmpty ? operation.label : description)
        tool["input"] = .object(try input())
        if publishesResults { tool["output"] = try output() }
        tool["request"] = .object(request)
        if answersWithOctets { tool["response"] = ["as": "bytes"] }
        return tool
    }

    private func input() throws(OpenAPIFault) -> JSONObject {
        var input: JSONObject = [
            "type": "object", "properties": .object(JSONObject(arguments.map { ($0.name, $0.schema) })),
        ]
        let required = arguments.filter(\.isRequired).map { JSON.string($0.name) }
        if !required.isEmpty { input["required"] = .array(required) }
        guard JSON.object(input).encoded.count <= Self.largestInput else {
            throw .large("has more arguments than a model can read")
        }
        // What clients do not take with all its depth they may take with less.
        do throws(SchemaRefusal) { _ = try OutsideSchema.input(.object(input)) } catch {
            throw .large("has arguments whose schema \(error.reason)")
        }
        return input
    }

    // MARK: Arguments

    /// Adds an argument, under another name when another one has it.
    mutating func add(
        _ raw: String, _ schema: JSON, isRequired: Bool, place: String?
    ) throws(OpenAPIFault) -> String {
        let plain = String(
            String.UnicodeScalarView(
                raw.unicodeScalars.prefix(48).map {
                    $0.isASCII && (UInt8($0.value).isASCIIAlphanumeric || $0 == "_" || $0 == "-") ? $0 : "_"
                }))
        let end = plain.lastIndex { $0 != "_" }
        var name = end.map { String(plain[...$0]) } ?? "argument"
        if let place, arguments.contains(where: { $0.name == name }) { name += "__" + place }
        guard !arguments.contains(where: { $0.name == name }) else {
            throw .unfit("has two arguments that would both be called \(name)")
        }
        arguments.append(Argument(name: name, schema: schema, isRequired: isRequired))
        return name
    }

    /// The parameters of the path's operations under those of this one.
    private func parameters() throws(OpenAPIFault) -> [JSONObject] {
        var parameters: [JSONObject] = []
        for given in operation.shared + (operation.members["parameters"]?.arrayValue ?? []) {
            guard let parameter = source.resolved(given)?.objectValue, parameter["name"]?.stringValue != nil,
                parameter["in"]?.stringValue != nil
            else { throw .unfit("has a parameter without a name, or with a reference that does not resolve") }
            parameters.removeAll { $0["name"] == parameter["name"] && $0["in"] == parameter["in"] }
            parameters.append(parameter)
        }
        return parameters
    }

    private mutating func add(_ parameter: JSONObject) throws(OpenAPIFault) {
        let name = parameter["name"]?.stringValue ?? ""
        let place = parameter["in"]?.stringValue ?? ""
        let isRequired = parameter["required"]?.boolValue == true
        let content = parameter["content"]?.objectValue?.members.first?.value
        var schema = try schemas.schema(parameter["schema"] ?? content?["schema"] ?? [:])
        if var object = schema.objectValue, object["description"] == nil,
            let text = parameter["description"]?.stringValue
        {
            object["description"] = .string(OutsideText.line(text, max: 400))
            schema = .object(object)
        }
        switch place {
        case "path":
            guard ["simple", nil].contains(parameter["style"]?.stringValue), content == nil else {
                throw .unfit("has a path parameter in a style that is not supported")
            }
            segments[name] = try add(name, schema, isRequired: true, place: place)
        case "query":
            let argument = try add(name, schema, isRequired: isRequired, place: place)
            query[name] =
                content == nil ? .object(value(argument, schema, parameter)) : ["$text": .string("{\(argument)}")]
        case "header":
            let field = name.lowercased()
            if Self.ignored.contains(field) { return }
            guard !FieldRules.isClosedToArguments(field), FieldRules.isName(field) else {
                if isRequired {
                    throw .unfit("needs the header field \(Neutral.quoted(name)), which no argument may set")
                }
                return
            }
            headers[field] = ["$arg": .string(try add(name, schema, isRequired: isRequired, place: place))]
        default:
            if isRequired { throw .unfit("needs a parameter in \(Neutral.quoted(place)), which is not supported") }
        }
    }

    /// How a parameter's lists and objects are written.
    func value(_ argument: String, _ schema: JSON, _ parameter: JSONObject) -> JSONObject {
        var value: JSONObject = ["$arg": .string(argument)]
        let style = parameter["style"]?.stringValue ?? "form"
        let isExploded = parameter["explode"]?.boolValue ?? (style == "form")
        let isList = schema["type"] == "array"
        switch style {
        case "deepObject":
            value["object"] = "deep"
            if isList { value["array"] = "brackets" }
        case "spaceDelimited" where !isExploded: value["array"] = "space"
        case "pipeDelimited" where !isExploded: value["array"] = "pipe"
        case "form" where !isExploded && isList: value["array"] = "comma"
        default: break
        }
        return value
    }

    /// The path with the names of arguments; each part of it must be one.
    private func path() throws(OpenAPIFault) -> String {
        var output = ""
        var rest = operation.path[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[open..<close].dropFirst())
            guard let argument = segments[name] else {
                throw .unfit("has {\(OutsideText.line(name, max: 60))} in its path, which is not described")
            }
            output += rest[..<open] + "{\(argument)}"
            rest = rest[close...].dropFirst()
        }
        return output + rest
    }

    // MARK: Answers

    private var success: JSONObject {
        let responses = operation.members["responses"]?.objectValue ?? [:]
        let found = ["200", "201", "2XX", "202"].lazy.compactMap { responses[$0] }.first
        return source.resolved(found)?["content"]?.objectValue ?? [:]
    }

    private var answersWithOctets: Bool {
        let types = success.names.map { MediaType($0).name ?? "" }
        return !types.isEmpty
            && types.allSatisfy { type in
                ["image/", "audio/", "video/"].contains { type.hasPrefix($0) }
                    || ["application/octet-stream", "application/pdf", "application/zip"].contains(type)
            }
    }

    private func output() throws(OpenAPIFault) -> JSON? {
        guard let media = Self.media(success), media.kind == "json", let given = media.media["schema"] else {
            return nil
        }
        var schemas = OpenAPISchemas(source, depth: schemas.depth, isRequest: false)
        let schema = try schemas.schema(given)
        return schema["type"] == "object" ? schema : nil
    }
}
