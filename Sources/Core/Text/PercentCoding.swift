/// Percent-encoding of parts of a URL (RFC 3986 §2.1).
public enum PercentCoding {
    /// The bytes that go over as they are; any other becomes `%XX`.
    public struct Allowed: Sendable {
        /// One bit for each ASCII character.
        private let low: UInt64
        private let high: UInt64

        private init(marks: String) {
            var bits: (UInt64, UInt64) = (0, 0)
            for byte in UInt8(0)..<128 where byte.isASCIIAlphanumeric || marks.utf8.contains(byte) {
                if byte < 64 { bits.0 |= 1 << UInt64(byte) } else { bits.1 |= 1 << UInt64(byte - 64) }
            }
            (low, high) = bits
        }

        @inline(__always)
        func contains(_ byte: UInt8) -> Bool {
            byte < 64 ? low >> UInt64(byte) & 1 == 1 : byte < 128 && high >> UInt64(byte - 64) & 1 == 1
        }

        /// Letters, digits and `-._~` (RFC 3986 §2.3): safe in every part of a URL.
        public static let unreserved = Allowed(marks: "-._~")
        /// What a path segment may hold unencoded (RFC 3986 §3.3, `pchar`); not the slash.
        public static let pathSegment = Allowed(marks: "-._~!$&'()*+,;=:@")
        /// For a name or value in a query: `pchar`, slash and question mark without what separates pairs (`&`, `;`,
        /// `=`), means a space to others (`+`) or ends an attribute in HTML (`'`).
        public static let queryValue = Allowed(marks: "-._~!$()*,:@/?")
    }

    /// The text with all bytes of its UTF-8 that are not allowed as `%XX`, in capital hexadecimal digits.
    public static func encode(_ text: String, allowed: Allowed = .unreserved) -> String {
        if text.utf8.allSatisfy(allowed.contains) { return text }
        var output: [UInt8] = []
        append(text, to: &output, allowed: allowed)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends the encoded text as ASCII.
    public static func append(_ text: String, to output: inout [UInt8], allowed: Allowed = .unreserved) {
        for byte in text.utf8 {
            guard !allowed.contains(byte) else {
                output.append(byte)
                continue
            }
            output.append(UInt8(ascii: "%"))
            output.append(capitalHexDigit(byte >> 4))
            output.append(capitalHexDigit(byte & 15))
        }
    }

    private static func capitalHexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    /// The text with every `%XX` replaced by its byte; nil when a `%` is not followed by two hexadecimal digits or the
    /// result is not UTF-8.
    ///
    /// `%00` and `%2F` are decoded like the rest: whoever uses the text as a path decides about them.
    /// - Parameter plusIsSpace: whether `+` stands for a space, as in a query that a form wrote.
    public static func decode(_ bytes: some Collection<UInt8>, plusIsSpace: Bool = false) -> String? {
        if !bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) {
            return String(validating: bytes, as: UTF8.self)
        }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var rest = bytes.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next()?.hexDigitValue, let low = rest.next()?.hexDigitValue else { return nil }
                output.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: output.append(UInt8(ascii: " "))
            default: output.append(byte)
            }
        }
        return String(validating: output, as: UTF8.self)
    }

    /// The decoded form of a text; nil as for bytes.
    public static func decode(_ text: String, plusIsSpace: Bool = false) -> String? {
        decode(text.utf8, plusIsSpace: plusIsSpace)
    }
}
