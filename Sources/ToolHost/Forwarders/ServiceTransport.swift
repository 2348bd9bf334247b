import Core
import HTTP
import IO
import ToolSources

extension CurlTransport.Settings {
    /// Besides those of calls: fetches of a token.
    private static let others = 2

    /// Those for a service on one loop.
    init(_ forwarder: Forwarder) {
        self.init()
        let limits = forwarder.limits
        maxInFlight = limits.concurrency + Self.others
        // A call has waited for its slot before.
        maxQueued = Self.others
        maxConnections = maxInFlight
        connectTimeoutMilliseconds = limits.connectSeconds * 1000
        maxResponseBytes = limits.responseBytes
        userAgent = Version.product
        allowsPlainText = forwarder.allow.isPlainHTTP
        addresses = AddressRule(
            allowsLoopback: forwarder.allow.isLoopback, allowsPrivate: forwarder.allow.isPrivate)
        responseFields = forwarder.answerFields
        repeatedFields = Forwarder.repeatedFields
    }
}

extension OutboundRequest {
    /// A request of a call, or for a token.
    init(_ request: ForwarderRequest, deadline: MonotonicTime) {
        self.init(
            method: request.method, url: request.url, fields: request.fields, body: request.body, deadline: deadline)
    }
}
