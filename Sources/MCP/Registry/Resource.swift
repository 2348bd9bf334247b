public import Core

/// Something to read, at a fixed URI.
public struct Resource {
    /// Reads it. `CallFailure.notFound` when there is nothing there.
    public typealias Reader = (Call, String) async throws(CallFailure) -> [ResourceContents]

    public let uri: String
    public let name: String
    public let title: String
    public let description: String
    public let mimeType: String
    /// What a principal needs to see and to read it.
    public let scope: Principal.Scopes
    let read: Reader

    /// A resource at this URI.
    public init(
        _ uri: String, name: String, title: String, description: String, mimeType: String,
        scope: Principal.Scopes = .read, read: @escaping Reader
    ) {
        self.uri = uri
        self.name = name
        self.title = title
        self.description = description
        self.mimeType = mimeType
        self.scope = scope
        self.read = read
    }

    func json(in revision: Revision) -> JSON {
        described(["uri": .string(uri)], name, title, description, mimeType, revision)
    }
}

/// Something to read at every URI of one form.
public struct ResourceTemplate {
    /// Reads the resource of a URI, given the values of the template's variables.
    public typealias Reader = (Call, String, [String: String]) async throws(CallFailure) -> [ResourceContents]

    /// The pattern of its URIs (RFC 6570).
    public let template: URITemplate
    public let name: String
    public let title: String
    public let description: String
    public let mimeType: String
    /// What a principal needs to see and to read it.
    public let scope: Principal.Scopes
    let completers: [String: Completer]
    let read: Reader

    /// Resources at the URIs of a template, such as `luma://events/{event_id}`.
    public init(
        _ template: String, name: String, title: String, description: String, mimeType: String,
        scope: Principal.Scopes = .read, completers: [String: Completer] = [:], read: @escaping Reader
    ) {
        self.init(
            URITemplate(template), name: name, title: title, description: description, mimeType: mimeType, scope: scope,
            completers: completers, read: read)
    }

    /// The same of a template that was read before.
    public init(
        _ template: URITemplate, name: String, title: String, description: String, mimeType: String,
        scope: Principal.Scopes = .read, completers: [String: Completer] = [:], read: @escaping Reader
    ) {
        self.template = template
        self.name = name
        self.title = title
        self.description = description
        self.mimeType = mimeType
        self.scope = scope
        self.completers = completers
        self.read = read
    }

    func json(in revision: Revision) -> JSON {
        described(["uriTemplate": .string(template.text)], name, title, description, mimeType, revision)
    }
}

private func described(
    _ start: JSONObject, _ name: String, _ title: String, _ description: String, _ mimeType: String,
    _ revision: Revision
) -> JSON {
    var object = start
    object["name"] = .string(name)
    if revision >= .june2025 { object["title"] = .string(title) }
    object["description"] = .string(description)
    object["mimeType"] = .string(mimeType)
    return .object(object)
}

/// A URI with `{variables}` that each stand for one piece of a path (RFC 6570, level 1).
public struct URITemplate: Sendable, Hashable {
    private enum Part: Hashable {
        case literal([UInt8])
        case variable(String)
    }

    /// As it was written.
    public let text: String
    private let parts: [Part]

    /// Reads a template. Braces that do not pair, and two variables side by side, stop the program.
    public init(_ text: String) {
        self.text = text
        var parts: [Part] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            let literal = rest.prefix { $0 != "{" }
            rest = rest.dropFirst(literal.count)
            if !literal.isEmpty { parts.append(.literal(Array(literal.utf8))) }
            guard rest.first == "{" else { continue }
            let name = rest.dropFirst().prefix { $0 != "}" }
            precondition(!name.isEmpty && rest.count > name.count + 1, "not a URI template: \(text)")
            if case .variable = parts.last { preconditionFailure("not a URI template: \(text)") }
            parts.append(.variable(String(name)))
            rest = rest.dropFirst(name.count + 2)
        }
        self.parts = parts
    }

    /// Reads a template that comes from outside; nil for one of a higher level, or one that does not begin with a scheme.
    public init?(outside text: String) {
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex,
            text[..<colon].utf8.allSatisfy({ $0.isASCIIAlphanumeric || "+-.".utf8.contains($0) })
        else { return nil }
        var (isOpen, isAfterVariable, length) = (false, false, 0)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "{"):
                if isOpen || isAfterVariable { return nil }
                (isOpen, length) = (true, 0)
            case UInt8(ascii: "}"):
                if !isOpen || length == 0 { return nil }
                (isOpen, isAfterVariable) = (false, true)
            default:
                if isOpen, !byte.isASCIIAlphanumeric, byte != UInt8(ascii: "_") { return nil }
                length += 1
                isAfterVariable = false
            }
        }
        if isOpen { return nil }
        self.init(text)
    }

    /// The names of the variables in order.
    public var variables: [String] {
        parts.compactMap { if case .variable(let name) = $0 { name } else { nil } }
    }

    /// The values of the variables in a URI of this form; nil for a URI of another. A value is not empty, has no
    /// slash, and is percent-decoded.
    public func match(_ uri: String) -> [String: String]? {
        var values: [String: String] = [:]
        var rest = Array(uri.utf8)[...]
        for (index, part) in parts.enumerated() {
            switch part {
            case .literal(let bytes):
                guard rest.starts(with: bytes) else { return nil }
                rest = rest.dropFirst(bytes.count)
            case .variable(let name):
                var end = rest.startIndex
                let next: UInt8? =
                    if index + 1 < parts.count, case .literal(let bytes) = parts[index + 1] { bytes[0] } else { nil }
                while end < rest.endIndex, rest[end] != UInt8(ascii: "/"), rest[end] != next { end += 1 }
                guard end > rest.startIndex, let value = PercentCoding.decode(rest[..<end]) else { return nil }
                values[name] = value
                rest = rest[end...]
            }
        }
        return rest.isEmpty ? values : nil
    }
}
