extension TimeZoneRules {
    /// Rules that somebody else has worked out, such as those that a calendar file brings along.
    ///
    /// - Parameters:
    ///   - first: what holds before the first change, in seconds to add to UTC.
    ///   - changes: instants in any order, and what holds from each; of several at one instant the last counts.
    public init(first: Int, changes: [(start: Timestamp, secondsEast: Int)]) {
        func offset(_ seconds: Int) -> Offset { Offset(secondsEast: seconds, abbreviation: "", isDST: false) }
        var transitions: [Transition] = []
        for change in changes.sorted(by: { $0.start < $1.start }) {
            if transitions.last?.start == change.start.seconds { transitions.removeLast() }
            transitions.append(Transition(start: change.start.seconds, offset: offset(change.secondsEast)))
        }
        self.init(first: offset(first), transitions: transitions, footer: nil)
    }
}
