import Core

/// A text with places for arguments: `refs/heads/{branch}`. Two braces stand for one.
///
/// It makes a string and nothing else: what a value becomes a part of, the JSON of a body or a query, is written around it
/// by whoever knows how to quote there.
struct TextTemplate: Sendable, Equatable {
    /// What only a template for errors can say.
    enum Word: String, Sendable, CaseIterable {
        /// What went wrong, without a full stop.
        case message
        /// The status that the service answered with.
        case status
        /// The tool's word for what it does.
        case label
    }

    enum Part: Sendable, Equatable {
        case literal(String)
        /// `isLine`: on one line and short, for a text that stands within another.
        case argument(ValuePointer, isLine: Bool)
        case word(Word)
    }

    /// Characters of an argument on a line.
    static let longestLine = 200

    let parts: [Part]

    /// The names or pointers of the arguments that it holds.
    var arguments: [ValuePointer] {
        parts.compactMap { if case .argument(let pointer, _) = $0 { pointer } else { nil } }
    }

    /// Whether it says what only an error can say.
    var hasWords: Bool { parts.contains { if case .word = $0 { true } else { false } } }

    /// Reads a template.
    /// - Throws: what is wrong with it, in words for its author.
    init(_ text: String) throws(ReferenceError) {
        var parts: [Part] = []
        var literal = String.UnicodeScalarView()
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                rest.removeFirst()
                literal.append(scalar)
            case "{":
                guard let end = rest.firstIndex(of: "}") else {
                    throw ReferenceError("has a { without a }; write {{ for a brace")
                }
                if !literal.isEmpty { parts.append(.literal(String(literal))) }
                literal.removeAll()
                parts.append(try Self.place(String(String.UnicodeScalarView(rest[..<end]))))
                rest = rest[(end + 1)...]
            case "}": throw ReferenceError("has a } without a {; write }} for a brace")
            default: literal.append(scalar)
            }
        }
        if !literal.isEmpty { parts.append(.literal(String(literal))) }
        self.parts = parts
    }

    private static func place(_ text: String) throws(ReferenceError) -> Part {
        if text.hasPrefix("@") {
            guard let word = Word(rawValue: String(text.dropFirst())) else {
                let known = Word.allCases.map { "{@\($0.rawValue)}" }.joined(separator: ", ")
                throw ReferenceError("has {\(Neutral.echo(text))}; known are \(known)")
            }
            return .word(word)
        }
        let isLine = text.hasSuffix(":line")
        let name = isLine ? String(text.dropLast(5)) : text
        guard let pointer = ValuePointer(argument: name) else {
            throw ReferenceError("has {\(Neutral.echo(text))}, which is not the name of an argument")
        }
        return .argument(pointer, isLine: isLine)
    }
}

/// What is wrong with a reference in a document, as the end of a sentence that begins with its place.
struct ReferenceError: Error, Equatable {
    let text: String

    init(_ text: String) { self.text = text }
}

extension ValuePointer {
    /// An argument by its name, or by a pointer into the arguments; nil for neither.
    init?(argument text: String) {
        if text.utf8.first == UInt8(ascii: "/") {
            self.init(text)
        } else {
            guard !text.isEmpty, text.utf8.count <= 128,
                !text.utf8.contains(where: { $0 < 0x20 || "{}~".utf8.contains($0) })
            else { return nil }
            self.init(member: text)
        }
    }
}

extension JSON {
    /// A string, number or boolean as the text that a URL, a field or a sentence holds; nil for every other kind.
    var scalarText: String? {
        switch self {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let value): value ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    /// The same, and the compact JSON of an array or object; nil for null.
    var plainText: String? {
        switch self {
        case .null: nil
        case .array, .object: String(decoding: encoded, as: UTF8.self)
        default: scalarText
        }
    }
}
