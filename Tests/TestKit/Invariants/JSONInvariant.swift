import Core

/// What must hold for any bytes that are read as JSON (RFC 8259). Shared by the fuzz target and by the test that plays
/// its corpus.
public enum JSONInvariant {
    /// - Returns: what does not hold, nil when all does.
    public static func problem(with text: [UInt8]) -> String? {
        let limits = JSONLimits(maxDepth: 24, maxBytes: 1 << 16)
        let parsed = outcome { () throws(JSONError) in try JSON.parse(text, limits: limits) }
        let checked = outcome { () throws(JSONError) in
            try text.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in try JSON.check(bytes, limits: limits) }
        }
        switch (parsed, checked) {
        case (.success(let value), .success): return problem(with: value, limits)
        case (.success, .failure(let error)): return "the checker refuses what the parser accepts: \(error)"
        case (.failure(let error), .success):
            return error.kind == .duplicateKey ? nil : "the checker accepts what the parser refuses: \(error)"
        case (.failure(let error), .failure(let other)):
            // A repeated name that only the parser sees may come before what the checker stops at.
            if error != other, error.kind != .duplicateKey { return "two verdicts: \(error) and \(other)" }
            return problem(with: error, text, limits)
        }
    }

    /// What is accepted survives writing and parsing, and writing again gives the same bytes.
    private static func problem(with value: JSON, _ limits: JSONLimits) -> String? {
        let written = value.encoded
        switch outcome({ () throws(JSONError) in try JSON.parse(written, limits: JSONLimits(maxDepth: 24)) }) {
        case .failure(let error): return "what was written is refused: \(error)"
        case .success(let again):
            if again != value { return "what was written reads as something else" }
            return again.encoded == written ? nil : "written twice, written differently"
        }
    }

    /// The offset lies in the text; what comes before it could begin a valid text; with what stands there it cannot.
    private static func problem(with error: JSONError, _ text: [UInt8], _ limits: JSONLimits) -> String? {
        guard (0...text.count).contains(error.offset) else { return "an offset outside the text: \(error)" }
        switch error.kind {
        case .unexpectedEnd: return error.offset == text.count ? nil : "an end before the end: \(error)"
        case .tooLarge: return text.count > limits.maxBytes ? nil : "too large, but it is not: \(error)"
        case .duplicateKey: return nil
        default: break
        }
        let before = outcome { () throws(JSONError) in
            try JSON.parse(Array(text[..<error.offset]), limits: limits)
        }
        if case .failure(let other) = before, other.kind != .unexpectedEnd {
            return "\(error), but what comes before it is refused already: \(other)"
        }
        // Of these two the reason stands behind the offset.
        if error.kind == .invalidUTF8 || error.kind == .loneSurrogate { return nil }
        let through = outcome { () throws(JSONError) in
            try JSON.parse(Array(text[...error.offset]), limits: limits)
        }
        if case .failure(let other) = through, other == error { return nil }
        return "\(error), but the text up to there has another verdict"
    }

    private static func outcome<T>(_ body: () throws(JSONError) -> T) -> Result<T, JSONError> {
        do throws(JSONError) { return .success(try body()) } catch { return .failure(error) }
    }
}
