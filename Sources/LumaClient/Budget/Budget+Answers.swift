public import Core
public import HTTP

/// What Luma's own fields have taught, for the window that is open.
struct LearnedWindow: Sendable {
    var limit: Int
    /// The smallest number reported since the window began; meaningful while the period is confirmed.
    var remaining: Int
    /// When the window is over for sure.
    var resetAt: MonotonicTime
    /// The reset as the server wrote it; nil while none was seen in this period.
    var stamp: Timestamp?
    /// The last reset of earlier periods, to tell a late answer from a new window.
    var previousStamp: Timestamp?
}

extension Budget {
    /// Settles a granted request: frees its place in flight and learns from the answer.
    public mutating func settle(_ grant: Grant, _ outcome: RequestOutcome, now: MonotonicTime) {
        advance(to: now)
        if grant.period == period { probesInFlight -= 1 }
        switch outcome {
        case .neverSent:
            logs[grant.kind.rawValue].putBack()
            recent.putBack()
            if grant.period == period { share.putBack() }
        case .unanswered:
            spend(grant, now)
            countUnreported()
        case .answered(let status, let fields):
            spend(grant, now)
            if grant.period == period { isDoubtful = false }
            if status == 429 {
                close(fields, now)
            } else if settings.adaptive, let limit = fields.limit, let remaining = fields.remaining {
                learn(limit, remaining, fields, grant, now)
            } else {
                countUnreported()
                if grant.period == period { confirmBlindly(now) }
            }
        }
    }

    /// Lets time pass: tokens return, the tap opens, windows end.
    mutating func advance(to now: MonotonicTime) {
        for index in logs.indices { logs[index].advance(to: now) }
        recent.advance(to: now)
        if let until = closedUntil, until <= now { closedUntil = nil }
        if let learned, isConfirmed, learned.resetAt <= now { beginPeriod() }
        refill(now)
    }

    private mutating func spend(_ grant: Grant, _ now: MonotonicTime) {
        logs[grant.kind.rawValue].spend(now)
        recent.spend(now)
    }

    /// Starts a period of which nothing is known.
    mutating func beginPeriod() {
        period += 1
        share.turn()
        isConfirmed = false
        isDoubtful = false
        probesInFlight = 0
        unreportedAtStart = unreported
        guard var window = learned else { return }
        window.previousStamp = window.stamp ?? window.previousStamp
        window.stamp = nil
        learned = window
    }

    private mutating func close(_ fields: RateLimitFields, _ now: MonotonicTime) {
        if settings.adaptive, let limit = fields.limit {
            recent.capacity = limit
            if learned == nil {
                learned = LearnedWindow(limit: limit, remaining: 0, resetAt: now)
            } else {
                learned?.limit = limit
            }
        }
        // A rounded Retry-After may end a moment before the block does, and a request in that moment renews the block.
        let reset = fields.secondsToReset.flatMap { $0 > 0 ? $0 : nil }
        let seconds: Double
        if let retryAfter = fields.retryAfter {
            seconds = max(retryAfter, 1) + 0.25
        } else if let reset {
            seconds = reset + margin(fields)
        } else {
            seconds = settings.blockDuration
        }
        let until = now.advanced(seconds: min(seconds, settings.longestBlock))
        closedUntil = max(until, closedUntil ?? until)
        beginPeriod()
        if share.mode != .whole { share.mustClose = true }
    }

    private mutating func learn(
        _ limit: Int, _ reported: Int, _ fields: RateLimitFields, _ grant: Grant, _ now: MonotonicTime
    ) {
        // Luma may have counted this request before those that ended without a report while it was on its way.
        let remaining = max(0, min(reported, limit) - (unreported - grant.unreported))
        recent.capacity = limit
        guard var window = learned else {
            learned = LearnedWindow(limit: limit, remaining: 0, resetAt: now)
            adopt(remaining, fields, now)
            return
        }
        window.limit = limit
        learned = window
        // Half a window apart cannot be rounding or the time on the way: it is another window.
        let half = Int64(settings.learnedWindow * 500)
        let known = window.stamp ?? window.previousStamp
        let isLater = known.flatMap { known in fields.resetStamp.map { $0.milliseconds - known.milliseconds >= half } }
        let isEarlier = known.flatMap { known in fields.resetStamp.map { known.milliseconds - $0.milliseconds >= half }
        }
        if isConfirmed {
            if window.stamp != nil, isLater == true {
                beginPeriod()
                adopt(remaining, fields, now)
            } else if window.stamp == nil, share.mode == .leased, grant.period != period, isLater != true {
                // The window is known from another program, and this answer is of the one before.
                unreported += 1
            } else if isEarlier != true {
                lower(to: remaining, fields, now)
            }
        } else if grant.period == period || isLater == true {
            adopt(remaining, fields, now)
        } else {
            unreported += 1
        }
    }

    /// Takes a report as the state of a window of which nothing was known.
    private mutating func adopt(_ remaining: Int, _ fields: RateLimitFields, _ now: MonotonicTime) {
        guard var window = learned, closedUntil == nil else { return }
        window.remaining = remaining
        window.stamp = fields.resetStamp
        window.resetAt = reset(fields, now)
        learned = window
        isConfirmed = true
        noteReport(remaining, isFirst: true)
    }

