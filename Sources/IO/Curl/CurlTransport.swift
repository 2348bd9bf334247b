import CCurl
import Core
public import HTTP

/// The way to an upstream through libcurl: one multi handle on one loop, verified TLS, a bounded queue in front.
///
/// Belongs to the loop of its reactor and is used there only; nothing on the way of a request hops or locks. At most
/// `maxInFlight` requests are given to libcurl, whose own queue and connection look-up cost more with each one, and at most
/// `maxQueued` wait here, in order; their wait counts against their deadline.
///
/// It must be shut down: until then libcurl and it hold each other.
public final class CurlTransport: Transport, BatchFollower {
    /// What has happened so far; for logs.
    public struct Statistics: Sendable, Equatable {
        /// Transfers that were given to libcurl and have ended, whatever the outcome.
        public var transfers = 0
        /// How many of these gave no answer.
        public var failures = 0
        /// New connections that transfers have opened.
        public var connectionsOpened = 0
        /// POSTs that libcurl wanted to send a second time, which was refused.
        public var repeatsRefused = 0
        /// Requests that were turned away because the queue was full.
        public var queueRefusals = 0
        /// Requests that libcurl works on now.
        public var inFlight = 0
        /// Requests that wait for a place now.
        public var waiting = 0

        public init() {}
    }

    @exclusivity(unchecked) public internal(set) var statistics = Statistics()

    private let settings: Settings
    let reactor: Reactor
    let multi: CurlMulti
    private let responseFields: CurlResponseHead.Names
    /// What the last request was checked for: the next one usually has the same fields and goes to the same host.
    @exclusivity(unchecked) private var lastFields: [Field] = []
    @exclusivity(unchecked) private var lastOrigin: UpstreamURL.Origin?
    /// Every transfer that was made; libcurl's pointers to them are safe as long as they stand here.
    var transfers: [CurlTransfer] = []
    @exclusivity(unchecked) var idle: [CurlTransfer] = []
    /// Waiting calls from `head` on; those that have ended meanwhile are passed over, and taken out now and then.
    @exclusivity(unchecked) private(set) var queue: [Call] = []
    @exclusivity(unchecked) private var head = 0
    @exclusivity(unchecked) private var isStartNoted = false
    @exclusivity(unchecked) private var isShutDown = false

    /// On the loop of `reactor` only.
    /// - Throws: `TransportError` when libcurl cannot start.
    public init(reactor: Reactor, settings: Settings = Settings()) throws(TransportError) {
        reactor.executor.checkIsolated()
        self.settings = settings
        self.reactor = reactor
        responseFields = CurlResponseHead.Names(settings.responseFields, repeated: settings.repeatedFields)
        multi = try CurlMulti(reactor: reactor, maxConnections: settings.maxConnections)
        multi.completed = { [self] easy, code in completed(easy, code) }
    }

    /// Sends `request` and returns the answer, whatever its status. Resumes on the loop.
    ///
    /// Cancelling the task ends the transfer and closes its connection (over HTTP/2 its stream).
    public func send(_ request: OutboundRequest) async throws(TransportError) -> OutboundResponse {
        reactor.executor.checkIsolated()
        let call = Call(request, try check(request), for: self)
        let outcome: Outcome
        do {
            outcome = try await reactor.suspend { suspension in
                call.suspension = suspension
                admit(call)
            }
        } catch {
            // Cancelled: what was in libcurl ends here, and with it comes to light whether anything was sent.
            cancel(call)
            outcome = call.outcome ?? .failure(TransportError(.cancelled, neverSent: true))
        }
        return try outcome.get()
    }

    /// Ends everything: what waits or runs fails with `.shuttingDown`, connections are closed. On the loop, once; before
    /// the loop stops.
    public func shutdown() {
        reactor.executor.checkIsolated()
        guard !isShutDown else { return }
        isShutDown = true
        for call in queue[head...] { finish(call, .failure(TransportError(.shuttingDown, neverSent: true))) }
        (queue, head) = ([], 0)
        for transfer in transfers where transfer.call != nil { abandon(transfer, .shuttingDown) }
        // The easy handles go before the multi handle, as libcurl asks for; its sockets are closed by the latter.
        (transfers, idle) = ([], [])
        multi.close()
    }

