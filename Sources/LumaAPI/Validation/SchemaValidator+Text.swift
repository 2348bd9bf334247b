import Core

extension SchemaValidator.Run {
    /// Checks a text against the schemas that texts satisfy.
    mutating func check(text: String, _ schema: Schema, at path: String) {
        switch schema {
        case .string(let length):
            if let length, !length.contains(text.unicodeScalars.count) { add(.badLength(length), at: path) }
        case .dateTime: if Timestamp(rfc3339: text) == nil { add(.badDateTime, at: path) }
        // A feedback e-mail may go out before the end: Luma takes a leading minus there.
        case .duration:
            if ISODuration(text.hasPrefix("-") ? String(text.dropFirst()) : text) == nil { add(.badDuration, at: path) }
        case .timeZone:
            if !Self.looksLikeZone(text) || !validator.isTimeZone(text) { add(.badTimeZone, at: path) }
        case .url(let prefixes):
            if !Self.looksLikeURL(text) || !(prefixes.isEmpty || prefixes.contains(where: text.hasPrefix)) {
                add(.badURL(prefixes), at: path)
            }
        case .enumeration(let values): if !values.contains(text) { add(.notOneOf(values), at: path) }
        // Luma calls ids opaque: the prefix is usual, not promised.
        case .id: if text.isEmpty { add(.badId, at: path) }
        case .any, .boolean, .integer, .number, .array, .object, .variants: break
        }
    }

    /// Letters, digits and `_ + - / .`, as tzdata names zones; no empty part and no `..` that could leave a folder.
    private static func looksLikeZone(_ text: String) -> Bool {
        guard (1...64).contains(text.utf8.count) else { return false }
        return text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part.first != UInt8(ascii: ".")
                && part.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
                    default: "_+-.".utf8.contains(byte)
                    }
                }
        }
    }

    /// A scheme, `://` and something after it, without spaces and control characters.
    private static func looksLikeURL(_ text: String) -> Bool {
        guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7f }) else { return false }
        let scheme = text.utf8.prefix { $0 != UInt8(ascii: ":") }
        let rest = text.utf8.dropFirst(scheme.count)
        guard let first = scheme.first, (first | 0x20) >= 0x61, (first | 0x20) <= 0x7a else { return false }
        return rest.starts(with: "://".utf8) && rest.count > 3
    }
}
