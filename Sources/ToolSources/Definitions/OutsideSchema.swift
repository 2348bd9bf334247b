public import Core

/// JSON Schemas from outside, rewritten so that clients in the field take them: an object at the root, without a reference
/// anywhere and without a combinator at the root.
///
/// The rewritten schema takes everything that the given one takes, and may take more: what it no longer says, the tool itself
/// checks. Words that `ArgumentSchema` does not know are published and not checked; words that JSON Schema does not know are left
/// out.
public enum OutsideSchema {
    /// The schema of a tool's arguments; nil and null take none.
    public static func input(
        _ schema: JSON?, bounds: DefinitionBounds = DefinitionBounds()
    ) throws(SchemaRefusal) -> JSONObject {
        let input = try rewritten(schema ?? .null, bounds: bounds)
        for (name, _) in input["properties"]?.objectValue?.members ?? [] where !isArgumentName(name) {
            throw SchemaRefusal(
                "names the argument \(Neutral.cited(Neutral.echo(name))); names must have 1 to 64 letters, digits, _, . and -"
            )
        }
        return input
    }

    /// The schema of a tool's structured result.
    public static func output(
        _ schema: JSON, bounds: DefinitionBounds = DefinitionBounds()
    ) throws(SchemaRefusal) -> JSONObject { try rewritten(schema, bounds: bounds) }

    /// What the models' own services take for the name of an argument.
    public static func isArgumentName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { $0.isASCIIAlphanumeric || "_.-".utf8.contains($0) }
    }

    private static func rewritten(_ schema: JSON, bounds: DefinitionBounds) throws(SchemaRefusal) -> JSONObject {
        let root: JSON
        switch schema {
        case .null, .bool(true): root = ["type": "object"]
        case .bool(false): throw SchemaRefusal("accepts no value")
        case .object: root = schema
        case .string, .number, .array: throw SchemaRefusal("is not an object")
        }
        var rewriter = SchemaRewriter(root: root, bounds: bounds)
        let flat = try SchemaRoot.flattened(try rewriter.schema(root))
        var output: JSONObject = ["type": "object", "properties": .object(try SchemaRoot.properties(of: flat))]
        for (name, value) in flat.members where name != "type" && name != "properties" { output[name] = value }
        // Branches of the root that were joined are counted anew.
        var octets: [UInt8] = []
        output.write(to: &octets)
        guard octets.count <= bounds.schema else { throw SchemaRefusal("is larger than \(bounds.schema) bytes") }
        return output
    }
}

/// Makes one object of a schema's root, which no client takes with a combinator.
enum SchemaRoot {
    private static let combinators = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else"]
    /// Combinators within combinators.
    private static let deepest = 8

    /// The properties of a root, which must be an object's.
    static func properties(of root: JSONObject) throws(SchemaRefusal) -> JSONObject {
        guard isObject(root) else { throw SchemaRefusal("is not an object at its root") }
        return root["properties"]?.objectValue ?? [:]
    }

    /// The schema without combinators: what all of `allOf` say is joined; of `anyOf` and `oneOf`, every branch's properties may be
    /// given, and what each of them requires is required.
    static func flattened(_ schema: JSONObject, depth: Int = 0) throws(SchemaRefusal) -> JSONObject {
        guard combinators.contains(where: { schema[$0] != nil }) else { return schema }
        guard depth < deepest else { throw SchemaRefusal("combines schemas more than \(deepest) deep at its root") }
        var joined = schema
        for name in combinators { joined[name] = nil }
        for branch in schema["allOf"]?.arrayValue ?? [] {
            let branch = try flattened(branch.objectValue ?? [:], depth: depth + 1)
            guard isObject(branch) else { throw SchemaRefusal("is not an object at its root") }
            for (name, value) in branch.members where joined[name] == nil && name != "required" && name != "properties"
            {
                joined[name] = value
            }
            join(&joined, branch["properties"]?.objectValue ?? [:], required: names(branch["required"]), by: "allOf")
        }
        for name in ["anyOf", "oneOf"] {
            guard let given = schema[name]?.arrayValue else { continue }
            var branches: [JSONObject] = []
            for branch in given {
                let branch = try flattened(branch.objectValue ?? [:], depth: depth + 1)
                // Arguments are always an object: a branch for something else never fits.
                if isObject(branch) { branches.append(branch) }
            }
            guard !branches.isEmpty else { throw SchemaRefusal("is not an object at its root") }
            joinAlternatives(&joined, branches)
        }
        let conditional = [schema["then"], schema["else"]].compactMap { $0?.objectValue }
        for branch in conditional {
            let branch = try flattened(branch, depth: depth + 1)
            joinAlternatives(&joined, [branch, [:]])
        }
        if joined["type"] == nil { joined["type"] = "object" }
        return joined
    }

    private static func isObject(_ schema: JSONObject) -> Bool {
        switch schema["type"] {
        case nil: true
        case .array(let types): types.contains("object")
        case .some(let type): type == "object"
        }
    }

    private static func names(_ required: JSON?) -> [String] {
        (required?.arrayValue ?? []).compactMap(\.stringValue)
    }

    private static func join(
        _ schema: inout JSONObject, _ properties: JSONObject, required: [String], by combinator: String
    ) {
        var own = schema["properties"]?.objectValue ?? [:]
        for (name, value) in properties.members {
            guard let known = own[name], known != value else {
                own[name] = value
                continue
            }
            own[name] = .object([combinator: [known, value]])
        }
        if !own.isEmpty { schema["properties"] = .object(own) }
        let all = names(schema["required"])
        let added = required.filter { !all.contains($0) }
        if !added.isEmpty { schema["required"] = .array((all + added).map { .string($0) }) }
    }

    /// Adds what one of the branches says. What the schema says of a property itself holds in every branch and stays alone.
    private static func joinAlternatives(_ schema: inout JSONObject, _ branches: [JSONObject]) {
        let own = schema["properties"]?.objectValue ?? [:]
        var offered: JSONObject = [:]
        for branch in branches {
            for (name, value) in branch["properties"]?.objectValue?.members ?? [] where own[name] == nil {
                offered[name] = offered[name].map { alternative($0, value) } ?? value
            }
        }
        var required = names(branches.first?["required"])
        for branch in branches.dropFirst() {
            let others = names(branch["required"])
            required.removeAll { !others.contains($0) }
        }
        join(&schema, offered, required: required, by: "anyOf")
    }

    /// A schema that takes what either takes. Two lists of choices become one, as for the words that tell branches apart.
    private static func alternative(_ one: JSON, _ other: JSON) -> JSON {
        if one == other { return one }
        if let first = choices(one), let second = choices(other) {
            var joined = one.objectValue ?? [:]
            joined["const"] = nil
            joined["enum"] = .array(first + second.filter { !first.contains($0) })
            return .object(joined)
        }
        let branches = one.objectValue?.count == 1 ? one["anyOf"]?.arrayValue : nil
        return ["anyOf": .array((branches ?? [one]) + [other])]
    }

    /// The only values that a schema takes, when it says nothing else of them than type and words for people.
    private static func choices(_ schema: JSON) -> [JSON]? {
        guard let object = schema.objectValue,
            object.names.allSatisfy({ ["const", "enum", "type", "title", "description"].contains($0) })
        else { return nil }
        return object["const"].map { [$0] } ?? object["enum"]?.arrayValue
    }
}
