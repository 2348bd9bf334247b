/// A JSON number by its text, so that nothing is lost on the way through.
///
/// Two numbers are equal when their texts are: `1.0`, `1` and `1e0` differ, because each would be passed on as written.
/// Compare `intValue` or `doubleValue` where the quantity is meant.
public struct JSONNumber: Sendable, Hashable {
    /// The text, valid by the grammar of RFC 8259 §6.
    public let text: String

    /// Takes a text that is known to be valid.
    init(validated text: String) { self.text = text }

    /// The integer in decimal digits.
    public init(_ value: Int) { text = String(value) }

    /// The shortest text that reads back as `value`; nil for infinities and NaN, which JSON cannot write.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        let text = value.description
        self.text = text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Takes a text that follows the grammar of RFC 8259 §6 from end to end; nil for any other.
    public init?(text: String) {
        let isValid = text.utf8.span.bytes.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            guard (try? scanner.number()) != nil else { return false }
            return scanner.isAtEnd
        }
        guard isValid else { return nil }
        self.text = text
    }

    /// The value when the number is written without fraction and exponent, and fits.
    public var intValue: Int? { Int(text) }

    /// The nearest value; nil when it would be infinite.
    public var doubleValue: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }
}
