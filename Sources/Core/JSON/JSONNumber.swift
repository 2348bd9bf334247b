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

extension JSONNumber {
    /// The value when it is a whole number that fits, however it is written: `10.0` and `1e3` are whole, as in JSON
    /// Schema. Reckoned from the digits: `1e-400` is none, though the nearest double is 0.
    public var wholeValue: Int? {
        if let plain = intValue { return plain }
        var digits: [UInt8] = []
        var isNegative = false
        var fraction = 0
        var isInFraction = false
        var rest = text.utf8[...]
        while let octet = rest.first, octet | 0x20 != UInt8(ascii: "e") {
            rest.removeFirst()
            switch octet {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isInFraction = true
            default:
                if isInFraction { fraction += 1 }
                // Leading zeros mean nothing.
                if octet != UInt8(ascii: "0") || !digits.isEmpty { digits.append(octet - UInt8(ascii: "0")) }
            }
        }
        if digits.isEmpty { return 0 }
        var exponent = Self.exponent(rest.dropFirst()) - fraction
        while exponent < 0, digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        // More digits than any Int has.
        guard exponent >= 0, digits.count <= 20, exponent <= 20 else { return nil }
        var value = 0
        for digit in digits + Array(repeating: 0, count: exponent) {
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isOver) = product.subtractingReportingOverflow(Int(digit))
            if isTooLarge || isOver { return nil }
            value = sum
        }
        // Gathered below zero, where one more fits.
        if isNegative { return value }
        return value == Int.min ? nil : -value
    }

    /// What stands behind the `e`, bounded: beyond that it makes no difference.
    private static func exponent(_ text: Substring.UTF8View) -> Int {
        var value = 0
        for octet in text where octet >= UInt8(ascii: "0") {
            value = min(value * 10 + Int(octet - UInt8(ascii: "0")), 1 << 40)
        }
        return text.first == UInt8(ascii: "-") ? -value : value
    }
}
