import Core
import HTTP

extension ForwarderReading {
    /// Whether nothing is wrong with the document.
    public var isSound: Bool { problems.isEmpty && moreProblems == 0 }

    /// What `luma-mcp forwarders check` tells its author: the service, its tools with what they send, and everything that is
    /// wrong or probably not meant.
    public var report: [String] {
        var lines: [String] = []
        if let forwarder {
            lines.append("\(forwarder.name): \(Plural.count(forwarder.tools.count, "tool")) at \(forwarder.base.text)")
            if let way = Self.words(forwarder.missing) { lines.append("  calls fail until \(way) is set") }
            lines += Self.table(forwarder.tools)
        } else if isSound {
            lines.append("\(name ?? ""): off until \(unset.joined(separator: ", ")) is set")
        }
        lines += warnings.map { "warning: " + $0.line }
        lines += problems.map { "error: " + $0.line }
        if moreProblems > 0 { lines.append("error: and \(Plural.count(moreProblems, "problem")) more") }
        return lines
    }

    private static func words(_ missing: [[String]]) -> String? {
        missing.isEmpty ? nil : missing.map { $0.joined(separator: " and ") }.joined(separator: ", or ")
    }

    /// Names, what they need, and their requests, in columns.
    private static func table(_ tools: [ForwarderTool]) -> [String] {
        let width = tools.map { $0.definition.name.count }.max() ?? 0
        return tools.map { tool in
            let name = tool.definition.name
            let requests = tool.steps.map { "\($0.request.method.rawValue) \($0.request.path.text)" }
            let scope = tool.definition.scope.name.rawValue
            let padding = String(repeating: " ", count: width - name.count)
            return "  \(name)\(padding)  \(scope)\(String(repeating: " ", count: 5 - scope.count))  "
                + requests.joined(separator: ", ")
        }
    }
}
