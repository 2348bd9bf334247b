/// How much may be done with a key; nil and an empty list bound nothing.
public struct KeyLimits: Sendable, Hashable {
    /// The highest quota and the highest number of requests at once that can be set.
    public static let most = 1_000_000_000

    /// All of them hold at the same time.
    public var rates: [RateRule]
    /// Requests within a day of UTC.
    public var dailyQuota: Int?
    /// Calls to Luma within a day of UTC.
    public var upstreamQuota: Int?
    /// Requests that are in progress.
    public var maxConcurrent: Int?

    /// These limits.
    public init(
        rates: [RateRule] = [], dailyQuota: Int? = nil, upstreamQuota: Int? = nil, maxConcurrent: Int? = nil
    ) {
        self.rates = rates
        self.dailyQuota = dailyQuota
        self.upstreamQuota = upstreamQuota
        self.maxConcurrent = maxConcurrent
    }

    /// Whether who is held to these limits could not do more than these others allow.
    ///
    /// It is judged limit by limit: an hourly one takes the place of a daily quota for nobody.
    public func isWithin(_ others: KeyLimits) -> Bool {
        others.rates.allSatisfy { other in rates.contains { $0.implies(other) } }
            && Self.isWithin(dailyQuota, others.dailyQuota) && Self.isWithin(upstreamQuota, others.upstreamQuota)
            && Self.isWithin(maxConcurrent, others.maxConcurrent)
    }

    private static func isWithin(_ own: Int?, _ other: Int?) -> Bool {
        guard let other else { return true }
        return own.map { $0 <= other } ?? false
    }
}

/// So many requests within a second, a minute or an hour, as in `5/minute`.
public struct RateRule: Sendable, Hashable {
    /// A span of time.
    public enum Period: String, Sendable, CaseIterable {
        case second, minute, hour

        /// How long it is.
        public var seconds: Int {
            switch self {
            case .second: 1
            case .minute: 60
            case .hour: 3600
            }
        }
    }

    /// Why a text is no list of rules, in words that say what to change.
    public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        public let description: String

        init(_ description: String) { self.description = description }
    }

    /// The highest number of requests that can be set.
    public static let most = 1_000_000
    /// The longest text of a list, in bytes.
    static let longest = 128

    /// How many requests.
    public let count: Int
    /// Within which span.
    public let period: Period

    /// Nil for a number out of range.
    public init?(_ count: Int, per period: Period) {
        guard (1...Self.most).contains(count) else { return nil }
        (self.count, self.period) = (count, period)
    }

    /// As it is written.
    public var text: String { "\(count)/\(period.rawValue)" }

    /// Whether who keeps to this rule keeps to the other one, too.
    public func implies(_ other: RateRule) -> Bool {
        let (own, others) = (period.seconds, other.period.seconds)
        return own >= others ? count <= other.count : count * (others / own) <= other.count
    }

    /// Reads `100/minute`, or several with commas between, of which no two have the same period.
    /// - Throws: what to change; nothing is guessed.
    public static func list(_ text: String) throws(Problem) -> [RateRule] {
        guard text.utf8.count <= longest else { throw Problem("is longer than \(longest) bytes") }
        var rules: [RateRule] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let rule = try RateRule(part.drop { $0 == " " })
            guard !rules.contains(where: { $0.period == rule.period }) else {
                throw Problem("limits requests by the \(rule.period.rawValue) twice; leave one of them out")
            }
            rules.append(rule)
        }
        return rules
    }

    private init(_ text: Substring) throws(Problem) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            parts[0].first != "0"
        else { throw Problem("has to be written as 100/minute; several with commas between, as 5/second,100/minute") }
        guard let count = Int(parts[0]), count <= Self.most else {
            throw Problem("has a number above \(Self.most)")
        }
        guard let period = Period(rawValue: String(parts[1])) else {
            throw Problem("has another period than second, minute or hour")
        }
        (self.count, self.period) = (count, period)
    }

    /// The text of a list, as `list` reads it.
    public static func text(_ rules: [RateRule]) -> String { rules.map(\.text).joined(separator: ",") }
}
