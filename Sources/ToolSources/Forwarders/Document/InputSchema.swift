import Core

/// The JSON Schema of a tool's arguments, as a document gives it.
struct InputSchema {
    /// The names of the arguments.
    var names: [String] = []
    /// Whether arguments that it does not name are refused.
    var isClosed = true
    /// What clients are shown. That it is closed is checked here and not said: there are hosts that lose every tool over it.
    var published: JSONObject = ["type": "object", "properties": [:]]

    /// A tool without a schema takes no arguments.
    static func read(_ given: JSONObject?, at place: Place) -> InputSchema {
        var output = InputSchema()
        guard let given else { return output }
        do throws(SchemaRefusal) {
            output.published = try OutsideSchema.input(.object(given))
        } catch {
            place.report(error.reason)
        }
        output.names = output.published["properties"]?.objectValue?.names ?? []
        switch given["additionalProperties"] {
        case nil: break
        case .bool(false)?: output.published["additionalProperties"] = nil
        default: output.isClosed = false
        }
        for name in given["required"]?.arrayValue ?? [] where !output.names.contains(name.stringValue ?? "") {
            place.child("required").report("must contain only names of properties")
        }
        return output
    }

    /// The schema of a result; nil, and a problem, for one that clients cannot take.
    static func output(_ given: JSONObject?, at place: Place) -> JSONObject? {
        guard let given else { return nil }
        do throws(SchemaRefusal) {
            return try OutsideSchema.output(.object(given))
        } catch {
            place.report(error.reason)
            return nil
        }
    }
}
