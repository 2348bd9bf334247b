public import Core

/// Reads the arguments of a call by their JSON Schema: what a model has only spelled wrong is put right, the rest is named.
///
/// Knows the words that are plain to check: `type`, `enum`, `const`, `properties`, `required`, `additionalProperties` (false only),
/// `items`, `uniqueItems`, the bounds of numbers, texts and arrays, `multipleOf` of whole numbers, some of `format`, and `anyOf` or
/// `oneOf` of something and null. Texts are measured in Unicode scalars. Every other word, such as `pattern`, is published and not checked:
/// whoever runs the call knows it.
///
/// Null is what many models and adapters write for an argument that is not given, and so is the empty text: neither is ever
/// a value of an optional argument. Null is one of a required argument whose schema takes it.
public enum ArgumentSchema {
    /// Everything that is wrong with a call's arguments, for the model that made it.
    public struct Problems: Error, Sendable, Equatable {
        public let lines: [String]

        /// One sentence for each.
        public var text: String {
            lines.count == 1
                ? "The arguments do not fit: \(lines[0])\(lines[0].hasSuffix("?") ? "" : ".") Correct it and call again."
                : "The arguments do not fit:\n" + lines.map { "- \($0)" }.joined(separator: "\n")
                    + "\nCorrect them and call again."
        }
    }

    /// Problems that one answer lists.
    static let maxProblems = 20

    /// The arguments as the schema wants them, or everything that is wrong.
    /// - Parameters:
    ///   - isClosed: refuses members that the schema does not name, whether or not it says so itself.
    ///   - takesEmptyTexts: an empty text was typed by a person and is an answer.
    ///   - fillsDefaults: what is not given gets the `default` of its schema, which is not checked.
    ///   - suggest: the name among those given that was probably meant by another.
    public static func read(
        _ arguments: JSONObject, schema: JSONObject, isClosed: Bool = false, takesEmptyTexts: Bool = false,
        fillsDefaults: Bool = false,
        suggest: @escaping (String, [String]) -> String? = { NearestName.suggest(for: $0, among: $1) }
    ) -> Result<JSONObject, Problems> {
        var check = ArgumentCheck(
            takesEmptyTexts: takesEmptyTexts, fillsDefaults: fillsDefaults, suggest: suggest)
        let read = check.object(arguments, schema, isClosed: isClosed, at: "")
        return check.problems.isEmpty ? .success(read) : .failure(Problems(lines: check.problems))
    }
}

/// One reading under way.
struct ArgumentCheck {
    let takesEmptyTexts: Bool
    let fillsDefaults: Bool
    private(set) var problems: [String] = []
    private let suggest: (String, [String]) -> String?

    init(takesEmptyTexts: Bool, fillsDefaults: Bool, suggest: @escaping (String, [String]) -> String?) {
        self.takesEmptyTexts = takesEmptyTexts
        self.fillsDefaults = fillsDefaults
        self.suggest = suggest
    }

    /// As much is wrong as one answer lists: what else there is need not be looked at.
    private var isFull: Bool { problems.count >= ArgumentSchema.maxProblems }

    private mutating func report(_ path: String, _ problem: String) {
        if !isFull { problems.append("\(path) \(problem)") }
    }

    mutating func object(
        _ object: JSONObject, _ schema: JSONObject, isClosed: Bool = false, at path: String
    ) -> JSONObject {
        let properties = schema["properties"]?.objectValue ?? [:]
        let required = schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? []
        var output = JSONObject()
        for (name, value) in object.members where !isFull {
            let place = path.isEmpty ? Neutral.echo(name) : "\(path).\(Neutral.echo(name))"
            guard let property = properties[name]?.objectValue else {
                if isClosed || schema["additionalProperties"]?.boolValue == false {
                    let hint = suggest(name, properties.names)
                    report(place, "is not known" + NearestName.hint(hint))
                } else {
                    output.members.append((name, value))
                }
                continue
            }
            if isLeftOut(value) {
                if required.contains(name) {
                    if value.isNull, NullableSchema.split(property).takesNull {
                        output.members.append((name, value))
                    } else {
                        report(place, "is required and must not be empty")
                    }
                }
                continue
            }
            output.members.append((name, self.value(value, property, at: place)))
        }
        if fillsDefaults {
            for (name, property) in properties.members where output[name] == nil {
                guard let value = property["default"], !value.isNull else { continue }
                output.members.append((name, value))
            }
        }
        for name in required where object[name] == nil && output[name] == nil {
            let place = path.isEmpty ? name : "\(path).\(name)"
            // What a closed schema refuses has been named already.
            let given = object.names.first { properties[$0] == nil && suggest($0, [name]) == name }
            let isOpen = schema["additionalProperties"]?.boolValue != false
            report(
                place, "is required" + (isOpen ? given.map { "; was it given as \(Neutral.echo($0))?" } ?? "" : ""))
        }
        return output
    }

    private func isLeftOut(_ value: JSON) -> Bool {
        switch value {
        case .null: true
        case .string(let text): text.isEmpty && !takesEmptyTexts
        default: false
        }
    }

