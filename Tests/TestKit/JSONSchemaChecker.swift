public import Core

/// Checks documents against a JSON Schema document, with the words that the protocol's own schemas and our tools' use.
///
/// A word that it does not know is a problem of its own, so that a schema can never be taken for weaker than it is.
public struct JSONSchemaChecker: Sendable {
    private let root: JSON
    private static let annotations: Set<String> = [
        "description", "title", "default", "$schema", "$id", "format", "$comment", "examples", "definitions", "$defs",
    ]

    /// Checks against this document; `$ref` points into it.
    public init(_ root: JSON) { self.root = root }

    /// What is wrong with `value` by the definition of this name (under `definitions` or `$defs`); empty when nothing is.
    public func problems(_ value: JSON, definition: String) -> [String] {
        guard let schema = root["definitions"]?[definition] ?? root["$defs"]?[definition] else {
            return ["there is no definition \(definition)"]
        }
        return problems(value, schema, "$")
    }

    /// What is wrong with `value` by the root schema.
    public func problems(_ value: JSON) -> [String] { problems(value, root, "$") }

    private func problems(_ value: JSON, _ schema: JSON, _ path: String) -> [String] {
        if let allows = schema.boolValue { return allows ? [] : ["\(path): nothing is allowed"] }
        guard let schema = schema.objectValue else { return ["\(path): not a schema"] }
        return schema.members.flatMap { word, argument in
            check(value, word, argument, schema, path)
        }
    }

    private func check(_ value: JSON, _ word: String, _ argument: JSON, _ schema: JSONObject, _ path: String)
        -> [String]
    {
        func unless(_ holds: Bool, _ problem: @autoclosure () -> String) -> [String] {
            holds ? [] : ["\(path): \(problem())"]
        }
        let found = String(decoding: value.encoded.prefix(80), as: UTF8.self)
        switch word {
        case _ where Self.annotations.contains(word): return []
        case "$ref":
            guard let name = argument.stringValue?.split(separator: "/").last.map(String.init),
                let target = root["definitions"]?[name] ?? root["$defs"]?[name]
            else { return ["\(path): unknown reference"] }
            return problems(value, target, path)
        case "type":
            let types = argument.stringValue.map { [$0] } ?? argument.arrayValue?.compactMap(\.stringValue) ?? []
            return unless(types.contains { Self.isOf(value, $0) }, "\(found) is not \(types.joined(separator: " or "))")
        case "const": return unless(value == argument, "\(found) is not the constant")
        case "enum": return unless(argument.arrayValue?.contains(value) == true, "\(found) is not in the enum")
        case "required":
            guard let object = value.objectValue else { return [] }
            return (argument.arrayValue ?? []).compactMap(\.stringValue).filter { object[$0] == nil }
                .map { "\(path): \($0) is missing" }
        case "properties":
            guard let object = value.objectValue, let properties = argument.objectValue else { return [] }
            return object.members.flatMap { name, value in
                properties[name].map { problems(value, $0, "\(path).\(name)") } ?? []
            }
        case "additionalProperties":
            guard let object = value.objectValue else { return [] }
            let known = schema["properties"]?.objectValue?.names ?? []
            return object.members.filter { !known.contains($0.name) }
                .flatMap { problems($0.value, argument, "\(path).\($0.name)") }
        case "items":
            return (value.arrayValue ?? []).enumerated().flatMap { problems($1, argument, "\(path)[\($0)]") }
        case "allOf": return (argument.arrayValue ?? []).flatMap { problems(value, $0, path) }
        case "anyOf", "oneOf":
            let failures = (argument.arrayValue ?? []).map { problems(value, $0, path) }
            let matches = failures.filter(\.isEmpty).count
            if word == "oneOf" ? matches == 1 : matches > 0 { return [] }
            return ["\(path): \(matches) of \(word) match \(found)"] + (failures.min { $0.count < $1.count } ?? [])
        case "minimum": return unless((value.doubleValue ?? .infinity) >= argument.doubleValue ?? 0, "too small")
        case "maximum": return unless((value.doubleValue ?? -.infinity) <= argument.doubleValue ?? 0, "too large")
        case "minLength":
            return unless((value.stringValue?.unicodeScalars.count ?? .max) >= argument.intValue ?? 0, "too short")
        case "maxLength":
            return unless((value.stringValue?.unicodeScalars.count ?? 0) <= argument.intValue ?? 0, "too long")
        case "pattern":
            guard let text = value.stringValue else { return [] }
            guard let pattern = try? Regex(argument.stringValue ?? "(") else { return ["\(path): not a pattern"] }
            return unless(text.firstMatch(of: pattern) != nil, "\(found) is not of the pattern")
        case "minItems": return unless((value.arrayValue?.count ?? .max) >= argument.intValue ?? 0, "too few items")
        case "maxItems": return unless((value.arrayValue?.count ?? 0) <= argument.intValue ?? 0, "too many items")
        default: return ["\(path): the checker does not know the word \(word)"]
        }
    }

    private static func isOf(_ value: JSON, _ type: String) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("number", .number), ("string", .string), ("array", .array),
            ("object", .object):
            true
        case ("integer", .number): value.doubleValue.map { $0 == $0.rounded() } ?? false
        default: false
        }
    }
}
