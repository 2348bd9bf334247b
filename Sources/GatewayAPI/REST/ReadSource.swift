/// How an answer came about, in the words of `X-Cache`.
package enum ReadSource: String, Sendable, CaseIterable {
    /// Luma was asked for it.
    case miss = "MISS"
    /// Luma was asked for it by somebody else at the same moment.
    case shared = "SHARED"
    case hit = "HIT"
    /// Luma could not be asked, and this is what was known.
    case stale = "STALE"
}

extension ReadSource {
    /// A number of its own, from 0 without gaps.
    package var number: Int {
        switch self {
        case .miss: 0
        case .shared: 1
        case .hit: 2
        case .stale: 3
        }
    }
}
