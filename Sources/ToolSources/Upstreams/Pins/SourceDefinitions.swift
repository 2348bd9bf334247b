public import Core

/// What a server says of itself and of what it offers, as it came and in one order, so that two of them can be compared.
///
/// It is what is pinned, and not what clients see: a change may hide in what cleaning takes away.
public struct SourceDefinitions: Sendable, Equatable {
    /// What is defined.
    public enum Kind: String, Sendable, CaseIterable {
        case tool, prompt

        /// The members that reach a model or a person, in the order of their names.
        fileprivate var members: [String] {
            switch self {
            case .tool: ["annotations", "description", "inputSchema", "name", "outputSchema", "title"]
            case .prompt: ["arguments", "description", "name", "title"]
            }
        }
    }

    /// Which definition is meant.
    public struct Key: Sendable, Hashable, Comparable {
        public let kind: Kind
        /// As the server writes it.
        public let name: String

        public init(_ kind: Kind, _ name: String) {
            self.kind = kind
            self.name = name
        }

        public static func < (a: Key, b: Key) -> Bool {
            a.kind == b.kind
                ? a.name.utf8.lexicographicallyPrecedes(b.name.utf8) : a.kind.rawValue < b.kind.rawValue
        }
    }

    /// One tool or prompt.
    public struct Definition: Sendable, Equatable {
        public let key: Key
        /// In the order of their names, at all levels. What is null counts as absent.
        public let members: JSONObject
    }

    /// Octets of all that is pinned of one server, as compact JSON.
    public static let maxBytes = 8 << 20

    /// The server's `name` and `instructions`.
    public let server: JSONObject
    /// By key. A name that the server gives twice belongs to neither and stands here not at all.
    public let definitions: [Definition]

    /// Those of a server that offers nothing.
    public static let nothing = SourceDefinitions(server: [:], definitions: [])

    private init(server: JSONObject, definitions: [Definition]) {
        self.server = server
        self.definitions = definitions
    }

    /// Takes definitions as they came, on however many pages and in whichever order.
    /// - Parameters:
    ///   - name: of the server, as it says itself.
    ///   - tools: the items of `tools/list`; what has no name is passed over.
    ///   - prompts: those of `prompts/list`.
    /// - Throws: `SourceTooLarge` for more than `maxBytes`.
    public init(
        name: String?, instructions: String?, tools: [JSON], prompts: [JSON] = []
    ) throws(SourceTooLarge) {
        var server = JSONObject()
        server["instructions"] = instructions.map { .string($0) }
        server["name"] = name.map { .string($0) }
        var found: [Key: Definition?] = [:]
        for (kind, items) in [(Kind.tool, tools), (.prompt, prompts)] {
            for item in items {
                guard let definition = Definition(kind, item) else { continue }
                found.updateValue(found[definition.key] == nil ? definition : nil, forKey: definition.key)
            }
        }
        self.server = server
        definitions = found.values.compactMap(\.self).sorted { $0.key < $1.key }
        var octets = JSON.object(server).encoded.count
        for definition in definitions { octets += JSON.object(definition.members).encoded.count }
        guard octets <= Self.maxBytes else { throw SourceTooLarge() }
    }

    /// Those of an upstream. Its resources are data, which may change, and no part of them.
    public init(_ offer: UpstreamOffer) throws(SourceTooLarge) {
        func text(_ text: String) -> String? { text.isEmpty ? nil : text }
        try self.init(
            name: text(offer.serverName), instructions: text(offer.instructions),
            tools: offer.tools.map { .object($0) },
            prompts: offer.prompts.map { .object($0) })
    }

    /// The definition that is meant; nil when there is none.
    public subscript(key: Key) -> Definition? { definitions.first { $0.key == key } }
}

/// A server says more than can be pinned.
public struct SourceTooLarge: Error, Sendable, Equatable, CustomStringConvertible {
    public var description: String {
        "its definitions are larger than \(SourceDefinitions.maxBytes >> 20) MiB, which cannot be pinned"
    }
}

extension SourceDefinitions.Definition {
    fileprivate init?(_ kind: SourceDefinitions.Kind, _ item: JSON) {
        guard let name = item["name"]?.stringValue else { return nil }
        var members = JSONObject()
        for member in kind.members {
            guard let value = item[member], !value.isNull else { continue }
            members[member] = value.withPlainNumbers.canonical
        }
        self.init(key: SourceDefinitions.Key(kind, name), members: members)
    }

    /// SHA-256 of the kind and the members as compact JSON, in hexadecimal.
    public func digest(_ digest: ToolNames.Digest) -> String {
        var octets = Array((key.kind.rawValue + "\n").utf8)
        members.write(to: &octets)
        return digest(octets).hexadecimal
    }
}

extension SourceDefinitions {
    /// SHA-256 of the server and of all definitions, in hexadecimal: the same for what is the same, whatever the order of members,
    /// tools and pages. A tool that changes its name changes it, too.
    public func digest(_ digest: ToolNames.Digest) -> String {
        var octets: [UInt8] = []
        server.write(to: &octets)
        for definition in definitions { octets += ("\n" + definition.digest(digest)).utf8 }
        return digest(octets).hexadecimal
    }
}

extension [UInt8] {
    /// Two digits for each octet, in lower case.
    var hexadecimal: String {
        String(decoding: flatMap { [UInt8.hexDigit($0 >> 4), .hexDigit($0)] }, as: UTF8.self)
    }
}

extension JSON {
    /// The same with whole numbers in one spelling: a server that is written anew may say `1.0` for `1`.
    fileprivate var withPlainNumbers: JSON {
        switch self {
        case .number(let number): .number(number.wholeValue.map { JSONNumber($0) } ?? number)
        case .array(let items): .array(items.map(\.withPlainNumbers))
        case .object(let object):
            .object(JSONObject(object.members.map { (name: $0.name, value: $0.value.withPlainNumbers) }))
        case .null, .bool, .string: self
        }
    }
}
