import Core
package import HTTP

/// The media types that the gateway answers with.
package enum Representation: String, CaseIterable {
    case json = "application/json"
    case ndjson = "application/x-ndjson"
    case csv = "text/csv"
    case calendar = "text/calendar"

    /// One path has several types: what a cache keeps of it depends on Accept (RFC 9110 §12.5.5).
    package static let varies = Field("Vary", "Accept")

    /// The value of Content-Type.
    package var contentType: Field {
        switch self {
        case .json, .ndjson: Field("Content-Type", rawValue)
        case .csv: Field("Content-Type", "text/csv; charset=utf-8; header=present")
        case .calendar: Field("Content-Type", "text/calendar; charset=utf-8")
        }
    }

    /// Under which name a browser saves a file of this type; nil for what it shows itself.
    ///
    /// - Parameter stem: the name without its suffix, of letters that need no quoting.
    package func disposition(_ stem: String) -> Field? {
        switch self {
        case .json, .ndjson: nil
        case .csv: Field("Content-Disposition", "attachment; filename=\"\(stem).csv\"")
        case .calendar: Field("Content-Disposition", "attachment; filename=\"\(stem).ics\"")
        }
    }
}

/// How an answer came about, in the words of `X-Cache`.
package enum ReadSource: String, Sendable, CaseIterable {
    /// Luma was asked for it.
    case miss = "MISS"
    /// Luma was asked for it by somebody else at the same moment.
    case shared = "SHARED"
    case hit = "HIT"
    /// Luma could not be asked, and this is what was known.
    case stale = "STALE"
}

extension ReadSource {
    /// A number of its own, from 0 without gaps.
    package var number: Int {
        switch self {
        case .miss: 0
        case .shared: 1
        case .hit: 2
        case .stale: 3
        }
    }
}

/// One limit that a caller is under, and where it stands: what the fields `RateLimit-Policy` and `RateLimit` tell
/// (draft-ietf-httpapi-ratelimit-headers-10).
package struct RateLimitStatus: Sendable, Equatable {
    /// The policy's name, of lower-case letters, digits and hyphens.
    package var policy: StaticString
    /// Requests of one window.
    package var quota: Int
    /// Length of the window in seconds.
    package var window: Int
    /// Requests that are left.
    package var remaining: Int
    /// Seconds until more are there; nil when nobody knows.
    package var reset: Double?

    package init(policy: StaticString, quota: Int, window: Int, remaining: Int, reset: Double? = nil) {
        self.policy = policy
        self.quota = quota
        self.window = window
        self.remaining = remaining
        self.reset = reset
    }

    package static func == (a: RateLimitStatus, b: RateLimitStatus) -> Bool {
        a.policy.description == b.policy.description && a.quota == b.quota && a.window == b.window
            && a.remaining == b.remaining && a.reset == b.reset
    }

    /// Both fields for all limits that a request is under, as Structured Field lists (RFC 9651 §3.1); none for none.
    package static func fields(_ limits: [RateLimitStatus]) -> [Field] {
        if limits.isEmpty { return [] }
        // What most answers have, without lists in between.
        if limits.count == 1 {
            return [Field("RateLimit-Policy", limits[0].policyItem), Field("RateLimit", limits[0].item)]
        }
        return [
            Field("RateLimit-Policy", limits.map(\.policyItem).joined(separator: ", ")),
            Field("RateLimit", limits.map(\.item).joined(separator: ", ")),
        ]
    }

    /// `"token";q=60;w=60`.
    private var policyItem: String {
        var text = quotedPolicy
        text.append(";q=")
        text.append(decimal: Self.integer(quota))
        text.append(";w=")
        text.append(decimal: Self.integer(window))
        return String(decoding: text.bytes, as: UTF8.self)
    }

    /// `"token";r=59;t=42`. The time is rounded up, so that nobody comes too early.
    private var item: String {
        var text = quotedPolicy
        text.append(";r=")
        text.append(decimal: Self.integer(remaining))
        if let reset, !reset.isNaN {
            text.append(";t=")
            text.append(decimal: Int(min(max(reset.rounded(.up), 0), 86400)))
        }
        return String(decoding: text.bytes, as: UTF8.self)
    }

    /// Octets, because every answer of a path that may spend the budget has two of these, and a string is put together
    /// slowly.
    private var quotedPolicy: ByteBuffer {
        var text = ByteBuffer()
        text.append("\"")
        text.append(policy)
        text.append("\"")
        return text
    }

    /// Fifteen digits are what a Structured Field's integer may have (RFC 9651 §3.3.1); these are never negative.
    private static func integer(_ value: Int) -> Int { min(max(value, 0), 999_999_999_999_999) }
}
