import Core

/// A place in the JSON of a request or an answer: a JSON Pointer (RFC 6901) in which `*` stands for every element of an array.
struct ValuePointer: Sendable, Equatable {
    /// The whole document.
    static let root = ValuePointer(tokens: [])

    private static let longest = 512
    private static let every = "*"

    let tokens: [String]

    private init(tokens: [String]) { self.tokens = tokens }

    /// One member of an object.
    init(member: String) { tokens = [member] }

    /// Nil for a text that is no pointer: one that is too long, does not begin with `/`, or has a `~` before anything but
    /// 0 and 1.
    init?(_ text: String) {
        guard text.utf8.count <= Self.longest else { return nil }
        if text.isEmpty {
            self = .root
            return
        }
        var tokens: [String] = []
        for part in text.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard let token = Self.unescaped(part) else { return nil }
            tokens.append(token)
        }
        guard text.utf8.first == UInt8(ascii: "/") else { return nil }
        self.tokens = tokens
    }

    /// The pointer as text.
    var text: String { tokens.reduce("") { JSONPointer.member($1, of: $0) } }

    private static func unescaped(_ part: Substring) -> String? {
        guard part.contains("~") else { return String(part) }
        var output = String.UnicodeScalarView()
        var rest = part.unicodeScalars.makeIterator()
        while let scalar = rest.next() {
            guard scalar == "~" else {
                output.append(scalar)
                continue
            }
            switch rest.next() {
            case "0": output.append("~")
            case "1": output.append("/")
            default: return nil
            }
        }
        return String(output)
    }

    /// What stands there; nil when nothing does. With a `*` it is an array of what stands in each element, without those
    /// that have nothing there; a further `*` adds to the same array.
    func value(in json: JSON) -> JSON? { Self.value(tokens[...], in: json) }

    private static func value(_ tokens: ArraySlice<String>, in json: JSON) -> JSON? {
        guard let token = tokens.first else { return json }
        let rest = tokens.dropFirst()
        switch json {
        case .object(let object): return object[token].flatMap { value(rest, in: $0) }
        case .array(let items):
            if token == every {
                let found = items.compactMap { value(rest, in: $0) }
                return .array(rest.contains(every) ? found.flatMap { $0.arrayValue ?? [$0] } : found)
            }
            guard let index = index(token), index < items.count else { return nil }
            return value(rest, in: items[index])
        default: return nil
        }
    }

    /// A number without leading zeros (RFC 6901 §4).
    private static func index(_ token: String) -> Int? {
        guard token == "0" || token.utf8.first != UInt8(ascii: "0"), token.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else {
            return nil
        }
        return Int(token)
    }

    /// The document with `value` at this place, which must be there; without a `*`.
    func replacing(in json: JSON, with value: JSON) -> JSON { Self.replacing(tokens[...], in: json, with: value) }

    private static func replacing(_ tokens: ArraySlice<String>, in json: JSON, with value: JSON) -> JSON {
        guard let token = tokens.first else { return value }
        switch json {
        case .object(var object):
            guard let old = object[token] else { return json }
            object[token] = replacing(tokens.dropFirst(), in: old, with: value)
            return .object(object)
        case .array(var items):
            guard let index = index(token), index < items.count else { return json }
            items[index] = replacing(tokens.dropFirst(), in: items[index], with: value)
            return .array(items)
        default: return json
        }
    }
}
