import Core
public import HTTP

/// One way in which the emulator misbehaves, and on which calls.
public struct FaultRule: Sendable, Equatable {
    /// Whether a call takes effect before its fault shows.
    enum Moment: Sendable, Equatable { case before, after }

    /// What a client meets.
    enum Fault: Sendable, Equatable {
        /// A wait of so many milliseconds, drawn anew for each call.
        case latency(ClosedRange<Int>, Moment)
        /// Another answer than the right one, in Luma's shape or as a page of HTML, as a proxy in front of Luma gives it.
        case status(Int, retryAfter: Int?, html: Bool, Moment)
        /// A reset of the connection instead of an answer.
        case reset(Moment)
        /// The right head, and only so many bytes of the body (half of it when not given); then the connection ends.
        case truncate(bytes: Int?)
        /// The right answer, so many bytes at a time, with a pause between them.
        case slow(bytes: Int, milliseconds: Int)
        /// The right body under a Content-Length that is so much too long, or too short when negative.
        case length(by: Int)
        /// The handshake of TLS fails: no request can be sent.
        case tls
        /// The server's name is not known: no request can be sent.
        case dns
    }

    var fault: Fault
    /// The name of an operation, such as `events/create`; `events/*` for all of a family; `*` for all.
    var on = "*"
    /// Only this matching call, counted from 1.
    var nth: Int?
    /// Only each so-many-th matching call.
    var every: Int?
    /// How likely the fault is on the calls that are left, from 0 to 1.
    var chance = 1.0
    /// After so many hits the rule is used up.
    var limit: Int?

    func matches(_ operation: String) -> Bool {
        on == "*" || on == operation || on.last == "*" && operation.hasPrefix(on.dropLast())
    }

    /// Whether it happens before there is a request that could be answered.
    var isOfConnection: Bool { fault == .tls || fault == .dns }
}

/// The rules that an emulator is told, with the seed of their chances.
public struct FaultSet: Sendable, Equatable {
    /// More rules than anybody can follow.
    static let maxRules = 64

    /// Nil asks for one of the caller's choice.
    var seed: UInt64?
    var rules: [FaultRule] = []

    public init() {}
}

/// Why rules cannot be taken up.
public struct FaultError: Error, Sendable, Equatable {
    /// What is wrong and where, in plain words.
    public let problem: String

    public init(_ problem: String) { self.problem = problem }
}

/// What a server does about one call that a fault strikes: steps in order, for whoever has sockets and timers.
public struct FaultPlan: Sendable, Equatable {
    /// One thing to do.
    public enum Step: Sendable, Equatable {
        case wait(milliseconds: Int)
        /// The call takes effect, and its answer is the one to send.
        case perform
        /// This answer is the one to send.
        case replace(Response)
        /// The connection is reset; nothing is sent.
        case reset
        case send(Delivery)
    }

    /// How an answer is sent.
    public enum Delivery: Sendable, Equatable {
        case whole
        /// So many bytes of the body, then the end of the connection; half of it for nil.
        case truncated(bytes: Int?)
        /// The body in pieces, with a pause between them.
        case slow(bytes: Int, milliseconds: Int)
        /// The whole body under a length that is wrong by so much.
        case misdeclared(by: Int)
    }

    private var waitBefore = 0
    private var waitAfter = 0
    private var fault: FaultRule.Fault?

    var isBroken: Bool { fault != nil }
    /// No rule has struck.
    private(set) var isUneventful = true

    mutating func wait(_ milliseconds: Int, _ moment: FaultRule.Moment) {
        isUneventful = false
        if moment == .after { waitAfter += milliseconds } else { waitBefore += milliseconds }
    }

    mutating func suffer(_ fault: FaultRule.Fault) {
        isUneventful = false
        self.fault = fault
    }

    /// What to do, in order.
    public var steps: [Step] {
        let before: [Step] = waitBefore > 0 ? [.wait(milliseconds: waitBefore)] : []
        let after: [Step] = waitAfter > 0 ? [.wait(milliseconds: waitAfter)] : []
        let performed = before + [.perform] + after
        return switch fault {
        case .reset(.before): before + after + [.reset]
        case .reset(.after): performed + [.reset]
        case .status(let status, let retryAfter, let html, let moment):
            (moment == .after ? performed : before + after)
                + [.replace(Self.answer(status, retryAfter, html)), .send(.whole)]
        case .truncate(let bytes): performed + [.send(.truncated(bytes: bytes))]
        case .slow(let bytes, let milliseconds): performed + [.send(.slow(bytes: bytes, milliseconds: milliseconds))]
        case .length(let by): performed + [.send(.misdeclared(by: by))]
        case .latency, .tls, .dns, nil: performed + [.send(.whole)]
        }
    }

    private static func answer(_ status: Int, _ retryAfter: Int?, _ html: Bool) -> Response {
        var fields: [Field] = []
        if let retryAfter { fields.append(Field("Retry-After", String(retryAfter))) }
        guard html else {
            let message =
                status == 429 ? "Rate limit exceeded. Please try again later." : "The sandbox was told to fail."
            return Refusal(status: status, message: message, fields: fields).response
        }
        let page = """
            <!DOCTYPE html>
            <html><head><title>Error \(status)</title></head>
            <body><h1>Error \(status)</h1><p>The sandbox was told to fail.</p></body></html>

            """
        fields.insert(Field("Content-Type", "text/html; charset=utf-8"), at: 0)
        return Response(status: status, fields: fields, body: Array(page.utf8))
    }
}
