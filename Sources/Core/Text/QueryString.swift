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
