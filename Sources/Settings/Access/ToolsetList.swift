public import Core

/// Where the toolsets are written.
public enum ToolsetSource: Sendable, Equatable {
    /// In the setting itself.
    case listed([String: ToolFilter])
    /// In a file of this path, read at the start and on SIGHUP.
    case file(String)
}

/// Reads the toolsets, which a request or a token may choose by name: a JSON object with a member for each, or with all of
/// them in its member `sets`. A toolset is an array of patterns, or an object with the arrays `tools` and `deny`.
package enum ToolsetList {
    /// Toolsets of one list.
    package static let maxSets = 64
    /// Characters of a toolset's name, at most.
    package static let longestName = 32
    /// Bytes of the text.
    package static let maxBytes = 128 << 10
    static let nameRule = "1 to \(longestName) letters, digits, hyphens, underscores and dots"

    /// What was found, and what is wrong with the rest.
    package struct Reading {
        package var sets: [String: ToolFilter] = [:]
        package var problems: [String] = []
    }

    /// Whether a toolset may have this name: it stands in paths, header fields and entries of tokens.
    package static func isName(_ text: some StringProtocol) -> Bool {
        (1...longestName).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                byte.isASCIIAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: ".")
            }
    }

    /// Reads the text of the setting or of its file.
    package static func read(_ text: String) -> Reading {
        var reading = Reading()
        guard let json = try? JSON.parse(text, limits: JSONLimits(maxDepth: 8, maxBytes: maxBytes)) else {
            reading.problems = ["is not a JSON document"]
            return reading
        }
        guard let sets = json["sets"]?.objectValue ?? json.objectValue else {
            reading.problems = ["is not a JSON object of toolsets, such as {\"events\": [\"list_*\", \"get_event\"]}"]
            return reading
        }
        if sets.members.count > maxSets { reading.problems.append("has more than \(maxSets) toolsets") }
        for (name, set) in sets.members.prefix(maxSets) {
            guard isName(name) else {
                reading.problems.append("has a toolset whose name is not \(nameRule)")
                continue
            }
            guard let filter = filter(set) else {
                reading.problems.append(
                    "has a toolset \(name) that is not 1 to \(ToolFilter.maxPatterns) names of tools with * and ?, "
                        + "in one array or in the arrays tools and deny")
                continue
            }
            reading.sets[name] = filter
        }
        return reading
    }

    private static func filter(_ set: JSON) -> ToolFilter? {
        if let words = set.arrayValue { return ToolFilter(words.map { $0.stringValue ?? "" }) }
        guard let object = set.objectValue, object.names.allSatisfy({ $0 == "tools" || $0 == "deny" }) else {
            return nil
        }
        var words: [String] = []
        for (name, mark) in [("tools", ""), ("deny", "!")] {
            guard let list = object[name] else { continue }
            guard let items = list.arrayValue else { return nil }
            words += items.map { mark + ($0.stringValue ?? "") }
        }
        return ToolFilter(words)
    }
}
