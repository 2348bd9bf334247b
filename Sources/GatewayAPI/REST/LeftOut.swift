/// A kind of event that Luma has and that a list leaves out.
package enum LeftOut: String, Sendable, CaseIterable {
    case external
    case viewOnly = "view_only"
    case pending, approved

    /// What a list of this status leaves out.
    /// - Parameters:
    ///   - showsAll: it was asked to leave nothing out.
    ///   - status: the only one that it shows; nil when none was named.
    package static func kinds(showsAll: Bool, status: String?) -> [LeftOut] {
        let others: [LeftOut] = showsAll ? [] : [.external, .viewOnly]
        if showsAll, status == nil { return others }
        return others + [status == "pending" ? .approved : .pending]
    }

    /// For a person.
    package var words: String {
        switch self {
        case .external: "events of other platforms"
        case .viewOnly: "events that the gateway's key may only view"
        case .pending: "events that wait for approval"
        case .approved: "events that are on the calendar"
        }
    }
}
