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
