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
    static let mostRules = 64

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
