import Core
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
        /// Plain http also to other machines than this one.
        public var allowsPlainText = false
        /// Addresses that it connects to, whatever a name resolves to; nil for every one.
        public var addresses: AddressRule?
        /// The fields of an answer that callers read; the others are dropped unread.
        public var responseFields = [
            "retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "date",
            "etag",
        ]
        /// Those of them of which an answer may have several, and all are kept; of the others the first counts.
        public var repeatedFields: [String] = []

        /// A host, a port and the addresses that are taken for it, as CURLOPT_RESOLVE has them; nil to look them up.
        var resolved: String?

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
        /// Its deadline while it waits, and the end of a pause in the body when it runs.
        @exclusivity(unchecked) var timer: TimerQueue.Token?
        /// When the last piece of the body has come; nil before the first.
        private var lastPiece: MonotonicTime?
        /// Its `send` holds it.
        private unowned let transport: CurlTransport

        init(_ request: OutboundRequest, _ target: UpstreamURL, for transport: CurlTransport) {
            self.request = request
            self.target = target
            self.transport = transport
        }

        /// The deadline has passed while it waited, or the body pauses.
        func timerFired() {
            timer = nil
            guard case .running = state else {
                return transport.finish(self, .failure(CurlTransport.overdue))
            }
            guard let lastPiece, let seconds = request.idleSeconds else { return }
            let end = lastPiece.advanced(seconds: seconds)
            if end > transport.reactor.now { return watch(until: end) }
            transport.stalled(self)
        }

        /// A piece of the body has come; the next one has its time from now on.
        func pieceArrived() {
            guard let seconds = request.idleSeconds else { return }
            let now = transport.reactor.now
            lastPiece = now
            if timer == nil { watch(until: now.advanced(seconds: seconds)) }
        }

        private func watch(until end: MonotonicTime) { timer = transport.reactor.schedule(at: end, self) }
    }
}