    // MARK: Admission

    private func check(_ request: OutboundRequest) throws(TransportError) -> UpstreamURL {
        guard !isShutDown else { throw TransportError(.shuttingDown, neverSent: true) }
        guard request.method.hasBody || request.body.isEmpty else {
            throw Self.invalid("a \(request.method.rawValue) has a body")
        }
        if request.fields != lastFields {
            do {
                try OutboundFields.check(request.fields)
            } catch {
                throw Self.invalid(error.rawValue)
            }
            lastFields = request.fields
        }
        do {
            let target = try UpstreamURL(
                request.url, like: lastOrigin, allowsPlainText: settings.allowsPlainText)
            lastOrigin = target.origin
            return target
        } catch {
            throw Self.invalid(error.rawValue)
        }
    }

    private static func invalid(_ detail: String) -> TransportError {
        TransportError(.invalidRequest, neverSent: true, detail: detail)
    }

    private func admit(_ call: Call) {
        // Until the end of the batch there may be room that belongs to those who wait.
        let room = max(settings.maxInFlight - statistics.inFlight, 0)
        if room > 0, statistics.waiting == 0 { return start(call) }
        guard statistics.waiting < settings.maxQueued + room else {
            statistics.queueRefusals += 1
            return finish(
                call, .failure(TransportError(.overloaded, neverSent: true, detail: "too many requests wait")))
        }
        queue.append(call)
        call.state = .waiting
        statistics.waiting += 1
        call.timer = reactor.schedule(at: call.request.deadline, call)
    }

    static let overdue = TransportError(
        .timeout, neverSent: true, detail: "the deadline passed before it was sent")

    /// Starts what waits after this batch. All that it starts is sent in one go then, and an upstream that sleeps is woken
    /// once; started one by one, each would be sent when libcurl is told of the next answer.
    func noteRoom() {
        guard head < queue.count, !isStartNoted else { return }
        isStartNoted = true
        reactor.afterBatch(self)
    }

    func batchEnded() {
        isStartNoted = false
        startWaiting()
    }

    /// Starts what waits, as far as there is room.
    private func startWaiting() {
        while statistics.inFlight < settings.maxInFlight, head < queue.count {
            let call = queue[head]
            head += 1
            guard case .waiting = call.state else { continue }
            leaveQueue(call)
            start(call)
        }
        tidy()
    }

    /// Lets go of calls that ended while they waited, and of those that were started.
    func tidy() {
        if head == queue.count {
            queue.removeAll(keepingCapacity: true)
            head = 0
        } else if queue.count > 2 * statistics.waiting + 64 {
            queue = queue[head...].filter { if case .waiting = $0.state { true } else { false } }
            head = 0
        }
    }

    func leaveQueue(_ call: Call) {
        statistics.waiting -= 1
        call.state = .new
        if let timer = call.timer { reactor.cancel(timer) }
        call.timer = nil
    }

    private func start(_ call: Call) {
        let now = Reactor.readClock()
        guard call.request.deadline > now else { return finish(call, .failure(Self.overdue)) }
        let left = call.request.deadline.waitMilliseconds(from: now)
        guard let transfer = idle.popLast() ?? makeTransfer() else {
            return finish(call, .failure(CurlFailure.error(CURLE_OUT_OF_MEMORY, sent: false)))
        }
        do {
            try transfer.prepare(call.request, to: call.target, settings, milliseconds: Int(left))
        } catch {
            discard(transfer)
            return finish(call, .failure(error))
        }
        guard multi.add(transfer.easy) == CURLM_OK else {
            discard(transfer)
            return finish(call, .failure(CurlFailure.error(CURLE_FAILED_INIT, sent: false)))
        }
        transfer.call = call
        call.state = .running(transfer)
        statistics.inFlight += 1
        if call.request.method != .get { multi.writesInFlight += 1 }
    }

    private func makeTransfer() -> CurlTransfer? {
        guard let transfer = CurlTransfer(multi, keeping: responseFields) else { return nil }
        transfers.append(transfer)
        return transfer
    }
}
