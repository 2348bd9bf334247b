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
        do throws(TransportError) {
            var response = try await curl.send(outbound)
            if answer.isStream {
                if let id = message.id { post(.failed(request: id, UpstreamHTTP.unanswered)) }
            } else {
                response.body = answer.body
                for arrival in http.read(response, of: message, hadSession: hadSession) { post(arrival) }
            }
        } catch {
            let fault = answer.isTooLarge ? UpstreamHTTP.tooLarge : UpstreamHTTP.fault(error)
            if let id = message.id { post(.failed(request: id, fault)) }
        }
    }

    /// Gathers an answer, or reads its events as they come if it is a stream.
    private func sink(
        _ answer: StreamedAnswer, request: Int?
    ) -> @Sendable (OutboundResponse, UnsafeRawBufferPointer) -> Bool {
        let bound = LoopBound((answer, self), on: reactor.executor)
        return { head, piece in
            let (answer, transport) = bound.value
            guard let events = answer.take(head, piece) else { return false }
            for event in events {
                if let arrival = transport.http.read(event, request: request) { transport.post(arrival) }
            }
            return true
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

/// An answer while it comes: a stream of events, or a document.
private final class StreamedAnswer {
    private(set) var isStream = false
    private(set) var isTooLarge = false
    private(set) var body: [UInt8] = []
    private(set) var reader: EventStreamReader
    private let limit: Int
    private let decide: (Int, [Field]) -> Bool
    private var isDecided = false

    /// - Parameters:
    ///   - limit: octets of a document, or of one event.
    ///   - decide: whether an answer with this head is a stream; asked once.
    init(limit: Int, _ decide: @escaping (Int, [Field]) -> Bool) {
        self.limit = limit
        self.decide = decide
        reader = EventStreamReader(limit: limit)
    }

    /// - Returns: the events that have ended in this piece; nil when nothing more is wanted.
    func take(_ head: OutboundResponse, _ piece: UnsafeRawBufferPointer) -> [EventStreamReader.Event]? {
        if !isDecided {
            isDecided = true
            isStream = decide(head.status, head.fields)
        }
        do throws(EventStreamReader.Failure) {
            if isStream { return try reader.read(piece) }
        } catch {
            isTooLarge = true
            return nil
        }
        guard piece.count <= limit - body.count else {
            isTooLarge = true
            return nil
        }
        body += piece
        return []
    }
}
