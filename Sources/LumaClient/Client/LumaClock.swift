import Core
import HTTP

/// What Luma's clock shows, told from the `Date` of several of its answers and counted on by the time since the machine was
/// started, which no setting of a clock changes.
///
/// The errors of this clock are not alike: told too early, an older event that looks the same may be taken for what a lost create
/// has made; told too late, the create does not find its own event, and a second one is made. So each reading is taken as
/// the range that it proves, the earliest reading of the last hour counts, and readings that cannot all be right move it
/// further back by as much as they differ.
struct LumaClock: Sendable {
    /// The readings of some minutes, in milliseconds that Luma's clock is ahead of the time since the machine was started.
    private struct Span {
        let begun: Int64
        /// The lower ends of what readings prove: the least and the most.
        var least: Int64
        var most: Int64
        /// The least of the upper ends.
        var leastEnd: Int64
    }

    private static let spanMilliseconds: Int64 = 300_000
    /// An hour of answers, or more while there are few.
    private static let spans = 12
    /// A wall clock that is further behind Luma's than this was never set.
    private static let maxBehind: Int64 = 86_400_000

    /// The oldest first.
    private var spans: [Span] = []

    /// Takes a reading.
    /// - Parameters:
    ///   - date: whole seconds.
    ///   - sent: when the request left, in milliseconds since the machine was started.
    ///   - received: when its answer was there.
    mutating func note(_ date: Timestamp, sent: Int64, received: Int64) {
        let low = date.milliseconds - received
        let high = date.milliseconds + 1000 - min(sent, received)
        guard let last = spans.last, received - last.begun < Self.spanMilliseconds else {
            if spans.count == Self.spans { spans.removeFirst() }
            spans.append(Span(begun: received, least: low, most: low, leastEnd: high))
            return
        }
        let index = spans.count - 1
        if low < last.least { spans[index].least = low }
        if low > last.most { spans[index].most = low }
        if high < last.leastEnd { spans[index].leastEnd = high }
    }

    /// By the earliest reading.
    private var offset: Int64? { spans.map(\.least).min() }

    /// What Luma's clock shows at this instant, in milliseconds since the machine was started, never much later; nil until an
    /// answer has told.
    func likely(at tick: Int64) -> Timestamp? {
        offset.map { Timestamp(milliseconds: tick).advanced(milliseconds: $0) }
    }

    /// The earliest that Luma's clock may show at this instant, as far as can be told; nil until an answer has told.
    /// - Parameter wallOffset: milliseconds that the wall clock is ahead of the time since the machine was started. It counts if
    ///   it is behind Luma's, because then Luma's answers may come from a server whose clock is ahead.
    func earliest(at tick: Int64, wallOffset: Int64) -> Timestamp? {
        guard let offset, let most = spans.map(\.most).max(), let leastEnd = spans.map(\.leastEnd).min() else {
            return nil
        }
        var earliest = offset - max(0, most - leastEnd)
        if wallOffset < earliest, earliest - wallOffset <= Self.maxBehind { earliest = wallOffset }
        return Timestamp(milliseconds: tick).advanced(milliseconds: earliest)
    }
}

/// When a write was sent: in milliseconds since the machine was started, and on Luma's clock by what was known then.
struct SendInstant {
    /// Nil for a write that was sent before the machine was started.
    let tick: Int64?
    /// Not before this; the beginning of 1970 when Luma's clock was not known.
    let earliest: Timestamp

    static let unknown = Timestamp(milliseconds: 0)
}

/// The age of events, by Luma's clock.
extension LumaClient {
    /// Luma's clock minus ours in milliseconds, to a second; nil until an answer has told.
    public var knownClockOffset: Int64? {
        account.lumaClock.likely(at: time.bootMilliseconds).map { $0.milliseconds - time.wallClock.milliseconds }
    }

    /// Takes the reading of an answer in Luma's words. Any other, such as a proxy's page, has a clock of its own.
    func learnClock(_ response: OutboundResponse, _ begun: MonotonicTime, _ wall: Timestamp) {
        guard let date = response["date"].flatMap({ instant($0, wall) }) else { return }
        let received = time.bootMilliseconds
        let span = Int64(max(0, time.now.seconds(since: begun)) * 1000)
        account.note(lumaTime: date, sent: received - span, received: received)
    }

    /// The instant of a Date field: the same for all answers of a second, and read once for them.
    func instant(_ text: String, _ wall: Timestamp) -> Timestamp? {
        if let lastDate, lastDate.text == text { return lastDate.instant }
        guard let instant = Timestamp(httpDate: text, now: wall) else { return nil }
        lastDate = (text, instant)
        return instant
    }

    /// This instant, as a write that is sent now is remembered.
    func sendInstant() -> SendInstant {
        let tick = time.bootMilliseconds
        return SendInstant(tick: tick, earliest: earliest(at: tick) ?? SendInstant.unknown)
    }

    private func earliest(at tick: Int64) -> Timestamp? {
        account.lumaClock.earliest(at: tick, wallOffset: time.wallClock.milliseconds - time.bootMilliseconds)
    }

    /// No event that is older than this was made by a write that was sent at that instant: by what was known then and by what has
    /// been learned since, whichever is earlier. The beginning of 1970 when neither tells anything.
    func oldestCreation(_ sent: SendInstant) -> Timestamp {
        let since = sent.tick.flatMap { earliest(at: $0) }
        let known = sent.earliest == SendInstant.unknown ? nil : sent.earliest
        let oldest = min(since ?? known ?? SendInstant.unknown, known ?? since ?? SendInstant.unknown)
        return oldest.advanced(seconds: -settings.clockAllowance)
    }

    /// An event of this age or less is more likely to be the write's than an older one.
    func likelyCreation(_ sent: SendInstant) -> Timestamp {
        let likely = sent.tick.flatMap { account.lumaClock.likely(at: $0) }
        return (likely ?? sent.earliest).advanced(seconds: -settings.clockAllowance)
    }

    static func creation(of event: JSON) -> Timestamp? {
        event["created_at"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
    }
}
