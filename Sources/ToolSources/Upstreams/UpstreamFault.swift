import Core

/// Why an upstream has not answered.
public struct UpstreamFault: Error, Sendable, Equatable {
    /// What it is, for decisions.
    public enum Kind: String, Sendable, CaseIterable {
        /// It cannot be reached, or its program cannot be started.
        case unreachable
        /// It does not take what it is given to know this gateway by.
        case auth
        /// It does not know the session any more.
        case sessionLost = "session_lost"
        /// It does not take the request; nothing has been done.
        case refused
        /// It has too much to do.
        case busy
        /// It answers with a failure of its own.
        case failed
        /// There is no answer in time.
        case timeout
        /// The answer ends in the middle, or the program has ended.
        case lost
        /// What it says is not MCP.
        case malformed
        case tooLarge = "too_large"
        /// It speaks no revision that is spoken here.
        case version
        /// Its program has ended too often.
        case crashLoop = "crash_loop"
        /// The gateway ends, or the entry is gone.
        case ended
    }

    public let kind: Kind
    /// It may know of the request, and have done what it asks for.
    public let mayHaveRun: Bool
    /// For the operator and for callers; nothing that comes from outside.
    public let text: String
    /// Of HTTP.
    public let status: Int?
    /// Seconds until it may be asked again, if it says so.
    public let retryAfterSeconds: Int?
    /// The error of the protocol that came with it.
    public let errorCode: Int?

    /// Why there is no answer.
    public init(
        _ kind: Kind, mayHaveRun: Bool, _ text: String, status: Int? = nil, retryAfterSeconds: Int? = nil,
        errorCode: Int? = nil
    ) {
        self.kind = kind
        self.mayHaveRun = mayHaveRun
        self.text = text
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
        self.errorCode = errorCode
    }

    /// An answer that says whose it is, and is none by the protocol.
    static let noMessage = UpstreamFault(.malformed, mayHaveRun: true, "its answer is not an MCP message")
}
