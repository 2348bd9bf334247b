import Core

/// What differs between the definitions of a server that were approved and those that it gives now.
public struct PinComparison: Sendable, Equatable {
    /// How one definition differs.
    public enum Change: Sendable, Equatable {
        case added, removed
        /// The members that differ, in the order of their names.
        case changed(members: [String])
    }

    /// One definition that differs.
    public struct Difference: Sendable, Equatable {
        public let key: SourceDefinitions.Key
        public let change: Change

        /// What differs of which definition.
        public init(_ key: SourceDefinitions.Key, _ change: Change) {
            self.key = key
            self.change = change
        }
    }

    /// Which of `instructions` and `name` of the server itself differ.
    public let server: [String]
    /// By key.
    public let differences: [Difference]

    /// Nothing differs.
    public var isSame: Bool { server.isEmpty && differences.isEmpty }

    /// Compares what was approved with what is said now.
    public init(_ old: SourceDefinitions, _ new: SourceDefinitions) {
        server = Self.members(old.server, new.server)
        let before = Dictionary(uniqueKeysWithValues: old.definitions.map { ($0.key, $0) })
        let after = Dictionary(uniqueKeysWithValues: new.definitions.map { ($0.key, $0) })
        var differences: [Difference] = []
        for key in Set(before.keys).union(after.keys) {
            guard let was = before[key] else {
                differences.append(Difference(key, .added))
                continue
            }
            guard let now = after[key] else {
                differences.append(Difference(key, .removed))
                continue
            }
            let members = Self.members(was.members, now.members)
            if !members.isEmpty { differences.append(Difference(key, .changed(members: members))) }
        }
        self.differences = differences.sorted { $0.key < $1.key }
    }

    /// The names of the members that differ.
    private static func members(_ old: JSONObject, _ new: JSONObject) -> [String] {
        var names = old.names
        for name in new.names where old[name] == nil { names.append(name) }
        return names.filter { old[$0] != new[$0] }.sorted()
    }
}

/// A comparison for the operator who is to approve it. All that cannot be seen is written as its number.
public struct PinDifferenceText: Sendable {
    /// Lines of one member that are shown on either side.
    private static let maxLines = 200
    /// Characters of one line that are shown.
    private static let longestLine = 2000

    private let old: SourceDefinitions
    private let new: SourceDefinitions

    /// Shows what differs between the two.
    public init(_ old: SourceDefinitions, _ new: SourceDefinitions) {
        self.old = old
        self.new = new
    }

    /// One line for each definition that differs, and below it what is taken away (`-`) and what is new (`+`).
    public var lines: [String] {
        let comparison = PinComparison(old, new)
        var lines: [String] = []
        if !comparison.server.isEmpty {
            lines.append((old.server.members.isEmpty ? "added" : "changed") + ": the server itself")
            for name in comparison.server { lines += Self.member(name, old.server[name], new.server[name]) }
        }
        for difference in comparison.differences {
            let key = difference.key
            let words = "\(key.kind.rawValue) \(Self.visible(key.name))"
            let (before, after) = (old[key]?.members, new[key]?.members)
            switch difference.change {
            case .removed: lines.append("removed: \(words)")
            case .added:
                lines.append("added: \(words)")
                for member in after?.members ?? [] where member.name != "name" {
                    lines += Self.member(member.name, nil, member.value)
                }
            case .changed(let members):
                lines.append("changed: \(words)")
                for name in members { lines += Self.member(name, before?[name], after?[name]) }
            }
        }
        return lines
    }

    /// The lines that differ; those at the beginning and at the end that do not are left out.
    private static func member(_ name: String, _ old: JSON?, _ new: JSON?) -> [String] {
        var (before, after) = (lines(of: old)[...], lines(of: new)[...])
        while let first = before.first, first == after.first {
            before.removeFirst()
            after.removeFirst()
        }
        while let last = before.last, last == after.last {
            before.removeLast()
            after.removeLast()
        }
        return ["  \(name)"] + marked("-", before) + marked("+", after)
    }

    private static func marked(_ mark: String, _ lines: ArraySlice<String>) -> [String] {
        let more = lines.count - maxLines
        return lines.prefix(maxLines).map { "    \(mark) \($0)" }
            + (more > 0 ? ["    \(mark) … and \(Plural.count(more, "more line"))"] : [])
    }

    private static func lines(of value: JSON?) -> [String] {
        guard let value else { return [] }
        let text = value.stringValue ?? value.indented
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { visible(String($0)) }
    }

    /// The text with the number of each character that cannot be seen in its place.
    static func visible(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(longestLine) {
            let isControl = scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
            shown +=
                isControl || !OutsideText.isSeen(String(scalar))
                ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
        return shown + (text.unicodeScalars.count > longestLine ? OutsideText.mark : "")
    }
}
