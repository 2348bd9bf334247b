import Core
import HTTP
import IO
import MCP
import ToolSources

/// Streamable HTTP to one upstream: an exchange for each message, and one on which the server speaks unasked. On the upstreams' loop.
final class UpstreamHTTPTransport: UpstreamTransport {
    /// Seconds between two tries to open the channel on which the server speaks unasked.
    private static let leastPause = 1.0
    private static let longestPause = 60.0
    /// Besides calls: lists, the handshake, the server's own channel.
    private static let others = 8
    /// Of the largest message.
    private static let longestStream = 8

    var arrived: (UpstreamArrival) -> Void = { _ in }
    private let entry: UpstreamEntry
    private let endpoint: UpstreamEntry.Endpoint
    private let reactor: Reactor
    private let clock: LoopClock
    private var http: UpstreamHTTP
    private var curl: CurlTransport?
    private var tasks: [Int: Task<Void, Never>?] = [:]
    /// For what is no request, and so has no number of its own.
    private var lastOther = 0
    /// What waits until the server has heard that the handshake is over: it may refuse what comes before.
    private var held: [(message: UpstreamMessage, deadline: MonotonicTime)]?
    private var outbox: [UpstreamArrival] = []
    private var delivery: TimerQueue.Token?
    private var revision: String?
    private var isClosed = false

    init(_ endpoint: UpstreamEntry.Endpoint, of entry: UpstreamEntry, on reactor: Reactor) {
        http = UpstreamHTTP(endpoint)
        self.endpoint = endpoint
        self.entry = entry
        self.reactor = reactor
        clock = LoopClock(reactor)
    }

    func open() async throws(UpstreamFault) {
        var settings = CurlTransport.Settings()
        settings.maxInFlight = entry.limits.concurrency + Self.others
        settings.maxQueued = entry.limits.queue + Self.others
        settings.maxConnections = settings.maxInFlight
        settings.connectTimeoutMilliseconds = entry.limits.connectSeconds * 1000
        // A stream may be longer than any of its events.
        settings.maxResponseBytes = Self.longestStream * largest
        settings.userAgent = Version.product
        settings.allowsPlainText = endpoint.allow.isPlainHTTP
        settings.addresses = AddressRule(
            allowsLoopback: endpoint.allow.isLoopback, allowsPrivate: endpoint.allow.isPrivate)
        settings.responseFields = UpstreamHTTP.answerFields
        do throws(TransportError) {
            curl = try CurlTransport(reactor: reactor, settings: settings)
        } catch {
            throw UpstreamHTTP.fault(error)
        }
    }

    /// Octets of one message: a result, or a page of a list.
    private var largest: Int { max(entry.limits.resultBytes, 4 << 20) + (64 << 10) }

    // MARK: Messages

    func send(_ message: UpstreamMessage, deadline: MonotonicTime) {
        guard !isClosed else { return }
        if held != nil {
            held?.append((message, deadline))
            return
        }
        let fields = http.fields(of: message)
        let hadSession = http.session != nil
        if message.revision.era == .legacy { revision = message.revision.rawValue }
        let isEndOfHandshake = message.method == "notifications/initialized"
        if isEndOfHandshake { held = [] }
        run(as: message.id) { [self] in
            await exchange(message, fields, hadSession, deadline)
            if isEndOfHandshake { letGo() }
        }
    }

    private func letGo() {
        let waiting = held ?? []
        held = nil
        for (message, deadline) in waiting { send(message, deadline: deadline) }
    }

    func cancel(_ request: Int) {
        if let place = held?.firstIndex(where: { $0.message.id == request }) { held?.remove(at: place) }
        if let task = tasks[request] { task?.cancel() }
    }

    private func exchange(
        _ message: UpstreamMessage, _ fields: [Field], _ hadSession: Bool, _ deadline: MonotonicTime
    ) async {
        guard let curl else { return }
        let answer = StreamedAnswer(limit: largest) { [weak self] status, fields in
            self?.http.isStream(status, fields, of: message) ?? false
        }
        var outbound = OutboundRequest(
            method: .post, url: http.url, fields: fields, body: message.octets, deadline: deadline)
        outbound.sink = sink(answer, request: message.id)
        let fault: UpstreamFault
        do throws(TransportError) {
            var response = try await curl.send(outbound)
            guard answer.isStream else {
                response.body = answer.body
                for arrival in http.read(response, of: message, hadSession: hadSession) { post(arrival) }
                return
            }
            fault = UpstreamHTTP.unanswered
        } catch {
            fault = answer.isTooLarge ? UpstreamHTTP.tooLarge : UpstreamHTTP.fault(error)
        }
        guard let id = message.id else { return }
        if fault.kind == .lost, !answer.isWhole, !message.isFirst, message.revision.era == .legacy {
            await resume(id, after: answer, deadline)
        }
        // Nothing to a request that has its answer.
        post(.failed(request: id, fault))
    }

