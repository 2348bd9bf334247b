import Core

/// An OpenAPI document whose references are followed, within bounds and within itself.
struct OpenAPISource {
    static let maxReferences = 64

    let root: JSON

    init(_ root: JSON) { self.root = root }

    /// What a value is that may be a reference; nil for one that leads out of the document, or round in a circle.
    func resolved(_ json: JSON?) -> JSON? {
        var json = json
        for _ in 0..<Self.maxReferences {
            guard let reference = json?["$ref"] else { return json }
            json = reference.stringValue.flatMap(target)
        }
        return nil
    }

    /// What a reference leads to; nil when it leads nowhere in this document.
    func target(_ reference: String) -> JSON? {
        guard reference.utf8.first == UInt8(ascii: "#"),
            let pointer = PercentCoding.decode(String(reference.dropFirst()))
        else { return nil }
        return JSONPointer.value(at: pointer, in: root)
    }
}

/// One operation of an OpenAPI document.
struct OpenAPIOperation {
    let method: String
    let path: String
    let members: JSONObject
    /// Parameters of all operations of its path.
    let shared: [JSON]
    /// The tool's name, without the prefix; empty until it is known.
    var name = ""

    init(method: String, path: String, members: JSONObject, shared: [JSON]) {
        self.method = method
        self.path = path
        self.members = members
        self.shared = shared
    }

    /// Whether it is offered to those who have not named it.
    var isOfferedUnasked: Bool { method != "DELETE" && members["deprecated"]?.boolValue != true }

    /// Its id, or its method and path, as a name of letters, digits and single underscores.
    var plainName: String {
        if let id = members["operationId"]?.stringValue, let name = Self.words(id) { return name }
        let steps = path.split(separator: "/").map {
            $0.hasPrefix("{") ? "by_" + $0.dropFirst().dropLast() : String($0)
        }
        return Self.words(([method.lowercased()] + steps).joined(separator: "_")) ?? method.lowercased()
    }

    private static func words(_ text: String) -> String? {
        let parts = text.utf8.prefix(512).split { !$0.isASCIIAlphanumeric }.map { String(decoding: $0, as: UTF8.self) }
        guard let first = parts.first?.utf8.first else { return nil }
        let name = parts.joined(separator: "_")
        return (0x30...0x39).contains(first) ? "op_" + name : name
    }

    /// How a refusal calls it.
    var label: String { OutsideText.line("\(method) \(path)", max: 120) }
}

/// Why an operation is no tool as it was tried.
enum OpenAPIFault: Error {
    /// There is more of it than a model can read; with less depth it may be one.
    case large(String)
    /// It cannot be one; the end of a sentence that begins with the operation.
    case unfit(String)
}

/// Puts what references lead to in their place, for one tool.
struct OpenAPISchemas {
    /// Values of one tool's schema.
    static let maxValues = 4000
    private static let longestText = 400

    /// What is said for people and machines about a value; everything else is about the document.
    private static let plain: Set<String> = [
        "type", "format", "enum", "const", "default", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
        "multipleOf",
        "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
        "required",
    ]
    private static let nested: Set<String> = ["items", "additionalProperties", "not"]
    private static let lists: Set<String> = ["allOf", "anyOf", "oneOf"]

    let source: OpenAPISource
    /// Levels that are written out; below them only the type is said.
    let depth: Int
    /// Of arguments, or of a result: what the other side alone writes is left out.
    let isRequest: Bool
    private var values = 0

    init(_ source: OpenAPISource, depth: Int, isRequest: Bool) {
        self.source = source
        self.depth = depth
        self.isRequest = isRequest
    }

    /// The schema without references.
    mutating func schema(_ json: JSON) throws(OpenAPIFault) -> JSON { try schema(json, 0, []) }

    /// - Parameter open: the references that lead here; one of them again is cut, and takes anything.
    private mutating func schema(_ json: JSON, _ level: Int, _ open: [String]) throws(OpenAPIFault) -> JSON {
        values += 1
        guard values <= Self.maxValues else { throw .large("has more arguments than a model can read") }
        guard let object = json.objectValue else { return json.boolValue == false ? json : [:] }
        if let reference = object["$ref"] {
            guard let text = reference.stringValue, let target = source.target(text) else {
                throw .unfit("has a reference that does not resolve within the document")
            }
            if open.contains(text) || open.count >= OpenAPISource.maxReferences { return [:] }
            return try schema(target, level, open + [text])
        }
        var output = JSONObject()
        for (name, value) in object.members {
            switch name {
            case "title", "description":
                if let text = value.stringValue {
                    output[name] = .string(OutsideText.line(text, max: Self.longestText))
                }
            case "properties" where level < depth:
                output[name] = .object(try properties(value.objectValue ?? [:], level, open))
            case "properties": break
            case _ where Self.plain.contains(name):
                values += value.arrayValue?.count ?? 1
                output[name] = value
            case _ where Self.nested.contains(name) && level < depth:
                if value.boolValue != nil {
                    output[name] = value
                } else {
                    output[name] = try schema(value, level + 1, open)
                }
            case _ where Self.lists.contains(name) && level < depth:
                var items: [JSON] = []
                for item in value.arrayValue ?? [] { items.append(try schema(item, level + 1, open)) }
                if !items.isEmpty { output[name] = .array(items) }
            default: break
            }
        }
        if let names = output["required"]?.arrayValue {
            let known = output["properties"]?.objectValue ?? [:]
            let left = names.filter { $0.stringValue.map { known[$0] != nil } ?? false }
            output["required"] = left.isEmpty ? nil : .array(left)
        }
        return .object(output)
    }

    private mutating func properties(
        _ given: JSONObject, _ level: Int, _ open: [String]
    ) throws(OpenAPIFault) -> JSONObject {
        var output = JSONObject()
        for (name, value) in given.members {
            let whole = source.resolved(value)
            if whole?[isRequest ? "readOnly" : "writeOnly"]?.boolValue == true { continue }
            output.members.append((name, try schema(value, level + 1, open)))
        }
        return output
    }
}
