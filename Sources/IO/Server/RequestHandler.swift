public import HTTP

/// What a server asks for answers. One object per loop, called on that loop only.
public protocol RequestHandler: AnyObject {
    /// Answers a request, now or later: exactly one `respond`, or one `beginStream` and its `endStream`.
    ///
    /// `request` is borrowed and must not be used after the return: copy what an operation needs before `perform`.
    func handle(_ request: RequestView, _ exchange: Exchange)

    /// The answer to bytes that are no request that can be served; the server closes the connection after it.
    ///
    /// - Parameter requestLine: what came of the first line, for the log; bounded, other octets than visible ASCII as `?`.
    func refusal(_ error: ProtocolError, requestLine: String?) -> Response
}
