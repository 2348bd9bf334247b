public import Core
public import HTTP

/// What an answer says about the budget: `X-RateLimit-Limit`, `-Remaining`, `-Reset` and `Retry-After`.
public struct RateLimitFields: Sendable, Equatable {
    /// The requests of a window; nil when the field is missing or no sensible number.
    public var limit: Int?
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
