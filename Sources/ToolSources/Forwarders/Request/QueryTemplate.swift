import Core

/// One parameter of a query or of a form, and how a list or an object is written in it.
struct ParameterTemplate: Sendable, Equatable {
    enum ListStyle: String, Sendable, CaseIterable {
        /// `a=1&a=2`
        case `repeat`
        /// `a=1,2`
        case comma
        /// `a=1 2`
        case space
        /// `a=1|2`
        case pipe
        /// `a[]=1&a[]=2`
        case brackets

        fileprivate var separator: String? {
            switch self {
            case .comma: ","
            case .space: " "
            case .pipe: "|"
            case .repeat, .brackets: nil
            }
        }
    }

    /// Pairs of one query.
    static let maxPairs = 500
    /// Objects and lists within an object.
    static let deepest = 8

    let name: String
    let value: ValueTemplate
    let list: ListStyle
    /// Whether an object becomes `a[b]=1` for each of its members, and theirs; else it is refused.
    let isDeep: Bool

    /// Adds the pairs for these values; none when the value is left out.
    func add(to query: inout QueryString, _ scope: ValueScope) throws(ForwarderFailure) {
        guard let value = try scope.value(of: value), !value.isNull else { return }
        try add(value, named: name, to: &query)
        guard query.items.count <= Self.maxPairs else {
            throw ForwarderFailure(.invalidArguments, "\(name) has too many values: at most \(Self.maxPairs)")
        }
    }

    private func add(_ value: JSON, named name: String, to query: inout QueryString) throws(ForwarderFailure) {
        switch value {
        case .null: return
        case .array(let items):
            if isDeep, items.contains(where: { $0.objectValue != nil }) {
                return try addDeep(value, named: name, depth: 0, to: &query)
            }
            guard items.count <= Self.maxPairs else {
                throw ForwarderFailure(.invalidArguments, "\(name) has too many values: at most \(Self.maxPairs)")
            }
            var texts: [String] = []
            for item in items {
                guard let text = item.scalarText else {
                    throw ForwarderFailure(.invalidArguments, "\(name) must be a list of strings, numbers or booleans")
                }
                texts.append(text)
            }
            guard let separator = list.separator else {
                for text in texts { query.append(list == .brackets ? name + "[]" : name, text) }
                return
            }
            // What the list is read by on the other side cannot stand in an item.
            guard !texts.contains(where: { $0.contains(separator) }) else {
                throw ForwarderFailure(.invalidArguments, "an item of \(name) must not hold what separates the items")
            }
            if !texts.isEmpty { query.append(name, texts.joined(separator: separator)) }
        case .object:
            guard isDeep else { throw ForwarderFailure(.invalidArguments, "\(name) must not be an object") }
            try addDeep(value, named: name, depth: 0, to: &query)
        case .string, .number, .bool: query.append(name, value.scalarText ?? "")
        }
    }

    /// `a[b][0]=1` for what is nested.
    private func addDeep(
        _ value: JSON, named name: String, depth: Int, to query: inout QueryString
    ) throws(ForwarderFailure) {
        guard depth <= Self.deepest, query.items.count <= Self.maxPairs else {
            throw ForwarderFailure(.invalidArguments, "\(self.name) has too many values, or too many levels")
        }
        switch value {
        case .null: return
        case .object(let object):
            for member in object.members {
                try addDeep(member.value, named: "\(name)[\(member.name)]", depth: depth + 1, to: &query)
            }
        case .array(let items):
            for (index, item) in items.enumerated() {
                try addDeep(item, named: "\(name)[\(index)]", depth: depth + 1, to: &query)
            }
        case .string, .number, .bool: query.append(name, value.scalarText ?? "")
        }
    }
}
