extension JSON {
    /// Octets of a list or an object that stands on one line.
    private static let shortLine = 80

    /// The text of this document as people edit it: two blanks for each level, and on one line what is short.
    public var indented: String {
        var output: [UInt8] = []
        write(to: &output, level: 0)
        return String(decoding: output, as: UTF8.self)
    }

    private func write(to output: inout [UInt8], level: Int) {
        let compact = spaced
        switch self {
        case .array(let items) where compact.count > Self.shortLine:
            Self.writeLines(items, "[", "]", to: &output, level) { item, output in
                item.write(to: &output, level: level + 1)
            }
        case .object(let object) where compact.count > Self.shortLine:
            Self.writeLines(object.members, "{", "}", to: &output, level) { member, output in
                JSON.write(member.name, to: &output)
                output += ": ".utf8
                member.value.write(to: &output, level: level + 1)
            }
        default: output += compact
        }
    }

    private static func writeLines<Item>(
        _ items: [Item], _ open: String, _ close: String, to output: inout [UInt8], _ level: Int,
        _ write: (Item, inout [UInt8]) -> Void
    ) {
        let margin = [UInt8](repeating: UInt8(ascii: " "), count: 2 * level)
        output += open.utf8
        for (index, item) in items.enumerated() {
            output += (index == 0 ? "\n  " : ",\n  ").utf8
            output += margin
            write(item, &output)
        }
        output += "\n".utf8
        output += margin
        output += close.utf8
    }

    /// On one line, with a blank behind each comma and colon.
    private var spaced: [UInt8] {
        var output: [UInt8] = []
        switch self {
        case .array(let items):
            output += "[".utf8
            for (index, item) in items.enumerated() {
                if index > 0 { output += ", ".utf8 }
                output += item.spaced
                // Longer than anybody will use it.
                if output.count > Self.shortLine { break }
            }
            output += "]".utf8
        case .object(let object):
            output += "{".utf8
            for (index, member) in object.members.enumerated() {
                if index > 0 { output += ", ".utf8 }
                JSON.write(member.name, to: &output)
                output += ": ".utf8
                output += member.value.spaced
                if output.count > Self.shortLine { break }
            }
            output += "}".utf8
        default: write(to: &output)
        }
        return output
    }
}
