public import Core

/// Checks JSON values against the rows' schemas and reports every problem with its place.
///
/// Pure and bounded: it stops after `maxProblems`, and its depth is that of the schema, not that of the value.
public struct SchemaValidator: Sendable {
    /// What happens to members that a shape does not have.
    public enum UnknownMembers: Sendable { case ignored, refused }

    public var unknownMembers: UnknownMembers
    /// Whether a zone name exists; by default every name of the right form passes.
    public var isTimeZone: @Sendable (String) -> Bool
    public var maxProblems: Int

    public init(
        unknownMembers: UnknownMembers = .ignored, maxProblems: Int = 100,
        isTimeZone: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        self.unknownMembers = unknownMembers
        self.maxProblems = maxProblems
        self.isTimeZone = isTimeZone
    }

    /// The problems of a body of this operation, its cross-member rules included; empty when it fits.
    public func problems(in body: JSON, of operation: Operation) -> [SchemaProblem] {
        guard let schema = operation.bodySchema else { return [] }
        var run = Run(validator: self)
        run.check(body, schema, at: "")
        if let object = body.objectValue {
            run.check(operation.rules, object)
        }
        return run.problems
    }

    /// The problems of an object with these members; empty when it fits.
    public func problems(in value: JSON, fields: [SchemaField]) -> [SchemaProblem] {
        problems(in: value, schema: .object(fields))
    }

    /// The problems of any value; empty when it fits.
    public func problems(in value: JSON, schema: Schema) -> [SchemaProblem] {
        var run = Run(validator: self)
        run.check(value, schema, at: "")
        return run.problems
    }

    /// One check under way.
    struct Run {
        let validator: SchemaValidator
        var problems: [SchemaProblem] = []

        init(validator: SchemaValidator) { self.validator = validator }

        var isFull: Bool { problems.count >= validator.maxProblems }

        mutating func add(_ kind: SchemaProblem.Kind, at path: String) {
            if !isFull { problems.append(SchemaProblem(path: path, kind)) }
        }

        mutating func check(_ rules: [Operation.Rule], _ object: JSONObject) {
            let present = object.members.filter { !$0.value.isNull }.map(\.name)
            for rule in rules {
                switch rule {
                case .atLeastOne(let names):
                    if !names.contains(where: present.contains) { add(.noneOf(names), at: "") }
                case .atMostOne(let names):
                    if names.filter(present.contains).count > 1 { add(.moreThanOneOf(names), at: "") }
                case .notWith(let name, let other, let value):
                    if present.contains(name), object[other] == .bool(value) { add(.notWith(other, value), at: name) }
                }
            }
        }

        mutating func check(_ value: JSON, _ schema: Schema, at path: String) {
            switch schema {
            case .any: break
            case .boolean: if value.boolValue == nil { add(.wrongType(expected: "boolean"), at: path) }
            case .integer(let range): checkInteger(value, range, at: path)
            case .number(let range): checkNumber(value, range, at: path)
            case .array(let element, let count): checkArray(value, of: element, count: count, at: path)
            case .object(let fields): checkObject(value, fields, known: fields.map(\.name), at: path)
            case .variants(let discriminator, let shapes): checkVariants(value, discriminator, shapes, at: path)
            default:
                guard let text = value.stringValue else { return add(.wrongType(expected: "string"), at: path) }
                check(text: text, schema, at: path)
            }
        }

        private mutating func checkNumber(_ value: JSON, _ range: ClosedRange<Double>?, at path: String) {
            guard let number = value.doubleValue, number.isFinite else {
                return add(.wrongType(expected: "number"), at: path)
            }
            if let range, !range.contains(number) {
                add(.outOfRange("\(range.lowerBound) to \(range.upperBound)"), at: path)
            }
        }

        /// `10.0` and `1e3` are integers too, as in JSON Schema.
        private mutating func checkInteger(_ value: JSON, _ range: ClosedRange<Int>?, at path: String) {
            guard let integer = value.wholeValue else {
                return add(.wrongType(expected: "integer"), at: path)
            }
            if let range, !range.contains(integer) {
                add(.outOfRange("\(range.lowerBound) to \(range.upperBound)"), at: path)
            }
        }

        private mutating func checkArray(_ value: JSON, of element: Schema, count: ClosedRange<Int>?, at path: String) {
            guard let items = value.arrayValue else { return add(.wrongType(expected: "array"), at: path) }
            if let count, !count.contains(items.count) { return add(.badCount(count), at: path) }
            for (index, item) in items.enumerated() {
                if isFull { return }
                check(item, element, at: "\(path)[\(index)]")
            }
        }

        private mutating func checkVariants(
            _ value: JSON, _ discriminator: String, _ shapes: [String: [SchemaField]], at path: String
        ) {
            guard let object = value.objectValue else { return add(.wrongType(expected: "object"), at: path) }
            let place = member(discriminator, of: path)
            guard let selector = object[discriminator] else { return add(.missing, at: place) }
            guard let name = selector.stringValue else { return add(.wrongType(expected: "string"), at: place) }
            guard let fields = shapes[name] else { return add(.notOneOf(shapes.keys.sorted()), at: place) }
            checkObject(value, fields, known: [discriminator] + fields.map(\.name), at: path)
        }

