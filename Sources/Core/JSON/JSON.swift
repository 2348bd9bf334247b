/// A JSON document as a tree that keeps what the text said: member order and the spelling of numbers (RFC 8259).
public enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

/// A JSON number by its text, so that nothing is lost on the way through.
public struct JSONNumber: Sendable, Hashable {
    /// The text, valid by the grammar of RFC 8259 §6.
    public let text: String

    /// Takes a text that is known to be valid.
    init(validated text: String) { self.text = text }

    public init(_ value: Int) { text = String(value) }
}

/// A JSON object in the order of its text; a lookup is linear for few members.
public struct JSONObject: Sendable, Equatable {
    public var members: [(name: String, value: JSON)]

    public init(_ members: [(name: String, value: JSON)] = []) { self.members = members }

    public static func == (a: JSONObject, b: JSONObject) -> Bool {
        a.members.count == b.members.count
            && zip(a.members, b.members).allSatisfy { $0.name == $1.name && $0.value == $1.value }
    }

    public subscript(name: String) -> JSON? { members.first { $0.name == name }?.value }
}
