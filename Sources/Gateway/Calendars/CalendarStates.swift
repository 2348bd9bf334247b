import Core
import Formats

/// Which of the states of an event that a calendar file holds is the one that counts (RFC 5545 §3.8.7.4, RFC 5546 §2.1.5).
///
/// Events with one UID, and one RECURRENCE-ID, are states of one event. The latest counts: that of the highest SEQUENCE, and
/// among those of one SEQUENCE that of the latest LAST-MODIFIED or DTSTAMP. An empty UID is none: such events are all themselves.
enum CalendarStates {
    enum Verdict: Equatable {
        case current
        /// Another says the same later.
        case earlier(line: Int)
        /// Another says the very same.
        case repeated(line: Int)
        /// Another of the same age says something else.
        case contradicts(line: Int)
        /// It is not going to happen.
        case cancelled(String)
        /// It is no event but somebody's answer about one.
        case message(String)

        /// Whether it says what is to be now: what other entries say of an event is not asked.
        var counts: Bool {
            switch self {
            case .current, .contradicts, .cancelled: true
            case .earlier, .repeated, .message: false
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

        static func < (a: Rank, b: Rank) -> Bool {
            (a.sequence, a.modified, a.stamp) < (b.sequence, b.modified, b.stamp)
        }
    }

    /// What people send each other about an invitation (RFC 5546 §1.4).
    private static let messages: Set<String> = ["REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH"]

    /// - Parameter isSound: whether the event at this index can be read at all; one that cannot is compared with nothing.
    static func verdicts(
        _ events: [ICSReader.Event], _ calendars: [ICSCalendarHead], isSound: (Int) -> Bool
    ) -> [Verdict] {
        var verdicts = [Verdict](repeating: .current, count: events.count)
        var groups: [Key: [Int]] = [:]
        for (index, event) in events.enumerated() {
            if let method = calendars[event.calendar].method, messages.contains(method) {
                verdicts[index] = .message(method)
                continue
            }
            guard isSound(index) else { continue }
            if let uid = uid(event) {
                groups[Key(uid: uid, date: event["RECURRENCE-ID"]?.value ?? ""), default: []].append(index)
            } else if let reason = cancellation(event, calendars) {
                verdicts[index] = .cancelled(reason)
            }
        }
        for indices in groups.values { judge(indices, events, calendars, &verdicts) }
        for (key, indices) in groups where !key.date.isEmpty {
            cancelDates(of: groups[Key(uid: key.uid, date: "")] ?? [], indices, events, &verdicts)
        }
        return verdicts
    }

    /// The UID without blanks around it; nil for none.
    static func uid(_ event: ICSReader.Event) -> String? {
        guard let text = event["UID"]?.text else { return nil }
        let isBlank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        let scalars = text.unicodeScalars.drop(while: isBlank)
        let end = scalars.lastIndex { !isBlank($0) }
        return end.map { String(scalars[...$0]) }
    }

    private static func judge(
        _ indices: [Int], _ events: [ICSReader.Event], _ calendars: [ICSCalendarHead], _ verdicts: inout [Verdict]
    ) {
        let ranks = indices.map { Rank(events[$0]) }
        guard let best = ranks.max() else { return }
        let latest = zip(indices, ranks).filter { $0.1 == best }.map(\.0)
        // What is taken back is not made, whoever says otherwise at the same time.
        let winner = latest.first { cancellation(events[$0], calendars) != nil } ?? latest[0]
        let line = events[winner].line
        let said = indices.count > 1 ? content(events[winner]) : []
        let isCancelled = cancellation(events[winner], calendars) != nil
        for (index, rank) in zip(indices, ranks) where index != winner {
            if rank != best {
                verdicts[index] = .earlier(line: line)
            } else if content(events[index]) == said {
                verdicts[index] = .repeated(line: line)
            } else if isCancelled {
                verdicts[index] = .earlier(line: line)
            } else {
                verdicts[index] = .contradicts(line: line)
                verdicts[winner] = .contradicts(line: events[index].line)
            }
        }
        if let reason = cancellation(events[winner], calendars) { verdicts[winner] = .cancelled(reason) }
    }

    /// The dates of a series that is cancelled are cancelled with it.
    private static func cancelDates(
        of series: [Int], _ dates: [Int], _ events: [ICSReader.Event], _ verdicts: inout [Verdict]
    ) {
        let cancelled = series.first { if case .cancelled = verdicts[$0] { true } else { false } }
        guard let cancelled else { return }
        for index in dates where verdicts[index] == .current {
            guard Rank(events[index]).sequence <= Rank(events[cancelled]).sequence else { continue }
            verdicts[index] = .cancelled("its series is cancelled in line \(events[cancelled].line)")
        }
    }

    private static func cancellation(_ event: ICSReader.Event, _ calendars: [ICSCalendarHead]) -> String? {
        if event["STATUS"]?.value.uppercased() == "CANCELLED" { return "STATUS:CANCELLED" }
        return calendars[event.calendar].method == "CANCEL" ? "METHOD:CANCEL" : nil
    }

    /// What an event says, in whichever order.
    private static func content(_ event: ICSReader.Event) -> [String] {
        event.properties.map { property in
            property.name + property.parameters.map { ";\($0.name)=\($0.values)" }.joined() + ":" + property.value
        }.sorted()
    }
}