        private mutating func checkObject(_ value: JSON, _ fields: [SchemaField], known: [String], at path: String) {
            guard let object = value.objectValue else { return add(.wrongType(expected: "object"), at: path) }
            for field in fields {
                let place = member(field.name, of: path)
                guard let value = object[field.name] else {
                    if field.required { add(.missing, at: place) }
                    continue
                }
                if value.isNull {
                    if !field.nullable, !field.schema.isAny { add(.null, at: place) }
                } else {
                    check(value, field.schema, at: place)
                }
            }
            guard validator.unknownMembers == .refused else { return }
            for (name, _) in object.members where !known.contains(name) {
                if isFull { return }
                add(.unknownMember(known), at: member(Self.short(name), of: path))
            }
        }

        private func member(_ name: String, of path: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

        /// A name from outside, cut so that a report cannot be blown up by it.
        private static func short(_ name: String) -> String {
            name.unicodeScalars.count <= 80
                ? name : String(String.UnicodeScalarView(name.unicodeScalars.prefix(80))) + "…"
        }
    }
}

extension Schema {
    fileprivate var isAny: Bool { if case .any = self { true } else { false } }
}

extension SchemaValidator.Run {
    /// Checks a text against the schemas that texts satisfy.
    mutating func check(text: String, _ schema: Schema, at path: String) {
        switch schema {
        case .string(let length):
            if let length, !length.contains(text.unicodeScalars.count) { add(.badLength(length), at: path) }
        case .dateTime: if Timestamp(rfc3339: text) == nil { add(.badDateTime, at: path) }
        // A feedback e-mail may go out before the end: Luma takes a leading minus there.
        case .duration:
            if ISODuration(text.hasPrefix("-") ? String(text.dropFirst()) : text) == nil { add(.badDuration, at: path) }
        case .timeZone:
            if !Self.looksLikeZone(text) || !validator.isTimeZone(text) { add(.badTimeZone, at: path) }
        case .url(let prefixes):
            if !Self.looksLikeURL(text) || !(prefixes.isEmpty || prefixes.contains(where: text.hasPrefix)) {
                add(.badURL(prefixes), at: path)
            }
        case .enumeration(let values): if !values.contains(text) { add(.notOneOf(values), at: path) }
        // Luma calls ids opaque: the prefix is usual, not promised.
        case .id: if text.isEmpty { add(.badId, at: path) }
        case .any, .boolean, .integer, .number, .array, .object, .variants: break
        }
    }

    /// Letters, digits and `_ + - / .`, as tzdata names zones; no empty part and no `..` that could leave a folder.
    private static func looksLikeZone(_ text: String) -> Bool {
        guard (1...64).contains(text.utf8.count) else { return false }
        return text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part.first != UInt8(ascii: ".")
                && part.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
                    default: "_+-.".utf8.contains(byte)
                    }
                }
        }
    }

    /// A scheme, `://` and something after it, without spaces and control characters.
    private static func looksLikeURL(_ text: String) -> Bool {
        guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7f }) else { return false }
        let scheme = text.utf8.prefix { $0 != UInt8(ascii: ":") }
        let rest = text.utf8.dropFirst(scheme.count)
        guard let first = scheme.first, (first | 0x20) >= 0x61, (first | 0x20) <= 0x7a else { return false }
        return rest.starts(with: "://".utf8) && rest.count > 3
    }
}

extension SchemaValidator {
    /// Reads decoded query pairs as the JSON object that these parameters stand for, and checks it.
    ///
    /// A repeated name makes an array where the schema has one and is a problem elsewhere. Numbers and booleans are
    /// read from their text; a text that is neither stays a string, so that the check names it.
    public func read(
        query pairs: [(name: String, value: String)], fields: [SchemaField]
    ) -> (values: JSONObject, problems: [SchemaProblem]) {
        var members: [(name: String, value: JSON)] = []
        var repeated: [SchemaProblem] = []
        for (name, text) in pairs {
            let schema = fields.first { $0.name == name }?.schema
            let position = members.firstIndex { $0.name == name }
            if case .array(let element, _) = schema {
                let item = Self.value(of: text, element)
                guard let position else {
                    members.append((name, .array([item])))
                    continue
                }
                if case .array(let items) = members[position].value { members[position].value = .array(items + [item]) }
            } else if position == nil {
                members.append((name, schema.map { Self.value(of: text, $0) } ?? .string(text)))
            } else if schema != nil, repeated.count < maxProblems, !repeated.contains(where: { $0.path == name }) {
                repeated.append(SchemaProblem(path: name, .repeated))
            }
        }
        let values = JSONObject(members)
        return (values, Array((repeated + problems(in: .object(values), fields: fields)).prefix(maxProblems)))
    }

    private static func value(of text: String, _ schema: Schema) -> JSON {
        switch schema {
        case .boolean: text == "true" ? true : text == "false" ? false : .string(text)
        case .integer, .number:
            if let parsed = try? JSON.parse(text, limits: JSONLimits(maxDepth: 1, maxBytes: 64)), case .number = parsed
            {
                parsed
            } else {
                .string(text)
            }
        default: .string(text)
        }
    }
}
