/// A JSON object in the order of its text; names are compared by their bytes.
///
/// A lookup reads the members in turn: right for the few dozen members of a request or an event, not for an index
/// of thousands.
public struct JSONObject: Sendable {
    /// The members in order. The parser gives distinct names; one who fills this directly keeps them distinct.
    public var members: [(name: String, value: JSON)]

    /// Takes members as they are; the caller keeps their names distinct.
    public init(_ members: [(name: String, value: JSON)] = []) { self.members = members }

    /// Whether there is no member.
    public var isEmpty: Bool { members.isEmpty }
    /// How many members there are.
    public var count: Int { members.count }
    /// The names in order.
    public var names: [String] { members.map(\.name) }

    /// The value of the member of this name. Setting replaces it in its place or appends it; setting nil removes it.
    /// A member that is JSON's null is `.null`, not nil.
    public subscript(name: String) -> JSON? {
        get { index(of: name).map { members[$0].value } }
        set {
            switch (index(of: name), newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    private func index(of name: String) -> Int? { members.firstIndex { $0.name.hasSameBytes(as: name) } }
}

extension JSONObject: Equatable {
    /// Same members in the same order.
    public static func == (a: JSONObject, b: JSONObject) -> Bool {
        a.members.count == b.members.count
            && zip(a.members, b.members).allSatisfy { $0.name.hasSameBytes(as: $1.name) && $0.value == $1.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// The members as listed; a name that is listed again replaces the value in its first place.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        members = []
        members.reserveCapacity(elements.count)
        for (name, value) in elements { self[name] = value }
    }
}
