/// The rules of one time zone: which offset from UTC holds when, for all times (RFC 9636).
///
/// Made from a TZif file by `init(tzif:)`. What the file lists explicitly holds up to its last transition; from there
/// on the rule of its footer does.
public struct TimeZoneRules: Sendable {
    /// What holds at some time.
    public struct Offset: Sendable, Hashable {
        /// Seconds to add to UTC; negative west of Greenwich.
        public let secondsEast: Int
        /// `CET`, `EDT`, or digits such as `+0545`.
        public let abbreviation: String
        /// The file's mark. Ireland's is set in winter, when its clocks are behind its standard time.
        public let isDST: Bool
    }

    /// From `start`, in seconds since 1970, this holds.
    struct Transition: Sendable, Equatable {
        let start: Int64
        let offset: Offset
    }

    /// What holds before the first transition.
    let first: Offset
    /// In strictly ascending order.
    let transitions: [Transition]
    /// What holds after the last transition; nil when the last one holds for good.
    let footer: PosixTimeZone?

    /// Universal time, for where no zone is known.
    public static let utc = TimeZoneRules(
        first: Offset(secondsEast: 0, abbreviation: "UTC", isDST: false), transitions: [], footer: nil)

    /// What holds at this instant.
    public func offset(at instant: Timestamp) -> Offset { offset(second: instant.seconds) }

    /// What a clock in this zone shows at this instant.
    public func local(at instant: Timestamp) -> LocalDateTime {
        instant.local(secondsEast: offset(at: instant).secondsEast)
    }

    func offset(second: Int64) -> Offset {
        guard let last = transitions.last else { return footer?.offset(second: second) ?? first }
        if let footer, second >= last.start { return footer.offset(second: second) }
        let count = countOfTransitions(until: second)
        return count == 0 ? first : transitions[count - 1].offset
    }

    /// The transitions in these seconds, explicit and by rule, in order.
    func transitions(in seconds: ClosedRange<Int64>) -> [Transition] {
        let start = countOfTransitions(until: seconds.lowerBound - 1)
        var found = Array(transitions[start..<countOfTransitions(until: seconds.upperBound)])
        if let footer {
            let last = transitions.last?.start ?? .min
            found += footer.transitions(in: seconds).filter { $0.start > last }
        }
        return found
    }

    /// How many transitions are at or before this second.
    private func countOfTransitions(until second: Int64) -> Int {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].start <= second { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
