/// What a request makes its method depend on (RFC 9110 §13).
///
/// If-Modified-Since, If-Unmodified-Since and If-Range are left out: nothing here has a modification date, and for what
/// has none they must be ignored (§13.1.3–§13.1.5).
public struct Preconditions: Sendable, Equatable {
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
