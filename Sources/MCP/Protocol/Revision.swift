/// A revision of the Model Context Protocol that this server speaks.
///
/// Compared as members of a list, never as dates: what a version string means is what this list says.
public enum Revision: String, Sendable, CaseIterable, Comparable {
    case november2024 = "2024-11-05"
    case march2025 = "2025-03-26"
    case june2025 = "2025-06-18"
    case november2025 = "2025-11-25"
    case july2026 = "2026-07-28"

    /// How a conversation is held.
    public enum Era: Sendable, Equatable {
        /// A handshake by `initialize`, then a session.
        case legacy
        /// Every request says everything about itself.
        case modern
    }

    /// Which of the two ways this revision holds a conversation.
    public var era: Era { self == .july2026 ? .modern : .legacy }

    /// What a request over HTTP is taken for that names no version and no session.
    public static let unnamed = Revision.march2025

    /// Several messages in one JSON array; before and after 2025-03-26 nothing says that there are any.
    public var allowsBatches: Bool { self == .march2025 }

    public static func < (a: Revision, b: Revision) -> Bool { a.position < b.position }

    private var position: Int {
        switch self {
        case .november2024: 0
        case .march2025: 1
        case .june2025: 2
        case .november2025: 3
        case .july2026: 4
        }
    }
}