    private mutating func value(_ given: JSON, _ outer: JSONObject, at path: String) -> JSON {
        let (schema, takesNull) = NullableSchema.split(outer)
        if takesNull, given.isNull { return given }
        let type = schema["type"]?.stringValue
        let value = ArgumentCoercion.coerce(given, to: type, items: schema["items"]?["type"]?.stringValue)
        if let type, !Self.isOf(value, type) {
            report(path, "must be " + Self.words(type))
            return value
        }
        if let choices = schema["enum"]?.arrayValue, !choices.contains(value) {
            let texts = choices.compactMap(\.stringValue)
            let hint = value.stringValue.flatMap { NearestName.suggest(for: $0, among: texts) }
            report(
                path,
                "must be one of \(texts.joined(separator: ", "))" + NearestName.hint(hint))
        }
        // What is too long is told by its length alone.
        guard bounds(value, schema, at: path) else { return value }
        if let problem = ValueRules.problem(of: value, schema) {
            report(path, problem)
            return value
        }
        switch value {
        case .object(let object): return .object(self.object(object, schema, at: path))
        case .array(let items):
            guard let schema = schema["items"]?.objectValue else { return value }
            return .array(items.enumerated().map { isFull ? $1 : self.value($1, schema, at: "\(path)[\($0)]") })
        default: return value
        }
    }

    /// - Returns: false when the value is outside.
    private mutating func bounds(_ value: JSON, _ schema: JSONObject, at path: String) -> Bool {
        let before = problems.count
        func limit(_ name: String) -> Double? { schema[name]?.doubleValue }
        func outside(_ size: Double, _ least: Double?, _ most: Double?) -> Bool {
            size < least ?? size || size > most ?? size
        }
        func range(_ least: String, _ most: String) -> String {
            switch (schema[least]?.numberValue?.text, schema[most]?.numberValue?.text) {
            case (let least?, let most?): "from \(least) to \(most)"
            case (let least?, nil): "at least \(least)"
            case (_, let most): "at most \(most ?? "")"
            }
        }
        switch value {
        case .number:
            if let number = value.doubleValue, outside(number, limit("minimum"), limit("maximum")) {
                report(path, "must be " + range("minimum", "maximum"))
            }
        case .string(let text):
            if outside(Double(text.unicodeScalars.count), limit("minLength"), limit("maxLength")) {
                report(path, "must have \(range("minLength", "maxLength")) characters")
            }
        case .array(let items):
            if outside(Double(items.count), limit("minItems"), limit("maxItems")) {
                report(path, "must have \(range("minItems", "maxItems")) items")
            }
        default: break
        }
        return problems.count == before
    }

    // MARK: Types

    private static func isOf(_ value: JSON, _ type: String) -> Bool {
        switch (type, value) {
        case ("string", .string), ("boolean", .bool), ("array", .array), ("object", .object), ("number", .number):
            true
        case ("integer", .number(let number)): number.intValue != nil
        default: false
        }
    }

    private static func words(_ type: String) -> String {
        switch type {
        case "string": "a string"
        case "boolean": "true or false"
        case "array": "an array"
        case "object": "an object"
        case "integer": "a whole number"
        case "number": "a number"
        default: type
        }
    }
}

/// Turns what models often write for a value into the value: numbers, booleans, arrays and objects as strings.
///
/// Only where the schema allows no string: there a string that looks like a number is a string.
enum ArgumentCoercion {
    /// Bytes of a number or a word.
    private static let longestScalar = 400

    /// - Parameters:
    ///   - type: what the schema wants; nil takes all.
    ///   - items: the one type of an array's items.
    static func coerce(_ value: JSON, to type: String?, items: String?) -> JSON {
        guard let type else { return value }
        if case .number(let number) = value, type == "integer" {
            // `3.0` is how some languages write 3.
            guard number.intValue == nil, let whole = number.wholeValue else { return value }
            return .number(JSONNumber(whole))
        }
        guard case .string(let text) = value, type != "string" else {
            // One item for a list of them.
            if type == "array", let items, isScalar(value, items) { return .array([value]) }
            return value
        }
        return read(trim(text), as: type, items: items, original: value) ?? value
    }

    /// The value that a text spells; nil when it is none of this type.
    private static func read(_ text: String, as type: String, items: String?, original: JSON) -> JSON? {
        switch type {
        case "array":
            if let json = parsed(text), json.arrayValue != nil { return json }
            return items == "string" ? .array([original]) : nil
        case "object":
            guard let json = parsed(text), json.objectValue != nil else { return nil }
            return json
        // No longer text is one of the others.
        default: break
        }
        guard text.utf8.count <= longestScalar else { return nil }
        switch type {
        case "boolean": return ["true": true, "false": false][text.lowercased()].map { .bool($0) }
        case "integer":
            guard let number = JSONNumber(text: text) else { return nil }
            let read = coerce(.number(number), to: "integer", items: nil)
            return read.intValue == nil ? nil : read
        case "number": return JSONNumber(text: text).map { .number($0) }
        default: return nil
        }
    }

    private static func isScalar(_ value: JSON, _ type: String) -> Bool {
        switch value {
        case .number: type == "number" || type == "integer"
        case .bool: type == "boolean"
        default: false
        }
    }

    private static func parsed(_ text: String) -> JSON? {
        try? JSON.parse(text, limits: JSONLimits(maxDepth: 32, maxBytes: 256 << 10))
    }

    private static func trim(_ text: String) -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x0a || $0 == 0x09 || $0 == 0x0d }
        let bytes = text.utf8
        guard let first = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(text[first...last])
    }
}
