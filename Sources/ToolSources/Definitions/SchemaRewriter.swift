import Core

/// Rewrites one schema: references replaced by what they point at, boolean schemas by objects, texts cleaned, all within bounds.
///
/// Every value that is written is counted, so that a short schema whose references multiply ends soon.
struct SchemaRewriter {
    private let root: JSON
    private let bounds: DefinitionBounds
    private var octets = 0
    private var properties = 0
    /// The references that lead to where the reading is.
    private var open: [String] = []

    init(root: JSON, bounds: DefinitionBounds) {
        self.root = root
        self.bounds = bounds
    }

    /// A schema at this depth, as an object.
    mutating func schema(_ json: JSON, depth: Int = 1) throws(SchemaRefusal) -> JSONObject {
        switch json {
        case .bool(true): return [:]
        case .bool(false): return ["not": [:]]
        case .object(let object):
            guard depth <= bounds.depth else { throw SchemaRefusal("is nested more than \(bounds.depth) deep") }
            return try self.object(object, depth)
        default: throw SchemaRefusal("has a value where a schema is expected")
        }
    }

    private mutating func object(_ given: JSONObject, _ depth: Int) throws(SchemaRefusal) -> JSONObject {
        for word in ["$dynamicRef", "$recursiveRef"] where given[word] != nil {
            throw SchemaRefusal("has a \(word), which clients do not take")
        }
        guard let reference = given["$ref"] else { return try words(given, depth) }
        guard let text = reference.stringValue else { throw SchemaRefusal("has a $ref that is not a string") }
        var rest = given
        rest["$ref"] = nil
        var output = try target(of: text, depth)
        var conflicts = JSONObject()
        for (name, value) in try words(rest, depth).members {
            if output[name] == nil || Self.annotations.contains(name) {
                output[name] = value
            } else {
                conflicts[name] = value
            }
        }
        if !conflicts.isEmpty {
            output["allOf"] = .array((output["allOf"]?.arrayValue ?? []) + [.object(conflicts)])
        }
        return output
    }

    /// Words beside a reference that say more about the same thing and replace what stands there.
    private static let annotations: Set<String> = [
        "title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly",
    ]

    /// What a reference points at. Within itself it takes everything: the tool itself knows more.
    private mutating func target(of reference: String, _ depth: Int) throws(SchemaRefusal) -> JSONObject {
        let shown = Neutral.cited(Neutral.echo(reference))
        guard reference.utf8.first == UInt8(ascii: "#") else {
            throw SchemaRefusal("refers to another document by $ref \(shown); only references within it are followed")
        }
        if open.contains(reference) { return [:] }
        guard open.count < bounds.references else {
            throw SchemaRefusal("has references that lead through more than \(bounds.references) others")
        }
        guard let pointer = PercentCoding.decode(String(reference.dropFirst())),
            let found = JSONPointer.value(at: pointer, in: root)
        else { throw SchemaRefusal("has no place for its $ref \(shown)") }
        open.append(reference)
        defer { open.removeLast() }
        return try schema(found, depth: depth)
    }

    // MARK: Words

    /// How the value of a word is read.
    private enum Kind {
        case text, list, schema, schemaOrBoolean, schemas, namedSchemas, literal, choices, annotation, type, names
        case namesByName, number, boolean, word
    }

    /// JSON Schema 2020-12 without its words for identity, plus what older drafts and OpenAPI say in its place.
    private static let kinds: [String: Kind] = [
        "type": .type, "title": .text, "description": .text, "enum": .choices, "const": .literal,
        "default": .annotation, "examples": .annotation, "example": .annotation, "properties": .namedSchemas,
        "patternProperties": .namedSchemas, "dependentSchemas": .namedSchemas,
        "additionalProperties": .schemaOrBoolean, "unevaluatedProperties": .schemaOrBoolean,
        "unevaluatedItems": .schemaOrBoolean, "propertyNames": .schema, "items": .list, "contains": .schema,
        "prefixItems": .schemas, "allOf": .schemas, "anyOf": .schemas, "oneOf": .schemas, "not": .schema,
        "if": .schema, "then": .schema, "else": .schema, "contentSchema": .schema, "required": .names,
        "dependentRequired": .namesByName, "minimum": .number, "maximum": .number, "exclusiveMinimum": .number,
        "exclusiveMaximum": .number, "multipleOf": .number, "minLength": .number, "maxLength": .number,
        "minItems": .number, "maxItems": .number, "minContains": .number, "maxContains": .number,
        "minProperties": .number, "maxProperties": .number, "uniqueItems": .boolean, "deprecated": .boolean,
        "readOnly": .boolean, "writeOnly": .boolean, "nullable": .boolean, "format": .word, "pattern": .word,
        "contentEncoding": .word, "contentMediaType": .word,
    ]

