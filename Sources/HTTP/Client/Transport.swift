public import Core

/// One request to an upstream, complete in memory.
public struct OutboundRequest: Sendable {
    /// The methods that upstreams are asked with.
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"

        /// A body goes with it, even if it is empty.
        public var hasBody: Bool { self != .get && self != .delete }
    }

    public var method: Method
    /// Absolute URL: https, or http for a loopback host. The transport refuses anything else.
    public var url: String
    /// Fields without line breaks; the transport refuses a name or value that holds one.
    public var fields: [Field]
    /// Empty for a method without one.
    public var body: [UInt8]
    /// When the answer must be complete; on the time source of the loop that sends it.
    public var deadline: MonotonicTime
    /// Seconds between two pieces of the answer's body, after which it has failed; nil for as long as the deadline lets.
    public var idleSeconds: Double?
    /// Called on the loop with each piece of the answer's body as it comes; nil when nobody waits for it.
    public var arrived: (@Sendable (UnsafeRawBufferPointer) -> Void)?
    /// Takes each piece of the answer's body, with its status and fields, on the loop, in the place of memory: the answer's own
    /// body is empty then. False ends the transfer as cancelled.
    public var sink: (@Sendable (_ head: OutboundResponse, _ piece: UnsafeRawBufferPointer) -> Bool)?

    public init(method: Method, url: String, fields: [Field], body: [UInt8] = [], deadline: MonotonicTime) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.deadline = deadline
    }
}

/// What an upstream answered, whatever the status.
public struct OutboundResponse: Sendable {
    /// The status code, whatever it is.
    public var status: Int
    /// The fields that the caller reads, by lower-case name: `retry-after`, `content-type`, `x-ratelimit-*`.
    public var fields: [Field]
    public var body: [UInt8]

    public init(status: Int, fields: [Field] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The value of the first field with this lower-case name.
    public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
}

/// Why there is no answer.
public struct TransportError: Error, Sendable, Equatable {
    /// A bounded set of causes: fit for a metric label and for a decision, never holding text from outside.
    public enum Cause: String, Sendable, CaseIterable {
        case invalidRequest = "invalid_request"
        case nameNotResolved = "name_not_resolved"
        /// The host has an address that nothing is sent to.
        case addressRefused = "address_refused"
        case connectionRefused = "connection_refused"
        case connectTimeout = "connect_timeout"
        case tlsFailed = "tls_failed"
        case timeout
        case connectionLost = "connection_lost"
        case responseTooLarge = "response_too_large"
        case malformedResponse = "malformed_response"
        case cancelled
        case shuttingDown = "shutting_down"
        /// Too many requests of ours wait already; says nothing about the upstream.
        case overloaded
        case other
    }

    /// What went wrong.
    public let cause: Cause
    /// True only when not one byte of the request can have reached the upstream, so that even a POST may be sent again.
    public let neverSent: Bool
    /// The library's own words, for the log; no URL, field or body.
    public let detail: String

    public init(_ cause: Cause, neverSent: Bool, detail: String = "") {
        self.cause = cause
        self.neverSent = neverSent
        self.detail = detail
    }
}

/// The way to an upstream: libcurl in the product, a script in tests.
///
/// Not `Sendable`: it belongs to one loop, and `send` resumes there. Cancelling the task abandons the transfer.
public protocol Transport: AnyObject {
    func send(_ request: OutboundRequest) async throws(TransportError) -> OutboundResponse
}
