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
