import Core

extension JSON {
    /// The document once for each of its values and each of these in its place, and once without each of its members.
    var mutations: [JSON] {
        let others: [JSON] = [nil, true, -1, 1e300, "", "x\u{0}\u{202e}", [], [[:]], [:], ["a": 1]]
        var output = others
        switch self {
        case .object(let object):
            for index in object.members.indices {
                var without = object
                without.members.remove(at: index)
                output.append(.object(without))
                for value in object.members[index].value.mutations {
                    var changed = object
                    changed.members[index].value = value
                    output.append(.object(changed))
                }
            }
        case .array(let items):
            for index in items.indices {
                for value in items[index].mutations {
                    var changed = items
                    changed[index] = value
                    output.append(.array(changed))
                }
            }
        case .null, .bool, .number, .string: break
        }
        return output
    }
}
