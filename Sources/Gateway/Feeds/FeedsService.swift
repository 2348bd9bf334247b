import Core
import Crypto
import Formats
import GatewayAPI
import HTTP
import IO
import LumaClient
import Settings
import Store

/// The work behind `/feeds`: calendars at an address of their own, for programs that cannot send a token.
///
/// An address holds a `FeedToken`. Whoever knows it may read the calendar that the feed shows and nothing else, until the
/// feed is revoked; whatever is wrong with one, the answer is the 404 of a path that does not exist. One per loop.
final class FeedsService {
    /// Feeds of one account; who is the only one to make any may make half of them.
    static let maxFeeds = 200
    /// Events of one feed, by start: more than a calendar program would take.
    static let maxEvents = 2000
    /// Pages of the calendar that are looked through for them.
    private static let maxPages = 100
    /// How long anybody waits for the store, in seconds.
    private static let patience = 5.0

    private let store: any StateStore
    private let account: String
    private let scheme: String
    private let reactor: Reactor
    private let clock: any TimeSource
    private let events: EventsService

    /// - Parameters:
    ///   - account: whose feeds these are.
    ///   - scheme: of the addresses that are given.
    init(
        store: any StateStore, account: String, scheme: String, reactor: Reactor, clock: any TimeSource,
        events: EventsService
    ) {
        self.store = store
        self.account = account
        self.scheme = scheme
        self.reactor = reactor
        self.clock = clock
        self.events = events
    }

    /// Nobody waits for a disk that neither works nor fails.
    private func ask<Value: Sendable>(
        late: @escaping (Value) -> Void = { _ in }, _ call: (@escaping Then<Value>) -> Void
    ) async throws(APIError) -> Value {
        let deadline = clock.now.advanced(seconds: Self.patience)
        do throws(StoreWaitError) {
            return try await reactor.ask(by: deadline, late: late, call)
        } catch {
            throw .feedsUnavailable
        }
    }

    // MARK: Managing

    /// `GET /feeds/`: what there is, without the addresses.
    func list(_ input: RequestInput) async throws(APIError) -> Response {
        try input.refuseQuery()
        let feeds = try await ask { store.feeds(account, then: $0) }
        let answer: JSON = ["feeds": .array(feeds.map { .object($0.json) })]
        return try .tagged(answer.encoded, input.conditions)
    }

    /// `POST /feeds/`: the one answer that holds the address.
    func create(_ input: RequestInput, creator: String) async throws(APIError) -> Response {
        try input.refuseQuery()
        let wanted = try FeedInput(try input.json())
        try EventsService.check(input.conditions, hasRepresentation: true)
        do {
            let feed = FeedRecord(
                id: try FeedToken.newID(), account: account, name: wanted.name,
                filter: JSON.object(wanted.filter.json).encoded, creator: creator, createdAt: clock.wallClock)
            let fresh = try Random.bytes(32)
            // One whose address nobody was told is taken back.
            let takeBack = { [store, account] (_: [UInt8]?) in store.removeFeed(feed.id, of: account) { _ in } }
            let signing = try await ask(late: takeBack) {
                store.addFeed(feed, max: Self.maxFeeds, key: fresh, then: $0)
            }
            guard let signing else {
                throw APIError(.tooManyFeeds, details: ["limit": .number(JSONNumber(Self.maxFeeds / 2))])
            }
            let path = "/feeds/\(try FeedToken(id: feed.id, account: account, key: signing).text).ics"
            var answer = feed.json
            answer["url"] = .string((input.host.map { "\(scheme)://\($0)" } ?? "") + path)
            return .json(status: 201, fields: [Field("Cache-Control", "no-store")], JSON.object(answer).encoded)
        } catch let error as APIError {
            throw error
        } catch {
            // OpenSSL has no random numbers: nothing that is made now could be trusted.
            throw APIError(.internal)
        }
    }

