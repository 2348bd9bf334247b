import Core

/// Puts what a document says of all tools under what it says of one.
enum DocumentDefaults {
    /// Members that are one value, and not a set of choices: whoever gives one gives all of it.
    private static let whole: Set<String> = ["input", "output", "json", "shape", "invalid", "empty", "missing"]

    /// Objects are merged; anything else, arrays too, is replaced.
    static func merge(_ defaults: JSONObject, under tool: JSONObject) -> JSONObject {
        var output = defaults
        for member in tool.members {
            if !whole.contains(member.name), let below = defaults[member.name]?.objectValue,
                let above = member.value.objectValue, !isReference(below), !isReference(above)
            {
                output[member.name] = .object(merge(below, under: above))
            } else {
                output[member.name] = member.value
            }
        }
        return output
    }

    private static func isReference(_ object: JSONObject) -> Bool {
        object.members.contains { $0.name.hasPrefix("$") }
    }
}
