import Core
package import Formats

/// Which of the states of an event that a calendar file holds is the one that counts (RFC 5545 §3.8.7.4, RFC 5546 §2.1.5).
///
/// Events with one UID that stand for one date (RECURRENCE-ID), or for none, are states of one event. The latest counts: that of
/// the highest SEQUENCE, and among those of one SEQUENCE that of the latest LAST-MODIFIED or DTSTAMP. An empty UID is none: such
/// events are all themselves.
package struct CalendarStates {
    /// Whether a VEVENT is the one that counts among those of the same event.
    package enum Verdict: Equatable {
        case current
        /// Another says the same later.
        case earlier(line: Int)
        /// Another says the very same.
        case repeated(line: Int)
        /// Another of the same age says something else.
        case contradicts(line: Int)
        /// It is not going to happen.
        case cancelled(String)
        /// It stands for a date of a series that has been changed as a whole since.
        case outdated(line: Int)
        /// It is no event but somebody's answer about one.
        case message(String)

        /// Whether it says what is to be now: what other entries say of an event is not asked.
        package var counts: Bool {
            switch self {
            case .current, .contradicts, .cancelled: true
            case .earlier, .repeated, .outdated, .message: false
            }
        }
    }

    private struct Key: Hashable {
        let uid: String
        let date: String
    }

    private struct Rank: Comparable {
        let sequence: Int
        let modified: LocalDateTime
        let stamp: LocalDateTime

        init(_ event: ICSReader.Event) {
            let time = { (name: String) in event[name].flatMap(ICSTime.init)?.local }
            sequence = event["SEQUENCE"].flatMap { Int($0.value) } ?? 0
            stamp = time("DTSTAMP") ?? LocalDateTime(milliseconds: .min)
            modified = time("LAST-MODIFIED") ?? stamp
        }

        /// Of those of one SEQUENCE, what says no time is neither older nor newer.
        func isOlder(than other: Rank) -> Bool {
            if sequence != other.sequence { return sequence < other.sequence }
            return modified.milliseconds > .min && modified < other.modified
        }

        static func < (a: Rank, b: Rank) -> Bool {
            (a.sequence, a.modified, a.stamp) < (b.sequence, b.modified, b.stamp)
        }
    }

    /// What people send each other about an invitation (RFC 5546 §1.4).
    private static let messages: Set<String> = ["REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH"]

    private(set) var verdicts: [Verdict]
    /// The indices of the states that count of what is no single date of a series, by UID.
    private(set) var series: [String: Int] = [:]

    private let events: [ICSReader.Event]
    private let calendars: [ICSCalendarHead]

    /// - Parameters:
    ///   - isSound: whether the event at this index can be read at all; one that cannot is compared with nothing.
    ///   - date: names the date that the event at an index stands for; `series` is the index of its series, if the file has it.
    package init(
        _ events: [ICSReader.Event], _ calendars: [ICSCalendarHead], isSound: (Int) -> Bool,
        date: (_ index: Int, _ series: Int?) -> String
    ) {
        (self.events, self.calendars) = (events, calendars)
        verdicts = [Verdict](repeating: .current, count: events.count)
        var whole: [String: [Int]] = [:]
        var single: [(uid: String, index: Int)] = []
        for (index, event) in events.enumerated() {
            if let method = calendars[event.calendar].method, Self.messages.contains(method) {
                verdicts[index] = .message(method)
                continue
            }
            guard isSound(index) else { continue }
            if let uid = Self.uid(event) {
                if event["RECURRENCE-ID"] != nil {
                    single.append((uid, index))
                } else {
                    whole[uid, default: []].append(index)
                }
            } else if let reason = cancellation(event) {
                verdicts[index] = .cancelled(reason)
            }
        }
        for (uid, indices) in whole {
            let winner = judge(indices)
            series[uid] = winner
        }
        // Which date an entry stands for hangs on its series, whose state is known now.
        var groups: [Key: [Int]] = [:]
        for (uid, index) in single {
            groups[Key(uid: uid, date: date(index, series[uid])), default: []].append(index)
        }
        for (key, indices) in groups {
            _ = judge(indices)
            guard let series = series[key.uid] else { continue }
            cancelDates(indices, of: series)
            outdate(indices, of: series, whole[key.uid] ?? [])
        }
    }

    /// The UID without blanks around it; nil for none.
    package static func uid(_ event: ICSReader.Event) -> String? {
        guard let text = event["UID"]?.text else { return nil }
        let isBlank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        let scalars = text.unicodeScalars.drop(while: isBlank)
        let end = scalars.lastIndex { !isBlank($0) }
        return end.map { String(scalars[...$0]) }
    }

    /// Says of each state of one event whether it counts.
    /// - Returns: the one that does.
    private mutating func judge(_ indices: [Int]) -> Int? {
        let ranks = indices.map { Rank(events[$0]) }
        guard let best = ranks.max() else { return nil }
        let latest = zip(indices, ranks).filter { $0.1 == best }.map(\.0)
        // What is taken back is not made, whoever says otherwise at the same time.
        let winner = latest.first { cancellation(events[$0]) != nil } ?? latest[0]
        let line = events[winner].line
        let said = indices.count > 1 ? Self.content(events[winner]) : []
        let isCancelled = cancellation(events[winner]) != nil
        for (index, rank) in zip(indices, ranks) where index != winner {
            if rank != best {
                verdicts[index] = .earlier(line: line)
            } else if Self.content(events[index]) == said {
                verdicts[index] = .repeated(line: line)
            } else if isCancelled {
                verdicts[index] = .earlier(line: line)
            } else {
                verdicts[index] = .contradicts(line: line)
                verdicts[winner] = .contradicts(line: events[index].line)
            }
        }
        if let reason = cancellation(events[winner]) { verdicts[winner] = .cancelled(reason) }
        return winner
    }

    /// The dates of a series that is cancelled are cancelled with it.
    private mutating func cancelDates(_ dates: [Int], of series: Int) {
        guard case .cancelled = verdicts[series] else { return }
        for index in dates where verdicts[index] == .current {
            guard Rank(events[index]).sequence <= Rank(events[series]).sequence else { continue }
            verdicts[index] = .cancelled("its series is cancelled in line \(events[series].line)")
        }
    }

    /// A series and the entries of its dates are one object (RFC 4791 §4.1): whoever changes it says all of it anew. An entry of before
    /// the change, which another calendar or an earlier state of the series has brought, counts no more. In one calendar with one
    /// state of all each counts: a date keeps its own number when its series is given another.
    private mutating func outdate(_ dates: [Int], of series: Int, _ states: [Int]) {
        if case .cancelled = verdicts[series] { return }
        let latest = Rank(events[series])
        let isHistory = states.contains { if case .earlier = verdicts[$0] { true } else { false } }
        for index in dates where verdicts[index].counts && Rank(events[index]).isOlder(than: latest) {
            guard isHistory || events[index].calendar != events[series].calendar else { continue }
            verdicts[index] = .outdated(line: events[series].line)
        }
    }

    private func cancellation(_ event: ICSReader.Event) -> String? {
        if event["STATUS"]?.value.uppercased() == "CANCELLED" { return "STATUS:CANCELLED" }
        return calendars[event.calendar].method == "CANCEL" ? "METHOD:CANCEL" : nil
    }

    /// What an event says, in whichever order and in whichever form it names its date.
    private static func content(_ event: ICSReader.Event) -> [String] {
        event.properties.filter { $0.name != "RECURRENCE-ID" }.map { property in
            property.name + property.parameters.map { ";\($0.name)=\($0.values)" }.joined() + ":" + property.value
        }.sorted()
    }
}