    private mutating func lower(to remaining: Int, _ fields: RateLimitFields, _ now: MonotonicTime) {
        guard var window = learned else { return }
        window.remaining = min(window.remaining, remaining)
        if window.stamp == nil, let stamp = fields.resetStamp {
            window.stamp = stamp
            window.resetAt = reset(fields, now)
        }
        learned = window
        noteReport(remaining, isFirst: false)
    }

    /// The end of the window on our clock; a full window from now when the reset is missing or makes no sense.
    private func reset(_ fields: RateLimitFields, _ now: MonotonicTime) -> MonotonicTime {
        let longest = fields.resetIsRelative ? settings.longestBlock : settings.learnedWindow + 5
        guard let seconds = fields.secondsToReset, seconds > -2, seconds <= longest else {
            return now.advanced(seconds: settings.learnedWindow + 1)
        }
        return now.advanced(seconds: max(0, seconds) + margin(fields))
    }

    private func margin(_ fields: RateLimitFields) -> Double { fields.resetIsCoarse ? 1 : 0.1 }

    /// A request that Luma may have counted without telling the result.
    private mutating func countUnreported() {
        unreported += 1
        guard let remaining = learned?.remaining else { return }
        learned?.remaining = max(0, remaining - 1)
    }

    /// An answer without fields: Luma works, so go on with what is configured or was learned before.
    private mutating func confirmBlindly(_ now: MonotonicTime) {
        guard !isConfirmed, closedUntil == nil else { return }
        isConfirmed = true
        noteReport(nil, isFirst: true)
        guard var window = learned else { return }
        window.remaining = max(0, window.limit - (unreported - unreportedAtStart))
        window.stamp = nil
        window.resetAt = now.advanced(seconds: settings.learnedWindow + 1)
        learned = window
    }
}

/// What an answer says about the budget: `X-RateLimit-Limit`, `-Remaining`, `-Reset` and `Retry-After`.
public struct RateLimitFields: Sendable, Equatable {
    /// The requests of a window; nil when the field is missing or no sensible number.
    public var limit: Int?
    /// Requests that are left of the window; nil when the field is missing or no sensible number.
    public var remaining: Int?
    /// The end of the window as the server's clock shows it; compared with other resets to order answers.
    public var resetStamp: Timestamp?
    /// Seconds from the answer to the end of the window; may be negative, and wrong when clocks differ.
    public var secondsToReset: Double?
    /// The reset is written in whole seconds, so the true one may be up to a second later.
    public var resetIsCoarse = true
    /// The reset does not depend on the clocks of both sides being equal.
    public var resetIsRelative = false
    /// Seconds, never negative (RFC 9110 §10.2.3).
    public var retryAfter: Double?

    public init() {}

    /// Reads the fields of an answer that arrived at `wallClock`.
    ///
    /// Luma does not say in which unit `X-RateLimit-Reset` is. By size: below 10⁸ it is a number of seconds from now,
    /// below 10¹¹ seconds since 1970, from there milliseconds since 1970. A reset on the server's clock is compared with
    /// the answer's own `Date` when there is one, so that a wrong clock here does no harm.
    public init(_ response: OutboundResponse, wallClock: Timestamp) {
        let date = response["date"].flatMap { Timestamp(httpDate: $0, now: wallClock) }
        self.init(response, wallClock: wallClock, date: date)
    }

    /// The same, for whoever has read the answer's `Date` already.
    init(_ response: OutboundResponse, wallClock: Timestamp, date: Timestamp?) {
        // Most answers in a test, and none of Luma's, have none of them.
        if response.fields.isEmpty { return }
        let serverClock = date ?? wallClock
        limit = response["x-ratelimit-limit"].flatMap { Self.count($0, 1...1_000_000) }
        remaining = response["x-ratelimit-remaining"].flatMap { Self.count($0, 0...1_000_000) }
        if let value = response["x-ratelimit-reset"].flatMap(Self.number) {
            let stamp: Int64
            switch value {
            case ..<1e8: stamp = serverClock.milliseconds + Int64(value * 1000)
            case ..<1e11: stamp = Int64(value * 1000)
            default: stamp = Int64(value)
            }
            resetIsCoarse = value < 1e11 && value == value.rounded(.down)
            resetIsRelative = value < 1e8 || date != nil
            resetStamp = Timestamp(milliseconds: stamp)
            secondsToReset = Double(stamp - serverClock.milliseconds) / 1000
        }
        if let text = response["retry-after"] {
            if let seconds = Self.number(text) {
                retryAfter = seconds
            } else if let instant = Timestamp(httpDate: text, now: wallClock) {
                retryAfter = max(0, Double(instant.milliseconds - serverClock.milliseconds) / 1000)
            }
        }
    }

    private static func count(_ text: String, _ range: ClosedRange<Int>) -> Int? {
        guard let value = number(text), value <= Double(range.upperBound) else { return nil }
        let whole = Int(value)
        return range.contains(whole) ? whole : nil
    }

    /// A plain decimal number that is not negative; anything else is nil.
    private static func number(_ text: String) -> Double? {
        let bytes = text.utf8
        guard (1...20).contains(bytes.count), bytes.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2e }),
            let value = Double(text), value.isFinite, value < 1e15
        else { return nil }
        return value
    }
}
