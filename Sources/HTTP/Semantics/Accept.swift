/// Which media types a caller takes, and how gladly (RFC 9110 §12.5.1).
public struct Accept: Sendable, Equatable {
    /// How well a type fits.
    public struct Preference: Sendable, Equatable {
        /// In thousandths; 0 when it is refused.
        public let weight: Int
        /// The type stands there itself, not only a range that holds it.
        public let isNamed: Bool
    }
    private struct Range: Equatable {
        let type: String
        let weight: Int
    }
    private var ranges: [Range] = []

    /// Reads a field value; a range that is not well-formed counts as not given.
    public init(_ text: String) {
        for element in Self.split(text, at: 0x2C) {
            let parts = Self.split(element, at: 0x3B)
            guard let type = parts.first.flatMap(Self.mediaRange) else { continue }
            var weight = 1000
            var hasParameters = false
            for part in parts.dropFirst() where !part.isEmpty {
                if part.lowercased().hasPrefix("q=") {
                    weight = Self.weight(part.utf8.dropFirst(2)) ?? -1
                } else {
                    hasParameters = true
                }
            }
            // What is said of a type with parameters says nothing against the type without them.
            if weight < 0 || (weight == 0 && hasParameters) { continue }
            ranges.append(Range(type: type, weight: weight))
        }
    }

    /// What the most specific range that holds `type` says; nil when none does.
    ///
    /// - Parameter type: `type/subtype` in lower case.
    public func preference(for type: String) -> Preference? {
        let family = type.prefix { $0 != "/" } + "/*"
        for range in [type, String(family), "*/*"] {
            let weights = ranges.filter { $0.type == range }.map(\.weight)
            if let weight = weights.max() { return Preference(weight: weight, isNamed: range == type) }
        }
        return nil
    }

    // MARK: Grammar

    /// Splits outside of quotes and takes the blanks around each part away.
    private static func split(_ text: String, at separator: UInt8) -> [String] {
        var parts: [String] = []
        var part: [UInt8] = []
        var isQuoted = false
        var isEscaped = false
        for octet in text.utf8 {
            if octet == separator, !isQuoted {
                parts.append(trimmed(part))
                part = []
                continue
            }
            part.append(octet)
            if isEscaped {
                isEscaped = false
            } else if isQuoted, octet == Octet.backslash {
                isEscaped = true
            } else if octet == Octet.quote {
                isQuoted.toggle()
            }
        }
        return parts + [trimmed(part)]
    }

    private static func trimmed(_ octets: [UInt8]) -> String {
        let start = octets.firstIndex { !Octet.isBlank($0) } ?? octets.endIndex
        let end = octets.lastIndex { !Octet.isBlank($0) }.map { $0 + 1 } ?? start
        return String(decoding: octets[start..<end], as: UTF8.self)
    }

    private static func mediaRange(_ text: String) -> String? {
        let parts = text.utf8.split(separator: Octet.slash, omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Octet.isToken) }) else { return nil }
        return text.lowercased()
    }

    /// `0`, `1`, with at most three decimals (RFC 9110 §12.4.2).
    private static func weight(_ text: Substring.UTF8View) -> Int? {
        guard let first = text.first, first == 0x30 || first == 0x31 else { return nil }
        let decimals = text.dropFirst().dropFirst()
        if text.count > 1, text.dropFirst().first != Octet.dot { return nil }
        guard decimals.count <= 3, decimals.allSatisfy(Octet.isDigit) else { return nil }
        var weight = Int(first - 0x30)
        for place in 0..<3 {
            let digit = decimals.dropFirst(place).first.map { Int($0 - 0x30) } ?? 0
            weight = weight * 10 + digit
        }
        return weight <= 1000 ? weight : nil
    }
}
