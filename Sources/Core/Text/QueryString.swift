/// Why a query cannot be read.
public enum QueryStringError: Error, Sendable, Equatable {
    /// The pair of this number, from 0, has a `%` without two hexadecimal digits, or is not UTF-8.
    case badEncoding(pair: Int)
    /// There are more pairs than the limit says.
    case tooMany(limit: Int)
}

/// The query of a URL as pairs of name and value in order; a name may come several times.
public struct QueryString: Sendable {
    /// The pairs, decoded, in order.
    public var items: [(name: String, value: String)]

    /// Takes pairs that are not encoded.
    public init(_ items: [(name: String, value: String)] = []) { self.items = items }

    /// Reads what follows the `?` of a URL: pairs between `&`, decoded, with `+` for a space. A pair without `=` has
    /// an empty value; empty pairs, as in `a=1&&b=2`, are skipped.
    public init(parsing bytes: some Collection<UInt8>, maxItems: Int = 128) throws(QueryStringError) {
        items = []
        var start = bytes.startIndex
        while start != bytes.endIndex {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "&")) ?? bytes.endIndex
            if start != end {
                guard items.count < maxItems else { throw .tooMany(limit: maxItems) }
                let equals = bytes[start..<end].firstIndex(of: UInt8(ascii: "="))
                let value = equals.map { bytes[bytes.index(after: $0)..<end] } ?? bytes[end..<end]
                guard let name = PercentCoding.decode(bytes[start..<(equals ?? end)], plusIsSpace: true),
                    let value = PercentCoding.decode(value, plusIsSpace: true)
                else { throw .badEncoding(pair: items.count) }
                items.append((name: name, value: value))
            }
            start = end == bytes.endIndex ? end : bytes.index(after: end)
        }
    }

    /// Reads what follows the `?` of a URL.
    public init(parsing text: String, maxItems: Int = 128) throws(QueryStringError) {
        try self.init(parsing: text.utf8, maxItems: maxItems)
    }

    /// Whether there is no pair.
    public var isEmpty: Bool { items.isEmpty }

    /// The first value of this name.
    public subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// All values of this name, in order.
    public func values(of name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    /// Adds a pair, not encoded, at the end.
    public mutating func append(_ name: String, _ value: String) { items.append((name: name, value: value)) }

    /// The query as it follows the `?`: names and values encoded, a space as `%20`; empty when there is no pair.
    public var text: String {
        var output: [UInt8] = []
        append(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends `text` as ASCII.
    public func append(to output: inout [UInt8]) {
        var isFirst = true
        for (name, value) in items {
            if !isFirst { output.append(UInt8(ascii: "&")) }
            isFirst = false
            PercentCoding.append(name, to: &output, allowed: .queryValue)
            output.append(UInt8(ascii: "="))
            PercentCoding.append(value, to: &output, allowed: .queryValue)
        }
    }
}

extension QueryString: Equatable {
    public static func == (a: QueryString, b: QueryString) -> Bool {
        a.items.elementsEqual(b.items) { $0.name == $1.name && $0.value == $1.value }
    }
}

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
        /// For a name or value in a query: what a path segment may hold (RFC 3986 §3.3, `pchar`), slash and question mark,
        /// without what separates pairs (`&`, `;`, `=`), means a space to others (`+`) or ends an attribute in HTML (`'`).
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

    /// The bytes with each `%XX` replaced by its byte; any other percent sign stays.
    public static func decodeLeniently(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(UInt8(ascii: "%")) else { return bytes }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = bytes[index + 1].hexDigitValue,
                let low = bytes[index + 2].hexDigitValue
            {
                output.append(high << 4 | low)
                index += 3
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        return output
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
