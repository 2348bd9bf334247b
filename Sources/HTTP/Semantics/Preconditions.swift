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

/// What a request makes its method depend on (RFC 9110 §13).
///
/// If-Modified-Since, If-Unmodified-Since and If-Range are left out: nothing here has a modification date, and for what
/// has none they must be ignored (§13.1.3–§13.1.5).
public struct Preconditions: Sendable, Equatable {
    /// What a request with conditions gets.
    public enum Verdict: Sendable, Equatable {
        case proceed
        /// The caller has it already: 304.
        case notModified
        /// What the caller relies on does not hold: 412.
        case failed
    }

    private var ifMatch: String?
    private var ifNoneMatch: String?

    /// Conditions by the values of their fields, nil where there is none.
    public init(ifMatch: String? = nil, ifNoneMatch: String? = nil) {
        self.ifMatch = ifMatch
        self.ifNoneMatch = ifNoneMatch
    }

    public init(_ request: RequestView) {
        ifMatch = request.combined("if-match")
        ifNoneMatch = request.combined("if-none-match")
    }

    /// Whether the request has no condition.
    public var isEmpty: Bool { ifMatch == nil && ifNoneMatch == nil }

    /// Judges in the order of §13.2.2. To be asked last, when without the conditions the request would be done (§13.2.1).
    ///
    /// - Parameters:
    ///   - tag: the representation's; nil when it has none.
    ///   - isRead: the method is GET or HEAD.
    ///   - exists: the target has a current representation.
    public func verdict(tag: EntityTag?, isRead: Bool, exists: Bool = true) -> Verdict {
        if let ifMatch {
            // What cannot be read protects all the same.
            switch EntityTagCondition(ifMatch) {
            case .anything?: if !exists { return .failed }
            case .tags(let tags)?:
                guard let tag, tags.contains(where: { $0.isSame(as: tag) }) else { return .failed }
            case nil: return .failed
            }
        }
        guard let ifNoneMatch else { return .proceed }
        switch EntityTagCondition(ifNoneMatch) {
        case .anything?: return !exists ? .proceed : isRead ? .notModified : .failed
        case .tags(let tags)?:
            guard let tag, tags.contains(where: { $0.isAsGood(as: tag) }) else { return .proceed }
            return isRead ? .notModified : .failed
        case nil: return isRead ? .proceed : .failed
        }
    }
}
