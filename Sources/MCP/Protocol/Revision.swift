/// A revision of the Model Context Protocol that this server speaks.
///
/// Compared as members of a list, never as dates: what a version string means is what this list says.
public enum Revision: String, Sendable, CaseIterable, Comparable {
    case v2024_11_05 = "2024-11-05"
    case v2025_03_26 = "2025-03-26"
    case v2025_06_18 = "2025-06-18"
    case v2025_11_25 = "2025-11-25"
    case v2026_07_28 = "2026-07-28"

    /// How a conversation is held.
    public enum Era: Sendable, Equatable {
        /// A handshake by `initialize`, then a session.
        case legacy
        /// Every request says everything about itself.
        case modern
    }

    /// Which of the two ways this revision holds a conversation.
    public var era: Era { self == .v2026_07_28 ? .modern : .legacy }

    /// What a handshake ends at when the client asks for a version that is not spoken by handshake.
    public static let newestHandshake = Revision.v2025_11_25
    /// What a request over HTTP is taken for that names no version and no session.
    public static let unnamed = Revision.v2025_03_26

    /// Several messages in one JSON array; before and after 2025-03-26 nothing says that there are any.
    public var allowsBatches: Bool { self == .v2025_03_26 }

    public static func < (a: Revision, b: Revision) -> Bool { a.position < b.position }

    private var position: Int {
        switch self {
        case .v2024_11_05: 0
        case .v2025_03_26: 1
        case .v2025_06_18: 2
        case .v2025_11_25: 3
        case .v2026_07_28: 4
        }
    }
}
