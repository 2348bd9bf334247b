public import Core

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
