package import Core
import Glibc
package import HTTP

/// A file that was fetched.
package struct FetchedFile: Sendable, Equatable {
    /// Its octets.
    package let bytes: Int
    /// As its octets say, else as its server does.
    package let mediaType: String?
    /// The host that was named.
    package let host: HostName
}

/// Fetches files from addresses that somebody else names, on one loop, which waits for the disk: nobody else's.
///
/// Each request has a transport of its own, so that no connection, looked-up name or option of one is there for the next. Of a
/// name all addresses are looked at, and one that is not allowed is one too many; libcurl gets these and looks up none itself.
/// Which it connects to is looked at once more when the socket is made. It goes through no proxy, which would hide the address.
package final class FileFetch {
    /// Addresses of one name that are tried.
    private static let maxAddresses = 16

    private let reactor: Reactor
    private let names: NameLookup
    private var open: [CurlTransport] = []
    private var isOver = false

    /// On the loop of `reactor`.
    package convenience init(on reactor: Reactor) { self.init(on: reactor, resolver: HostAddress.all) }

    init(on reactor: Reactor, resolver: @escaping NameLookup.Resolver) {
        self.reactor = reactor
        names = NameLookup(on: reactor, resolver)
    }

    /// Fetches the file at `address` into a new file, which only this user may read. Cancelling the task ends it.
    /// - Parameter path: where nothing is yet; nothing is there afterwards when it fails.
    package func fetch(
        _ address: String, by rule: FetchRule, to path: String
    ) async throws(FetchFailure) -> FetchedFile {
        var journey = try FetchJourney(address, by: rule)
        let deadline = LoopClock(reactor).now.advanced(seconds: rule.seconds)
        while true {
            let sink = FetchSink(path, rule)
            do throws(FetchFailure) {
                let head = try await ask(journey, sink, by: deadline)
                if try journey.follow(status: head.status, location: head["location"]) { continue }
                do throws(FetchFailure.Reason) {
                    let inspector = try sink.finish(head)
                    return FetchedFile(bytes: inspector.octets, mediaType: inspector.mediaType, host: journey.host)
                } catch {
                    throw journey.failure(error)
                }
            } catch {
                sink.discard()
                throw error
            }
        }
    }

    /// Ends all fetches as cancelled, and refuses those to come. On the loop.
    package func end() {
        isOver = true
        names.end()
        for transport in open { transport.shutdown() }
    }

    /// Asks for what is next on the way.
    /// - Returns: the head of the answer.
    private func ask(
        _ journey: FetchJourney, _ sink: FetchSink, by deadline: MonotonicTime
    ) async throws(FetchFailure) -> OutboundResponse {
        do throws(TransportError) {
            var settings = Self.settings(for: journey)
            settings.resolved = try await resolved(journey.hop, by: deadline)
            guard !isOver else { throw TransportError(.shuttingDown, neverSent: true) }
            let transport = try CurlTransport(reactor: reactor, settings: settings)
            open.append(transport)
            defer {
                open.removeAll { $0 === transport }
                transport.shutdown()
            }
            var request = OutboundRequest(
                method: .get, url: journey.hop.url.text, fields: [Field("Accept-Encoding", "identity")],
                deadline: deadline)
            let bound = LoopBound(sink, on: reactor.executor)
            request.sink = { head, piece in bound.value.take(head, piece) }
            return try await transport.send(request)
        } catch {
            if let reason = sink.reason { throw journey.failure(reason) }
            // The body of another answer than a file was not looked at.
            if error.cause == .cancelled, let head = sink.head, head.status != 200 { return head }
            throw journey.failure(Self.reason(error.cause, journey.rule))
        }
    }

    /// What libcurl is told of the host; nothing of one that is an address.
    private func resolved(_ hop: FetchHop, by deadline: MonotonicTime) async throws(TransportError) -> String? {
        let host = hop.url.host
        guard !host.isAddress else { return nil }
        let addresses = try await names.addresses(of: host.text, by: deadline)
        let rule = AddressRule(hop)
        guard addresses.allSatisfy({ rule.allows($0.reach) }) else {
            throw TransportError(.addressRefused, neverSent: true)
        }
        let texts = addresses.prefix(Self.maxAddresses).map { $0.family == AF_INET6 ? "[\($0.text)]" : $0.text }
        return "\(host.text):\(hop.url.port):\(texts.joined(separator: ","))"
    }

    private static func settings(for journey: FetchJourney) -> CurlTransport.Settings {
        var settings = CurlTransport.Settings()
        settings.maxInFlight = 1
        settings.maxConnections = 1
        settings.maxResponseBytes = journey.rule.maxBytes
        settings.userAgent = Version.product
        settings.allowsPlainText = !journey.hop.url.isSecure
        settings.addresses = AddressRule(journey.hop)
        settings.repeatedFields = ["content-encoding", "transfer-encoding"]
        settings.responseFields = ["content-type", "location"] + settings.repeatedFields
        return settings
    }

    private static func reason(_ cause: TransportError.Cause, _ rule: FetchRule) -> FetchFailure.Reason {
        switch cause {
        case .addressRefused: .network
        case .nameNotResolved: .unknownHost
        case .connectionRefused, .connectTimeout, .invalidRequest, .overloaded, .other: .unreachable
        case .tlsFailed: .insecure
        case .timeout: .overdue(rule.seconds)
        case .connectionLost: .broken
        case .responseTooLarge: .tooLarge(rule.maxBytes)
        case .malformedResponse: .content
        case .cancelled, .shuttingDown: .cancelled
        }
    }
}

extension AddressRule {
    fileprivate init(_ hop: FetchHop) {
        self.init(allowsLoopback: hop.allowsLoopback, allowsPrivate: hop.allowsPrivate)
    }
}

/// Takes what comes of one answer, and writes a file's octets as they come. On one loop.
private final class FetchSink {
    /// Of the answer whose body has begun.
    private(set) var head: OutboundResponse?
    /// Why no more of it is wanted.
    private(set) var reason: FetchFailure.Reason?
    private let path: String
    private let rule: FetchRule
    private var inspector: FetchInspector?
    private var descriptor: Int32 = -1

    init(_ path: String, _ rule: FetchRule) { (self.path, self.rule) = (path, rule) }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// False when no more is wanted.
    func take(_ head: OutboundResponse, _ piece: UnsafeRawBufferPointer) -> Bool {
        self.head = head
        guard head.status == 200 else { return false }
        do throws(FetchFailure.Reason) {
            try begin(head)
            try inspector?.take(piece)
            try write(piece)
            return true
        } catch {
            reason = error
            return false
        }
    }

    /// The answer is whole.
    func finish(_ head: OutboundResponse) throws(FetchFailure.Reason) -> FetchInspector {
        try begin(head)
        guard var inspector else { throw .storage }
        try inspector.finish()
        return inspector
    }

    /// Takes away what was written.
    func discard() {
        if descriptor >= 0 { unlink(path) }
    }

    private func begin(_ head: OutboundResponse) throws(FetchFailure.Reason) {
        if inspector != nil { return }
        inspector = try FetchInspector(rule, status: head.status, head.fields)
        descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .storage }
    }

    private func write(_ piece: UnsafeRawBufferPointer) throws(FetchFailure.Reason) {
        var rest = UnsafeRawBufferPointer(rebasing: piece[...])
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .storage }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}
