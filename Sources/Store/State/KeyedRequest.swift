public import Core

/// The number of a request in the store.
public struct RequestID: Sendable, Hashable {
    let number: Int64
}

/// A request that carries an idempotency key.
public struct KeyedRequest: Sendable {
    /// Whose events it works on; requests of one account know nothing of another's.
    public let account: String
    /// Who makes it: the same key from another caller is another key.
    public let principal: String
    public let key: String
    /// What is asked for, as a digest.
    public let fingerprint: [UInt8]
    public let now: Timestamp
    /// When its key is forgotten if it is never finished.
    public let expires: Timestamp

    public init(
        account: String, principal: String, key: String, fingerprint: [UInt8], now: Timestamp, expires: Timestamp
    ) {
        self.account = account
        self.principal = principal
        self.key = key
        self.fingerprint = fingerprint
        self.now = now
        self.expires = expires
    }
}

/// The first answer to a request, to be given again.
public struct StoredAnswer: Sendable, Equatable {
    public let status: Int
    /// What goes before the body, in the form of whoever stores it.
    public let head: [UInt8]
    public let body: [UInt8]

    public init(status: Int, head: [UInt8], body: [UInt8]) {
        self.status = status
        self.head = head
        self.body = body
    }
}

/// How a request with a key stands.
public enum RequestStanding: Sendable, Equatable {
    /// It is the caller's to answer, who must `finish` it.
    /// - Parameter earlier: what became of the writes of its earlier runs, which ended without an answer; oldest first.
    case begun(RequestID, earlier: [EarlierWrite])
    case answered(StoredAnswer)
    /// The key belongs to another request.
    case differs
    /// It is being answered.
    case running
    /// A run of it has ended without an answer, and what its writes did is not known yet.
    case unsettled
    /// No more keys are kept for this caller, who has so many.
    case full(own: Int)
}
