import Core

/// Why a tool whose definition comes from outside cannot be offered, in words for the operator. Nothing of the definition
/// is repeated but names that are harmless.
public enum DefinitionFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// One of the texts is longer than clients take.
    case tooLong(part: String, max: Int)
    /// Not 1 to 64 letters, digits, `_` and `-`.
    case name
    /// The schema of the arguments, or of the result, is none that clients take.
    case schema(isOutput: Bool, SchemaFault)

    /// What is wrong with one schema.
    public enum SchemaFault: Sendable, Hashable {
        /// Its root does not say that it is an object.
        case noObject
        /// The root has a combinator or a reference, for which hosts refuse all tools.
        case combinator(String)
        /// There is a `$ref` within: nothing is fetched, and many hosts do not look it up.
        case reference
        /// The name of a property that hosts refuse.
        case property
        case tooDeep
        case tooLarge
    }

    /// Bytes of a title, of a description, and of a schema; levels of a schema.
    static let longestTitle = 256
    static let longestDescription = 8 << 10
    static let largestSchema = 64 << 10
    static let deepestSchema = 32

    /// The first fault of a definition; nil when it has none.
    init?(name: String, title: String, description: String, input: JSONObject, output: JSONObject?) {
        if !Tool.isName(name) {
            self = .name
        } else if title.utf8.count > Self.longestTitle {
            self = .tooLong(part: "title", max: Self.longestTitle)
        } else if description.utf8.count > Self.longestDescription {
            self = .tooLong(part: "description", max: Self.longestDescription)
        } else if let fault = Self.fault(of: input) {
            self = .schema(isOutput: false, fault)
        } else if let fault = output.flatMap(Self.fault) {
            self = .schema(isOutput: true, fault)
        } else {
            return nil
        }
    }

    /// What keeps a schema from being the root of one that all hosts take; nil for nothing.
    static func root(of schema: JSONObject) -> SchemaFault? {
        if schema["type"]?.stringValue != "object" { return .noObject }
        return ["oneOf", "anyOf", "allOf", "not", "if", "$ref"].first { schema[$0] != nil }.map { .combinator($0) }
    }

    private static func fault(of schema: JSONObject) -> SchemaFault? {
        if let fault = root(of: schema) ?? within(.object(schema), depth: 0) { return fault }
        return JSON.object(schema).encoded.count > largestSchema ? .tooLarge : nil
    }

    private static func within(_ json: JSON, depth: Int) -> SchemaFault? {
        guard depth <= deepestSchema else { return .tooDeep }
        switch json {
        case .array(let items): return first(of: items, depth)
        case .object(let object):
            if object["$ref"]?.stringValue != nil || object["$dynamicRef"]?.stringValue != nil { return .reference }
            if case .object(let properties)? = object["properties"], !properties.names.allSatisfy(isPropertyName) {
                return .property
            }
            return first(of: object.members.map(\.value), depth)
        default: return nil
        }
    }

    /// Each value is looked at once: the first of a lazy map would look twice at each level, and so 2^32 times at the last.
    private static func first(of values: [JSON], _ depth: Int) -> SchemaFault? {
        for value in values {
            if let fault = within(value, depth: depth + 1) { return fault }
        }
        return nil
    }

    /// What the interfaces of models take for the name of an argument.
    private static func isPropertyName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                byte.isASCIIAlphanumeric || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: ".")
            }
    }

    public var description: String {
        switch self {
        case .name: "its name must be 1 to 64 letters, digits, underscores and hyphens"
        case .tooLong(let part, let max): "its \(part) must have at most \(max) bytes"
        case .schema(let isOutput, let fault): "its \(isOutput ? "output" : "input") schema \(fault.description)"
        }
    }
}

extension DefinitionFault.SchemaFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noObject: "must have the type object at its root"
        case .combinator(let word): "must not have \(word) at its root"
        case .reference: "must not have references: put what they name in their place"
        case .property:
            "must name its properties with 1 to 64 letters, digits, underscores, hyphens and dots"
        case .tooDeep: "must have at most \(DefinitionFault.deepestSchema) levels"
        case .tooLarge: "must have at most \(DefinitionFault.largestSchema) bytes"
        }
    }
}

extension Tool {
    /// The same for definitions that differ in the order of members alone. In this process only.
    var hashOfDefinition: Int {
        var hasher = Hasher()
        hasher.combine(scope)
        hasher.combine(isClosed)
        Self.hash(json(in: .july2026), into: &hasher)
        return hasher.finalize()
    }

    private static func hash(_ json: JSON, into hasher: inout Hasher) {
        switch json {
        case .array(let items):
            hasher.combine(items.count)
            for item in items { hash(item, into: &hasher) }
        case .object(let object):
            hasher.combine(-1 - object.members.count)
            for member in object.members.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
                hasher.combine(member.name)
                hash(member.value, into: &hasher)
            }
        default: json.encoded.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }
}
