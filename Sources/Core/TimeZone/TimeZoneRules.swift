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

extension TimeZoneRules {
    /// The instants at which a clock of the zone shows a date and time.
    public enum Resolution: Sendable, Equatable {
        /// One, as nearly always.
        case unique(Timestamp)
        /// None: the clock jumped over it. The candidates read it with the offset that held `before` the jump, which
        /// gives the later instant of the two (02:30 becomes 03:30 of the new offset), and with the offset that
        /// held `after` it, which gives the earlier one (01:30 of the old offset).
        case gap(before: Timestamp, after: Timestamp)
        /// Two, as the clock was set back and showed it again.
        case overlap(earlier: Timestamp, later: Timestamp)
    }

    /// Finds the instants at which a clock of the zone shows `local`.
    public func resolve(_ local: LocalDateTime) -> Resolution {
        // Nobody's clock is as far from UTC as this, so that what holds outside this window cannot matter.
        let reach = Int64(TimeZoneRules.farthestOffset + 1)
        let second = min(max(local.milliseconds.flooredQuotient(1000), -Self.lastSecond), Self.lastSecond)
        let window = second - reach...second + reach

        // The window is cut into stretches of one offset each. Each shows the clock a stretch of local times; the local
        // time is in one of them, in two that overlap, or between two.
        let changes = transitions(in: window)
        var offset = offset(second: window.lowerBound)
        var start = Int64.min
        var found: [Timestamp] = []
        var gap: Resolution?
        for change in changes {
            let instant = second - Int64(offset.secondsEast)
            if start <= instant, instant < change.start { found.append(read(local, with: offset)) }
            if instant >= change.start, second - Int64(change.offset.secondsEast) < change.start {
                gap = .gap(before: read(local, with: offset), after: read(local, with: change.offset))
            }
            start = change.start
            offset = change.offset
        }
        if start <= second - Int64(offset.secondsEast) { found.append(read(local, with: offset)) }

        guard let earliest = found.min(), let latest = found.max() else {
            return gap ?? .unique(read(local, with: offset))
        }
        return found.count == 1 ? .unique(earliest) : .overlap(earlier: earliest, later: latest)
    }

    private func read(_ local: LocalDateTime, with offset: Offset) -> Timestamp {
        local.timestamp(secondsEast: offset.secondsEast)
    }

    /// The end of the calendar's arithmetic, over a hundred million years away.
    private static let lastSecond: Int64 = 4_000_000_000_000_000
}