    /// `DELETE /feeds/{feed_id}`.
    func revoke(_ input: RequestInput) async throws(APIError) -> Response {
        try input.refuseQuery()
        let id = input.parameter ?? ""
        guard id.utf8.count == FeedToken.idLength else { throw .feedNotFound(id) }
        if !input.conditions.isEmpty {
            guard try await ask({ store.feed(id, of: account, then: $0) }).feed != nil else { throw .feedNotFound(id) }
            guard input.conditions.verdict(tag: nil, isRead: false) == .proceed else {
                throw APIError(.preconditionFailed)
            }
        }
        guard try await ask({ store.removeFeed(id, of: account, then: $0) }) else { throw .feedNotFound(id) }
        return Response(status: 204)
    }

    // MARK: Reading

    /// The feed that an address stands for; nil when it stands for none.
    func feed(_ text: String?) async throws(APIError) -> FeedRecord? {
        guard let token = text.flatMap(FeedToken.init) else { return nil }
        // Also asked for what nobody has signed, so that no failure of the store tells the right signature from a wrong one.
        let found = try await ask { store.feed(token.id, of: account, then: $0) }
        guard let key = found.key, token.isSigned(for: account, by: key) else { return nil }
        return found.feed
    }

    /// The feed's calendar, kept and shared as other reads are.
    ///
    /// - Parameter nextCall: asked for each page, because a long list may take longer than one request.
    func calendar(
        _ feed: FeedRecord, _ input: RequestInput, _ call: UpstreamCall, nextCall: () -> UpstreamCall
    ) async throws(APIError) -> Response {
        let now = clock.wallClock
        store.useFeed(feed.id, at: now)
        let filter = FeedFilter((try? JSON.parse(feed.filter))?.objectValue ?? JSONObject())
        let query = EventListQuery(
            limit: Self.maxEvents, cursor: nil, parameters: filter.parameters(now: now))
        let key = ReadKey.list("feed \(feed.id) \(query.parameters.after?.milliseconds ?? 0)")
        let read = try await events.reads.read(key, input.wish, call) { () throws(APIError) in
            try await render(feed, filter, query, nextCall)
        }
        var answer = try read.response(input.conditions)
        // The address is a secret: no page that a link in it leads to is told it, and no search engine keeps it.
        answer.fields += [Field("Referrer-Policy", "no-referrer"), Field("X-Robots-Tag", "noindex")]
        return answer
    }

    private func render(
        _ feed: FeedRecord, _ filter: FeedFilter, _ query: EventListQuery, _ nextCall: () -> UpstreamCall
    ) async throws(APIError) -> Fetched {
        let call = nextCall()
        let first = try await events.page(query, limit: EventsService.upstreamPageLimit, nil, call)
        // The whole is as old as its first page.
        let asOf = call.context.lastSentAt
        var shown: [ICSEvent] = []
        var pages = 0
        do {
            try await events.pages(of: query, first: first, nextCall: nextCall) { page in
                for entry in page.entries where shown.count < query.limit && filter.shows(entry) {
                    guard
                        let event = ICSEvent(
                            entry, isPending: filter.status == "pending",
                            for: filter.includesPrivate ? .trusted : .anybody)
                    else { continue }
                    shown.append(event)
                }
                pages += 1
                // However little of it is shown, nobody makes it walk without an end.
                return shown.count < query.limit && pages < Self.maxPages
            }
        } catch let error as APIError {
            throw error
        } catch {
            throw APIError(.internal)
        }
        var writer = ICSWriter()
        writer.begin(ICSCalendar(product: ListRenderer.product, name: feed.name, refresh: ISODuration(seconds: 3600)))
        for event in try await revised(shown, of: feed) { writer.add(event) }
        writer.end()
        return Fetched(body: writer.take(), format: .calendar, asOf: asOf)
    }

