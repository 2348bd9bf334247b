public import Core
public import GatewayAPI
public import HTTP
import Keys

/// What is logged of one request. There is no place for a path, a query, a body or a key.
public struct RequestRecord: Sendable {
    /// When the answer was complete.
    public var time: Timestamp
    /// As in `X-Request-Id`.
    public var requestID: String
    public var method: Method
    /// The route's pattern, such as `/events/{event_id}`; never what the client wrote.
    public var route: String
    /// The status of the answer.
    public var status: Int
    /// From the request's first byte to the end of the answer.
    public var durationNanoseconds: Int64
    /// Bytes of the answer's body.
    public var bytes: Int
    /// Calls to Luma, repetitions included.
    public var upstreamCalls: Int
    /// Those calls that were repetitions.
    public var retries: Int
    /// Why it was refused or failed; nil for a success.
    public var reason: Reason?
    /// Whose token it came with; nil where none is asked for.
    public var label: String?
    /// The id of the key that it came with, also of one that opens nothing any more; nil for any other credential.
    public var keyID: String? {
        guard let label, label.hasPrefix(KeyRecord.labelPrefix) else { return nil }
        return String(label.dropFirst(KeyRecord.labelPrefix.count))
    }
    /// What few requests have, apart: a record is copied and let go with every request.
    private let rare: Rare?

    private final class Rare: Sendable {
        let traceID: String?
        let address: String?

        init(_ traceID: String?, _ address: String?) {
            self.traceID = traceID
            self.address = address
        }
    }

    /// The trace of the request, 32 hexadecimal digits; nil where its caller named none.
    public var traceID: String? { rare?.traceID }
    /// Where it came from, of one whose token was refused.
    public var address: String? { rare?.address }

    public init(
        time: Timestamp, requestID: String, method: Method, route: String, status: Int, durationNanoseconds: Int64,
        bytes: Int, upstreamCalls: Int = 0, retries: Int = 0, reason: Reason? = nil, label: String? = nil,
        traceID: String? = nil, address: String? = nil
    ) {
        self.time = time
        self.requestID = requestID
        self.method = method
        self.route = route
        self.status = status
        self.durationNanoseconds = durationNanoseconds
        self.bytes = bytes
        self.upstreamCalls = upstreamCalls
        self.retries = retries
        self.reason = reason
        self.label = label
        rare = traceID == nil && address == nil ? nil : Rare(traceID, address)
    }

    /// A fault of ours is an error, another 5xx a warning; what a client did wrong concerns the client.
    public var level: LogLevel {
        if status < 500 { return .info }
        return reason == .internal || reason == nil ? .error : .warning
    }
}

/// Anything else worth a line: a constant message, and what varies as fields.
public struct LogEvent: Sendable {
    /// A field's value.
    public enum Value: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
        case text(String)
        case integer(Int)

        public init(stringLiteral value: String) { self = .text(value) }
        public init(integerLiteral value: Int) { self = .integer(value) }
    }

    /// When it happened.
    public var time: Timestamp
    public var level: LogLevel
    /// A constant sentence, which can be searched for.
    public var message: String
    /// What varies.
    public var fields: [(name: String, value: Value)]

    public init(
        time: Timestamp, _ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, Value> = [:]
    ) {
        self.time = time
        self.level = level
        self.message = message
        self.fields = fields.map { (name: $0.key, value: $0.value) }
    }
}

/// How much a log line matters, by who must act: nobody, nobody, someone soon, someone now.
public enum LogLevel: UInt8, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error

    /// As it stands in a line.
    public var word: StaticString {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }
}
