import Core

/// A schema that takes null besides something else, in the ways in which schemas say that.
enum NullableSchema {
    /// Alternatives within alternatives that are looked through.
    private static let deepest = 8

    /// The schema of what is not null, and whether null is taken as well.
    ///
    /// Understood are `"type": ["string", "null"]`, and `anyOf` or `oneOf` of which all branches but one are null. Of other alternatives
    /// nothing is known: they stay as they are, and are not checked.
    static func split(_ schema: JSONObject) -> (schema: JSONObject, takesNull: Bool) {
        var schema = schema
        var takesNull = false
        for _ in 0..<deepest {
            if let types = schema["type"]?.arrayValue?.compactMap(\.stringValue), types.contains("null") {
                takesNull = true
                let others = types.filter { $0 != "null" }
                schema["type"] = others.count == 1 ? .string(others[0]) : .array(others.map { .string($0) })
            }
            guard let (word, branches) = alternatives(of: schema) else { break }
            let others = branches.filter { $0["type"]?.stringValue != "null" }
            if others.count < branches.count { takesNull = true }
            guard others.count == 1, let other = others[0].objectValue else { break }
            schema[word] = nil
            for (name, value) in other.members { schema[name] = value }
        }
        return (schema, takesNull)
    }

    private static func alternatives(of schema: JSONObject) -> (word: String, branches: [JSON])? {
        for word in ["anyOf", "oneOf"] {
            if let branches = schema[word]?.arrayValue, !branches.isEmpty { return (word, branches) }
        }
        return nil
    }
}
