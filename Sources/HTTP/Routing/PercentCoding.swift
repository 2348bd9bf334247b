/// Percent-encoded text (RFC 3986 §2.1) whose escapes are known to be whole: the head parser has checked them.
public enum PercentCoding {
    /// The text, or nil when what was encoded is not UTF-8 or an escape is not whole.
    ///
    /// - Parameter plusIsSpace: for queries that a form or a script wrote.
    public static func decodedText(_ text: UnsafeRawBufferPointer, plusIsSpace: Bool = false) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        var offset = 0
        while offset < text.count {
            guard let (octet, next) = octet(text, at: offset) else { return nil }
            decoded.append(plusIsSpace && text[offset] == 0x2B ? Octet.space : octet)
            offset = next
        }
        return String(validating: decoded, as: UTF8.self)
    }

    /// Whether `text` is `literal` once it is decoded.
    static func matches(_ text: UnsafeRawBufferPointer, _ literal: [UInt8]) -> Bool {
        if text.count < literal.count { return false }
        var offset = 0
        for expected in literal {
            guard offset < text.count, let (octet, next) = octet(text, at: offset), octet == expected else {
                return false
            }
            offset = next
        }
        return offset == text.count
    }

    @inline(__always)
    private static func octet(_ text: UnsafeRawBufferPointer, at offset: Int) -> (octet: UInt8, next: Int)? {
        if text[offset] != Octet.percent { return (text[offset], offset + 1) }
        guard offset + 2 < text.count, let high = Octet.hexValue(text[offset + 1]),
            let low = Octet.hexValue(text[offset + 2])
        else { return nil }
        return (high << 4 | low, offset + 3)
    }
}
