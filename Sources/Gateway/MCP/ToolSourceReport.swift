import Core
import MCP
import ToolHost
import ToolSources

/// What is told in the same way of plugins, forwarded services and other MCP servers.
enum ToolSourceReport {
    /// Lines of one kind that are told of a source in `/status`; what comes after them is in its check.
    static let maxLines = 20

    static func texts(_ texts: some Sequence<String>) -> JSON { .array(texts.map { .string($0) }) }

    /// What is not offered, and why.
    static func refused(_ refused: some Sequence<RefusedDefinition>) -> JSON {
        .array(refused.map { ["name": .string($0.name), "reason": .string($0.reason)] })
    }

    /// A tool in a line, and its arguments in one each.
    static func lines(_ definition: ToolDefinition, scope: String? = nil) -> [String] {
        let line = definition.description.split(separator: "\n").first.map(String.init) ?? ""
        var lines = [
            "  " + [definition.name, scope.map { "scope " + $0 }, line].compactMap(\.self).joined(separator: "  ")
        ]
        let required = (definition.input["required"]?.arrayValue ?? []).compactMap(\.stringValue)
        for (name, schema) in definition.input["properties"]?.objectValue?.members ?? [] {
            let type = schema["type"]?.stringValue ?? "any"
            lines.append("    \(name)  \(type)\(required.contains(name) ? ", required" : "")")
        }
        return lines
    }
}

extension JSONObject {
    /// Adds how the calls of one source are; all 0 where none are made.
    mutating func add(_ counts: CallSlots.Counts?) {
        let counts = counts ?? CallSlots.Counts()
        self["running"] = .number(JSONNumber(counts.running))
        self["waiting"] = .number(JSONNumber(counts.waiting))
        self["calls"] = .number(JSONNumber(Int(clamping: counts.calls)))
        self["failures"] = .number(JSONNumber(Int(clamping: counts.failures)))
    }
}
