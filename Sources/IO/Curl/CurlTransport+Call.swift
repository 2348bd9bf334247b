import HTTP

extension CurlTransport {
    /// How a transport behaves. There is no way to turn the verification of certificates off.
    public struct Settings: Sendable {
        /// The most requests that libcurl works on at a time.
        public var maxInFlight = 64
        /// The most requests that wait for a place; one more is refused with `.overloaded`, never sent.
        public var maxQueued = 1024
        /// The most connections that are kept open.
        public var maxConnections = 128
        /// Name look-up, connect and TLS handshake together, in milliseconds.
        public var connectTimeoutMilliseconds = 5000
        /// How long the upstream may leave what was sent unacknowledged before the kernel gives the connection up, in
        /// milliseconds. Until then a request may still arrive.
        public var userTimeoutMilliseconds = 20_000
        /// The largest body of an answer, in bytes; a larger one is `.responseTooLarge`.
        public var maxResponseBytes = 16 << 20
        /// A proxy for hosts that are not loopback, as CURLOPT_PROXY takes it; nil for none, whatever the environment says.
        public var proxy: String?
        /// A PEM file of certificates to trust besides the system's directory (instead of the system's bundle, where there
        /// is no hashed directory).
        public var caFile: String?
        public var userAgent = "luma-mcp"
        /// The fields of an answer that callers read; the others are dropped unread.
        public var responseFields = [
            "retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "date",
            "etag",
        ]

        public init() {}
    }
}

extension CurlTransport {
    typealias Outcome = Result<OutboundResponse, TransportError>

    /// One `send`, from its admission to its end.
    final class Call: TimerHandler {
        enum State {
            case new
            case waiting
            case running(CurlTransfer)
            case ended
        }

        let request: OutboundRequest
        let target: UpstreamURL
        @exclusivity(unchecked) var state = State.new
        @exclusivity(unchecked) var suspension: Suspension<Outcome>?
        /// Set at the end.
        @exclusivity(unchecked) var outcome: Outcome?
        /// Its deadline while it waits.
        @exclusivity(unchecked) var timer: TimerQueue.Token?
        /// Its `send` holds it.
        private unowned let transport: CurlTransport

        init(_ request: OutboundRequest, _ target: UpstreamURL, for transport: CurlTransport) {
            self.request = request
            self.target = target
            self.transport = transport
        }

        /// The deadline has passed while it waited.
        func timerFired() {
            timer = nil
            transport.finish(self, .failure(CurlTransport.overdue))
        }
    }
}