    private mutating func words(_ given: JSONObject, _ depth: Int) throws(SchemaRefusal) -> JSONObject {
        var output = JSONObject()
        for (name, value) in given.members {
            guard let kind = Self.kinds[name] else { continue }
            try charge(name.utf8.count + 4)
            if let value = try word(kind, value, depth) { output[name] = value }
        }
        // Before 2019-09 a list of schemas stood under `items`, and the rest of the array under `additionalItems`.
        if given["items"]?.arrayValue != nil {
            output["prefixItems"] = output["items"]
            output["items"] = nil
            if let rest = given["additionalItems"] { output["items"] = .object(try schema(rest, depth: depth + 1)) }
        }
        // Draft 4 wrote a bound that is excluded as a flag.
        for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")]
        where given[flag]?.boolValue == true {
            output[flag] = output[bound]
            output[bound] = nil
        }
        return output
    }

    /// The value of a word; nil when it is not what the word wants, which then says nothing.
    private mutating func word(_ kind: Kind, _ value: JSON, _ depth: Int) throws(SchemaRefusal) -> JSON? {
        switch kind {
        case .text:
            guard let text = value.stringValue else { return nil }
            return try charged(OutsideText.text(text, max: bounds.description))
        case .word:
            guard let text = value.stringValue, OutsideText.isSeen(text) else { return nil }
            return try charged(text)
        case .type: return try type(value)
        case .number:
            guard value.numberValue != nil else { return nil }
            return try literal(value, depth)
        case .boolean:
            guard value.boolValue != nil else { return nil }
            return value
        case .literal, .choices:
            if kind == .choices, value.arrayValue?.isEmpty ?? true { return nil }
            guard Self.isSeen(value) else {
                throw SchemaRefusal("has a value with invisible characters")
            }
            return try literal(value, depth)
        case .annotation:
            guard Self.isSeen(value) else { return nil }
            return try literal(value, depth)
        case .names: return try names(value)
        case .namesByName:
            guard let object = value.objectValue else { return nil }
            var output = JSONObject()
            for (name, value) in object.members {
                try checkName(name)
                output[name] = try names(value)
            }
            return .object(output)
        case .schemaOrBoolean where value.boolValue != nil: return value
        case .schema, .schemaOrBoolean: return .object(try schema(value, depth: depth + 1))
        case .list where value.arrayValue == nil: return .object(try schema(value, depth: depth + 1))
        case .list, .schemas:
            guard let items = value.arrayValue, !items.isEmpty else { return nil }
            var output: [JSON] = []
            for item in items { output.append(.object(try schema(item, depth: depth + 2))) }
            return .array(output)
        case .namedSchemas:
            guard let object = value.objectValue else { throw SchemaRefusal("has properties that are not an object") }
            var output = JSONObject()
            output.members.reserveCapacity(object.count)
            for (name, value) in object.members {
                try checkName(name)
                properties += 1
                guard properties <= bounds.properties else {
                    throw SchemaRefusal("names more than \(bounds.properties) properties")
                }
                output.members.append((name: name, value: .object(try schema(value, depth: depth + 2))))
            }
            return .object(output)
        }
    }

    private static let types = ["object", "array", "string", "number", "integer", "boolean", "null"]

    /// One word where there is one: many clients take no list.
    private mutating func type(_ value: JSON) throws(SchemaRefusal) -> JSON? {
        let given = (value.arrayValue ?? [value]).compactMap(\.stringValue)
        let known = Self.types.filter(given.contains)
        try charge(12 * known.count)
        return known.count > 1 ? .array(known.map { .string($0) }) : known.first.map { .string($0) }
    }

    private mutating func names(_ value: JSON) throws(SchemaRefusal) -> JSON? {
        guard let names = value.arrayValue?.compactMap(\.stringValue), !names.isEmpty else { return nil }
        for name in names { try checkName(name) }
        return .array(names.map { .string($0) })
    }

    private mutating func checkName(_ name: String) throws(SchemaRefusal) {
        try charge(name.utf8.count + 4)
        guard OutsideText.isSeen(name) else {
            throw SchemaRefusal("has a property whose name has invisible characters")
        }
    }

    // MARK: Values

    private mutating func literal(_ value: JSON, _ depth: Int) throws(SchemaRefusal) -> JSON {
        guard depth <= bounds.depth else { throw SchemaRefusal("is nested more than \(bounds.depth) deep") }
        switch value {
        case .string(let text): try charge(text.utf8.count + 3)
        case .number(let number): try charge(number.text.utf8.count + 1)
        case .null, .bool: try charge(5)
        case .array(let items):
            try charge(2)
            for item in items { _ = try literal(item, depth + 1) }
        case .object(let object):
            try charge(2)
            for (name, value) in object.members {
                try charge(name.utf8.count + 4)
                _ = try literal(value, depth + 1)
            }
        }
        return value
    }

    private static func isSeen(_ value: JSON) -> Bool {
        switch value {
        case .string(let text): OutsideText.isSeen(text)
        case .array(let items): items.allSatisfy(isSeen)
        case .object(let object): object.members.allSatisfy { OutsideText.isSeen($0.name) && isSeen($0.value) }
        case .null, .bool, .number: true
        }
    }

    private mutating func charged(_ text: String) throws(SchemaRefusal) -> JSON {
        try charge(text.utf8.count + 3)
        return .string(text)
    }

    private mutating func charge(_ count: Int) throws(SchemaRefusal) {
        octets += count
        guard octets <= bounds.schema else { throw SchemaRefusal("is larger than \(bounds.schema) bytes") }
    }
}
