/// Why a saved state cannot be taken up.
public struct SnapshotError: Error, Sendable, Equatable {
    /// What is wrong and where, in plain words.
    public let problem: String

    init(_ problem: String) { self.problem = problem }
}
