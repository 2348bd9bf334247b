import Core

/// The path of a request with places for arguments: `/repos/{owner}/contents/{path+}`.
///
/// `{x}` is one segment, whatever the argument holds; `{x+}` as many as the argument has between slashes. A value never
/// becomes a dot segment, not even for a server that decodes before it looks: encoding alone does not keep it from that.
struct PathTemplate: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case literal(String)
        case argument(ValuePointer, isDeep: Bool)
    }

    static let longestValue = 2048

    /// As the document has it.
    let text: String
    let parts: [Part]

    /// The arguments that it holds.
    var arguments: [ValuePointer] {
        parts.compactMap { if case .argument(let pointer, _) = $0 { pointer } else { nil } }
    }

    /// - Throws: what is wrong with it, in words for its author.
    init(_ text: String) throws(ReferenceError) {
        guard text.utf8.first == UInt8(ascii: "/") else { throw ReferenceError("must begin with a slash") }
        var parts: [Part] = []
        var plain = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else { throw ReferenceError("has a { without a }") }
            if open > rest.startIndex { parts.append(.literal(String(rest[..<open]))) }
            plain += rest[..<open]
            let inner = rest[open...].dropFirst().prefix { $0 != "}" }
            let isDeep = inner.hasSuffix("+")
            guard let pointer = ValuePointer(argument: String(isDeep ? inner.dropLast() : inner)) else {
                throw ReferenceError("has {\(Neutral.echo(String(inner)))}, which is not the name of an argument")
            }
            parts.append(.argument(pointer, isDeep: isDeep))
            // What stands for a value when the rest is judged.
            plain += "x"
            rest = rest[close...].dropFirst()
        }
        if !rest.isEmpty { parts.append(.literal(String(rest))) }
        plain += rest
        guard URLPath.isClean(plain) else {
            throw ReferenceError("has an empty segment, a dot segment or a character that must be percent-encoded")
        }
        self.text = text
        self.parts = parts
    }

    /// The path for these arguments, encoded.
    func path(_ arguments: JSONObject) throws(ForwarderFailure) -> String {
        var output = ""
        for part in parts {
            switch part {
            case .literal(let text): output += text
            case .argument(let pointer, let isDeep): output += try Self.segments(pointer, isDeep: isDeep, arguments)
            }
        }
        return output
    }

    private static func segments(
        _ pointer: ValuePointer, isDeep: Bool, _ arguments: JSONObject
    ) throws(ForwarderFailure) -> String {
        func refused(_ reason: String) -> ForwarderFailure {
            ForwarderFailure(.invalidArguments, pointer.tokens.joined(separator: ".") + " " + reason)
        }
        guard let value = pointer.value(in: .object(arguments)), !value.isNull else {
            throw refused("is required: it is a part of the address")
        }
        guard let text = value.scalarText else { throw refused("must be a string or a number") }
        guard !text.isEmpty else { throw refused("must not be empty: it is a part of the address") }
        guard text.utf8.count <= longestValue else { throw refused("is too long: at most \(longestValue) bytes") }
        guard !text.unicodeScalars.contains(where: FieldRules.isControl) else {
            throw refused("must not have control characters")
        }
        guard !URLPath.isDotted(text.utf8) else { throw refused("must not have \".\" or \"..\" as a part") }
        guard isDeep else { return PercentCoding.encode(text) }
        let names = text.split(separator: "/", omittingEmptySubsequences: false)
        guard names.allSatisfy({ !$0.isEmpty }) else {
            throw refused("must be names with one slash between them, without a slash at its ends")
        }
        return names.map { PercentCoding.encode(String($0)) }.joined(separator: "/")
    }
}
