import Core

/// The arguments of a request's body, and how they are put into it.
extension OpenAPITool {
    mutating func addBody() throws(OpenAPIFault) {
        guard let given = operation.members["requestBody"] else { return }
        guard let described = source.resolved(given)?.objectValue else {
            throw .unfit("has a reference that does not resolve within the document")
        }
        let isRequired = described["required"]?.boolValue == true
        guard let (kind, media) = Self.media(described["content"]?.objectValue ?? [:]), operation.method != "GET",
            operation.method != "DELETE"
        else {
            if isRequired {
                throw .unfit("needs a body of a type that is not supported, or that \(operation.method) does not allow")
            }
            return
        }
        let schema = try schemas.schema(media["schema"] ?? [:])
        let members = BodyMembers(schema)
        switch kind {
        case "json":
            if members.isPlain { body = (kind, .object(try values(members, isRequired))) } else { fallthrough }
        case "text": body = (kind, ["$arg": .string(try add("body", schema, isRequired: isRequired, place: nil))])
        case "form":
            guard members.isPlain else { throw .unfit("has a form whose fields are not described") }
            var fields = JSONObject()
            for (name, value) in try values(members, isRequired).members {
                var value = value.objectValue ?? [:]
                let encoding = media["encoding"]?[name]?.objectValue ?? [:]
                let schema = members.schema(name)
                for (option, word) in self.value("", schema, encoding).members where option != "$arg" {
                    value[option] = word
                }
                fields.members.append((name, .object(value)))
            }
            body = (kind, .object(fields))
        default:
            guard members.isPlain else { throw .unfit("has a form whose fields are not described") }
            body = (
                kind,
                .array(
                    try values(members, isRequired).members.map {
                        Self.part($0.name, $0.value, members.schema($0.name))
                    })
            )
        }
    }

    /// A reference for each member; the arguments are added.
    private mutating func values(_ members: BodyMembers, _ isRequired: Bool) throws(OpenAPIFault) -> JSONObject {
        var values = JSONObject()
        for member in members.properties {
            let isNeeded = isRequired && members.required.contains(member.name)
            let argument = try add(member.name, member.value, isRequired: isNeeded, place: nil)
            values.members.append((member.name, ["$arg": .string(argument)]))
        }
        return values
    }

    private static func part(_ name: String, _ value: JSON, _ schema: JSON) -> JSON {
        let isFile = schema["format"] == "binary" || schema["format"] == "byte"
        return isFile
            ? ["name": .string(name), "base64": value, "filename": .string(name)]
            : ["name": .string(name), "value": value]
    }

    /// The first content that can be written, and its kind.
    static func media(_ content: JSONObject) -> (kind: String, media: JSON)? {
        let named = content.members.map { (MediaType($0.name).name ?? "", $0.value) }
        func first(_ fits: (String) -> Bool) -> JSON? { named.first { fits($0.0) }?.1 }
        if let media = first({ $0 == "application/json" }) ?? first({ $0.hasSuffix("+json") || $0 == "*/*" }) {
            return ("json", media)
        }
        if let media = first({ $0 == "application/x-www-form-urlencoded" }) { return ("form", media) }
        if let media = first({ $0 == "multipart/form-data" }) { return ("multipart", media) }
        return first { $0 == "text/plain" }.map { ("text", $0) }
    }
}

/// The members of a body that is an object, however its schema is put together.
private struct BodyMembers {
    private(set) var properties: [(name: String, value: JSON)] = []
    private(set) var required: Set<String> = []
    private var isObject = true

    init(_ schema: JSON) {
        add(schema, isCertain: true, level: 0)
        // What has members of any name is one argument, or they could not be given.
        if schema["additionalProperties"]?.objectValue?.isEmpty == false { isObject = false }
    }

    /// Whether each member can be an argument of its own.
    var isPlain: Bool { isObject && !properties.isEmpty && !properties.contains { $0.name.hasPrefix("$") } }

    func schema(_ name: String) -> JSON { properties.first { $0.name == name }?.value ?? [:] }

    /// What one of several alternatives has is offered, and not required.
    private mutating func add(_ schema: JSON, isCertain: Bool, level: Int) {
        if let type = schema["type"], type != "object" { isObject = false }
        guard level < 8 else { return }
        for member in schema["properties"]?.objectValue?.members ?? []
        where !properties.contains(where: { $0.name == member.name }) {
            properties.append(member)
        }
        if isCertain { required.formUnion((schema["required"]?.arrayValue ?? []).compactMap(\.stringValue)) }
        for part in schema["allOf"]?.arrayValue ?? [] { add(part, isCertain: isCertain, level: level + 1) }
        for name in ["anyOf", "oneOf"] {
            for part in schema[name]?.arrayValue ?? [] { add(part, isCertain: false, level: level + 1) }
        }
    }
}