    /// The events with SEQUENCE, LAST-MODIFIED and DTSTAMP, which Luma does not tell: they grow whenever this feed says something
    /// else of an event than before, whoever has changed it, and stay while it says the same.
    private func revised(_ shown: [ICSEvent], of feed: FeedRecord) async throws(APIError) -> [ICSEvent] {
        let now = clock.wallClock
        var entries: [FeedEntry] = []
        for event in shown {
            guard let digest = try? Digest.sha256(event.content) else { throw APIError(.internal) }
            entries.append(FeedEntry(uid: event.uid, digest: digest, modifiedAt: min(event.stamp, now)))
        }
        let revisions = try await ask { store.reviseFeed(feed.id, entries, at: now, then: $0) }
        return zip(shown, revisions).map { event, revision in
            var event = event
            (event.sequence, event.modified) = (revision.sequence, revision.modifiedAt)
            event.stamp = revision.modifiedAt
            return event
        }
    }
}

extension FeedRecord {
    /// As the API shows it.
    var json: JSONObject {
        [
            "id": .string(id), "name": .string(name), "filter": (try? JSON.parse(filter)) ?? [:],
            "created_at": .string(createdAt.rfc3339), "created_by": .string(creator),
            "last_used_at": usedAt.map { .string($0.rfc3339) } ?? .null,
        ]
    }
}

extension FeedFilter {
    /// What is asked of Luma at this time. The bound in days moves once a day, so that readers of one day ask the same.
    func parameters(now: Timestamp) -> EventListParameters {
        var parameters = EventListParameters()
        parameters.status = status
        parameters.before = before
        parameters.sort = .ascending
        let today = now.milliseconds - now.milliseconds % 86_400_000
        let past = pastDays.map { Timestamp(milliseconds: today - Int64($0) * 86_400_000) }
        parameters.after = [after, past].compactMap(\.self).max()
        return parameters
    }

    /// Whether a reader of the feed may see this entry of the list: one that is said to be public. What is only announced on
    /// Luma has no visibility: it is public elsewhere.
    func shows(_ entry: JSON) -> Bool {
        if includesPrivate || entry["visibility"]?.stringValue == "public" { return true }
        return entry["visibility"] == nil && entry["platform"] == "external"
    }
}

/// What stands in a feed's address: the feed's id, and a signature over it that only this gateway's key makes.
struct FeedToken: Equatable {
    private static let idBytes = 9
    private static let tagBytes = 24
    static let idLength = 12
    static let length = FeedInput.tokenLength

    let id: String
    private let tag: [UInt8]

    /// An id that nobody has.
    static func newID() throws(CryptoError) -> String { Base64URL.encode(try Random.bytes(idBytes)) }

    /// Reads what may be a token, which says nothing of whether it is one of ours; nil for what is of another form.
    init?(_ text: String) {
        guard text.utf8.count == Self.length, let bytes = try? Base64URL.decode(text) else { return nil }
        id = Base64URL.encode(Array(bytes.prefix(Self.idBytes)))
        tag = Array(bytes.dropFirst(Self.idBytes))
    }

    /// The token of a feed.
    init(id: String, account: String, key: [UInt8]) throws(CryptoError) {
        self.id = id
        tag = try Self.tag(id, account, key)
    }

    /// As it stands in the address. Nine octets are twelve letters without a rest, so the id is the beginning.
    var text: String { id + Base64URL.encode(tag) }

    /// Whether this key has signed it for this account, in a time that tells nothing about the right signature.
    func isSigned(for account: String, by key: [UInt8]) -> Bool {
        guard let right = try? Self.tag(id, account, key) else { return false }
        return constantTimeEqual(tag, right)
    }

    private static func tag(_ id: String, _ account: String, _ key: [UInt8]) throws(CryptoError) -> [UInt8] {
        let message = Array("luma-mcp feed 1".utf8) + [0] + Array(id.utf8) + [0] + Array(account.utf8)
        return Array(try HMAC.sha256(key: key, message).prefix(tagBytes))
    }
}
