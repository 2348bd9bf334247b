/// How much work a file may ask for before it is refused, counted in steps and not in time: the same file ends the same on every machine.
public struct StepBudget: Sendable, Equatable {
    /// What a rule may cost that stands alone.
    public static let ofOneRule = 5_000_000

    public let most: Int
    public private(set) var taken = 0
    /// More was asked for than there is.
    public private(set) var isSpent = false

    public init(most: Int = ofOneRule) { self.most = most }

    /// - Returns: whether there were so many left; if not, nothing is given any more.
    public mutating func take(_ steps: Int) -> Bool {
        guard !isSpent, steps <= most - taken else {
            isSpent = true
            return false
        }
        taken += steps
        return true
    }
}
