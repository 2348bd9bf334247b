/// A complete request as a handler sees it, borrowed from the connection's buffer.
///
/// Every buffer in it is valid only until the handler's synchronous call returns: an asynchronous handler
/// copies what it needs first.
public struct RequestView {
    public let method: Method
    /// The path as it was sent, without query and not percent-decoded; `*` for the asterisk-form (RFC 9112 §3.2.4).
    public let path: UnsafeRawBufferPointer
    /// What follows the first `?`, nil when there is none.
    public let query: UnsafeRawBufferPointer?
    /// The whole body, already decoded from its transfer coding.
    public let body: UnsafeRawBufferPointer

    public init(
        method: Method, path: UnsafeRawBufferPointer, query: UnsafeRawBufferPointer?, body: UnsafeRawBufferPointer
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
    }
}