    /// Takes up a stream that has ended before the answer of its request, from the last event on to which the server has given an
    /// identifier (2025-03-26 to 2025-11-25). Once, and again as long as that brings news: a server may mean to be asked so. Returns when
    /// the answer has come, or none will.
    private func resume(_ request: Int, after broken: StreamedAnswer, _ deadline: MonotonicTime) async {
        let session = http.session
        var (lastID, retry) = (broken.reader.lastID, broken.reader.retryMilliseconds)
        var pause = 0.0
        while !lastID.isEmpty, !isClosed, http.session == session, let curl {
            let seconds = min(max(pause, Double(retry ?? 0) / 1000), Self.longestPause)
            guard (try? await clock.sleep(until: clock.now.advanced(seconds: seconds))) != nil else { return }
            let answer = StreamedAnswer(limit: largest) { UpstreamHTTP.isEventStream($0, $1) }
            var outbound = OutboundRequest(
                method: .get, url: http.url,
                fields: http.fields(accept: "text/event-stream", revision: revision, lastID: lastID),
                deadline: deadline)
            outbound.sink = sink(answer, request: request, endsWithAnswer: true)
            _ = try? await curl.send(outbound)
            guard !answer.isWhole, !answer.isTooLarge, !Task.isCancelled, !answer.reader.lastID.isEmpty,
                answer.reader.lastID != lastID
            else { return }
            (lastID, retry) = (answer.reader.lastID, answer.reader.retryMilliseconds ?? retry)
            pause = Self.leastPause
        }
    }

    /// Gathers an answer, or reads its events as they come if it is a stream.
    /// - Parameter endsWithAnswer: nothing is wanted after the answer: a stream that was asked for by `GET` need not end with it.
    private func sink(
        _ answer: StreamedAnswer, request: Int?, endsWithAnswer: Bool = false
    ) -> @Sendable (OutboundResponse, UnsafeRawBufferPointer) -> Bool {
        let bound = LoopBound((answer, self), on: reactor.executor)
        return { head, piece in
            let (answer, transport) = bound.value
            guard let events = answer.take(head, piece) else { return false }
            for event in events {
                guard let arrival = transport.http.read(event, request: request) else { continue }
                if let request, arrival.ends(request) { answer.isWhole = true }
                transport.post(arrival)
            }
            return !(endsWithAnswer && answer.isWhole)
        }
    }

    /// libcurl must not be called from within its own call, so what has come is told a moment later.
    private func post(_ arrival: UpstreamArrival) {
        guard !isClosed else { return }
        outbox.append(arrival)
        guard delivery == nil else { return }
        delivery = reactor.schedule(at: reactor.now) { [self] in
            delivery = nil
            let arrivals = outbox
            outbox = []
            for arrival in arrivals where !isClosed { arrived(arrival) }
        }
    }

    /// Does something in a task of its own, which `cancel` and the end cut short.
    private func run(as request: Int?, _ work: @escaping () async -> Void) {
        lastOther -= 1
        let number = request ?? lastOther
        tasks[number] = .some(nil)
        let task = reactor.start { [self] in
            await work()
            tasks[number] = nil
        }
        if tasks.keys.contains(number) { tasks[number] = .some(task) }
    }

    // MARK: The server's own channel

    func listen() {
        run(as: nil) { [self] in await keepListening() }
    }

    /// Opens the channel again whenever it ends, from where it ended. A server that has none says so once.
    private func keepListening() async {
        let session = http.session
        var pause = Self.leastPause
        var lastID = ""
        while !Task.isCancelled, !isClosed, http.session == session, let curl {
            let answer = StreamedAnswer(limit: largest) { [weak self] status, fields in
                guard let self, UpstreamHTTP.isEventStream(status, fields) else { return false }
                post(.listening(true))
                return true
            }
            var outbound = OutboundRequest(
                method: .get, url: http.url,
                fields: http.fields(accept: "text/event-stream", revision: revision, lastID: lastID),
                deadline: clock.now.advanced(seconds: .infinity))
            outbound.sink = sink(answer, request: nil)
            do throws(TransportError) {
                let response = try await curl.send(outbound)
                if !answer.isStream, !UpstreamHTTP.isEventStream(response.status, response.fields) {
                    return post(.listening(false))
                }
            } catch {
                if error.cause == .cancelled || error.cause == .shuttingDown { return }
            }
            if answer.isStream { pause = Self.leastPause }
            if !answer.reader.lastID.isEmpty { lastID = answer.reader.lastID }
            let asked = answer.reader.retryMilliseconds.map { Double($0) / 1000 } ?? 0
            do {
                try await clock.sleep(until: clock.now.advanced(seconds: min(max(pause, asked), Self.longestPause)))
            } catch {
                return
            }
            pause = min(2 * pause, Self.longestPause)
        }
    }

    // MARK: The end

    func close(by deadline: MonotonicTime) async {
        guard !isClosed else { return }
        isClosed = true
        if let delivery { reactor.cancel(delivery) }
        (outbox, held) = ([], nil)
        arrived = { _ in }
        for task in tasks.values { task?.cancel() }
        if let curl, http.session != nil {
            let request = OutboundRequest(
                method: .delete, url: http.url, fields: http.fields(accept: nil, revision: revision), deadline: deadline
            )
            _ = try? await curl.send(request)
        }
        curl?.shutdown()
        curl = nil
    }
}
