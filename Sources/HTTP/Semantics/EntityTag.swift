/// The validator of a representation (RFC 9110 §8.8.3).
public struct EntityTag: Sendable, Hashable {
    /// What stands between the quotes.
    public let opaque: String
    /// It says only that two representations are as good as each other, not that they are the same octets.
    public let isWeak: Bool

    public init(_ opaque: String, isWeak: Bool = false) {
        self.opaque = opaque
        self.isWeak = isWeak
    }

    /// As it stands in a field.
    public var text: String {
        var text = isWeak ? "W/\"" : "\""
        text.reserveCapacity(opaque.utf8.count + 4)
        text += opaque
        text += "\""
        return text
    }

    /// Strong comparison (RFC 9110 §8.8.3.2): for who is about to change what he saw.
    func isSame(as other: EntityTag) -> Bool { !isWeak && !other.isWeak && opaque == other.opaque }

    /// Weak comparison: for who already has a copy.
    func isAsGood(as other: EntityTag) -> Bool { opaque == other.opaque }
}

/// The value of If-Match and of If-None-Match: `*`, or a list of tags (RFC 9110 §13.1.1, §13.1.2).
enum EntityTagCondition: Sendable, Equatable {
    case anything
    case tags([EntityTag])

    /// Nil for a text that is neither.
    init?(_ text: String) {
        if text == "*" {
            self = .anything
            return
        }
        let bytes = Array(text.utf8)
        var tags: [EntityTag] = []
        var offset = 0
        while true {
            while offset < bytes.count, Octet.isBlank(bytes[offset]) || bytes[offset] == Octet.comma { offset += 1 }
            if offset == bytes.count { break }
            guard let tag = Self.tag(bytes, &offset) else { return nil }
            tags.append(tag)
            while offset < bytes.count, Octet.isBlank(bytes[offset]) { offset += 1 }
            guard offset == bytes.count || bytes[offset] == Octet.comma else { return nil }
        }
        if tags.isEmpty { return nil }
        self = .tags(tags)
    }

    private static func tag(_ bytes: [UInt8], _ offset: inout Int) -> EntityTag? {
        let isWeak = bytes[offset] == 0x57 && offset + 1 < bytes.count && bytes[offset + 1] == Octet.slash
        if isWeak { offset += 2 }
        guard offset < bytes.count, bytes[offset] == Octet.quote else { return nil }
        let start = offset + 1
        guard let end = bytes[start...].firstIndex(of: Octet.quote),
            bytes[start..<end].allSatisfy({ $0 > Octet.space && $0 != 0x7F })
        else { return nil }
        offset = end + 1
        return EntityTag(String(decoding: bytes[start..<end], as: UTF8.self), isWeak: isWeak)
    }
}
