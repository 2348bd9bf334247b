import Core

/// What must hold for any bytes that are read as JSON (RFC 8259): every valid text is accepted within the limits, every
/// invalid one is refused at its first octet that makes it so, numbers and strings are kept exactly, but for what parts a long
/// row of marks. Shared by the fuzz
/// target and by the test that plays its corpus.
public enum JSONInvariant {
    private static let limits = JSONLimits(maxDepth: 24, maxBytes: 1 << 16)

    /// - Returns: what does not hold, nil when all does.
    public static func problem(with text: [UInt8]) -> String? {
        let parsed = outcome { () throws(JSONError) in try JSON.parse(text, limits: limits) }
        let checked = outcome { () throws(JSONError) in
            try text.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in try JSON.check(bytes, limits: limits) }
        }
        guard text.count <= limits.maxBytes else { return problem(tooLarge: parsed, checked) }
        let oracle = JSONOracle(text, maxDepth: limits.maxDepth)
        if let problem = problem(checked, oracle.stop, text) { return "the checker: \(problem)" }
        if let repeated = oracle.repeated {
            // It comes before whatever the checker, which does not look for it, stops at.
            if case .failure(let error) = parsed, error.kind == .duplicateKey, error.offset == repeated { return nil }
            return "the name at \(repeated) is repeated, but: \(parsed)"
        }
        if let problem = problem(parsed, oracle.stop, text) { return "the parser: \(problem)" }
        guard case .success(let value) = parsed else { return nil }
        var tokens: [JSONOracle.Token] = []
        flatten(value, into: &tokens)
        let said = oracle.tokens.map(safe)
        if tokens != said { return "read as \(tokens), but it says \(said)" }
        return problem(written: value)
    }

    private static func safe(_ token: JSONOracle.Token) -> JSONOracle.Token {
        guard case .text(let bytes) = token else { return token }
        return .text(Array(String(decoding: bytes, as: UTF8.self).streamSafe.utf8))
    }

    private static func problem(_ outcome: Result<some Any, JSONError>, _ stop: JSONOracle.Stop?, _ text: [UInt8])
        -> String?
    {
        switch (outcome, stop) {
        case (.success, nil): return nil
        case (.success, let stop?): return "accepts what is not valid: \(stop)"
        case (.failure(let error), nil): return "refuses what is valid: \(error)"
        case (.failure(let error), .end):
            return error.kind == .unexpectedEnd && error.offset == text.count ? nil : "ends too early, but: \(error)"
        case (.failure(let error), .bad(let offset)):
            return error.kind != .unexpectedEnd && error.offset == offset
                ? nil : "wrong from \(offset) on, but: \(error)"
        }
    }

    private static func problem(
        tooLarge parsed: Result<JSON, JSONError>, _ checked: Result<Void, JSONError>
    ) -> String? {
        guard case .failure(let error) = parsed, case .failure(let other) = checked, error == other,
            error.kind == .tooLarge
        else { return "too large, but: \(parsed), \(checked)" }
        return nil
    }

    private static func flatten(_ value: JSON, into tokens: inout [JSONOracle.Token]) {
        switch value {
        case .null: tokens.append(.word("null"))
        case .bool(let value): tokens.append(.word("\(value)"))
        case .number(let number): tokens.append(.number(number.text))
        case .string(let text): tokens.append(.text(Array(text.utf8)))
        case .array(let items):
            tokens.append(.open(UInt8(ascii: "[")))
            for item in items { flatten(item, into: &tokens) }
            tokens.append(.close(UInt8(ascii: "]")))
        case .object(let object):
            tokens.append(.open(UInt8(ascii: "{")))
            for member in object.members {
                tokens.append(.text(Array(member.name.utf8)))
                flatten(member.value, into: &tokens)
            }
            tokens.append(.close(UInt8(ascii: "}")))
        }
    }

    /// What is accepted survives writing and parsing, and writing again gives the same bytes.
    private static func problem(written value: JSON) -> String? {
        let written = value.encoded
        switch outcome({ () throws(JSONError) in try JSON.parse(written, limits: JSONLimits(maxDepth: 24)) }) {
        case .failure(let error): return "what was written is refused: \(error)"
        case .success(let again):
            if again != value { return "what was written reads as something else" }
            return again.encoded == written ? nil : "written twice, written differently"
        }
    }

    private static func outcome<T>(_ body: () throws(JSONError) -> T) -> Result<T, JSONError> {
        do throws(JSONError) { return .success(try body()) } catch { return .failure(error) }
    }
}
