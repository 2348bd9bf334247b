import Core
import GatewayAPI
import HTTP
import IO
import LumaClient
import Settings
import Store

/// Executes mutating requests of one loop: journals their writes, and makes requests with an Idempotency-Key run once and
/// return the same response.
final class WriteCoordinator {
    let reactor: Reactor
    let clock: any TimeSource
    let store: any StateStore
    /// Tells what the store is told of time.
    let steady: SteadyClock
    let account: String
    let wakeSignal: WakeSignal
    /// Seconds; 0 when identical creates are nobody's mistake.
    let duplicateWindow: Double
    private let keySeconds: Double

    /// - Parameter account: under which name the store keeps what belongs to Luma's account.
    init(
        store: any StateStore, account: String, wakeSignal: WakeSignal, steady: SteadyClock,
        memory: Configuration.Memory,
        reactor: Reactor, clock: any TimeSource
    ) {
        self.reactor = reactor
        self.clock = clock
        self.store = store
        self.steady = steady
        self.account = account
        self.wakeSignal = wakeSignal
        duplicateWindow = memory.duplicateWindowSeconds
        keySeconds = memory.keyHours * 3600
    }

    /// Serves a request that may change something.
    ///
    /// Kept as the answer are success and those of Luma's refusals that repeating cannot change. Anything else had surely no effect,
    /// and the request may be made again with its key; or what it did is not known yet, and its key waits for that.
    /// Nobody waits for the store longer than for Luma: when the request's time is over first, nothing was sent.
    /// - Parameter serve: does the work, once at most.
    func answer(
        _ request: WriteRequest, _ call: UpstreamCall, serve: () async throws(APIError) -> Written
    ) async throws(APIError) -> Written {
        guard let keyed = request.keyed, !request.terms.isDryRun else {
            call.context.journal = RequestJournal(
                self, principal: request.terms.principal, deadline: call.deadline)
            return try await serve()
        }
        switch try await take(keyed, request.terms.principal, by: call.deadline) {
        case .begun(let number, let earlier): return try await run(number, earlier, request, call, serve)
        case .answered(let written): return written
        }
    }

    /// Serves a request only as the repetition of an earlier one with its key.
    /// - Returns: nil when nothing was done under the key, which is free again then.
    func repeated(
        _ request: WriteRequest, _ call: UpstreamCall, serve: () async throws(APIError) -> Written
    ) async throws(APIError) -> Written? {
        guard let keyed = request.keyed else { return nil }
        switch try await take(keyed, request.terms.principal, by: call.deadline) {
        case .begun(let number, let earlier):
            guard earlier.contains(where: { $0.effect != WriteEffect.none }) else {
                finish(number, nil)
                return nil
            }
            return try await run(number, earlier, request, call, serve)
        case .answered(let written): return written
        }
    }

    private enum Taken {
        case begun(RequestID, earlier: [EarlierWrite])
        case answered(Written)
    }

    /// - Throws: the first answer if that was a refusal, and why the key cannot be had now.
    private func take(
        _ keyed: KeyedWrite, _ principal: String, by deadline: MonotonicTime
    ) async throws(APIError) -> Taken {
        switch try await begin(keyed, principal, by: deadline) {
        case .begun(let id, let writes): return .begun(id, earlier: writes)
        case .answered(let answer): return .answered(try answer.replayed())
        case .differs: throw .idempotencyKeyReused
        case .running: throw .requestInProgress("running")
        case .unsettled:
            wakeSignal.ring()
            throw .requestInProgress("settling")
        case .full(let count): throw .tooManyKeys(count)
        }
    }

    private func run(
        _ number: RequestID, _ earlier: [EarlierWrite], _ request: WriteRequest, _ call: UpstreamCall,
        _ serve: () async throws(APIError) -> Written
    ) async throws(APIError) -> Written {
        let journal = RequestJournal(
            self, principal: request.terms.principal, deadline: call.deadline, request: number, earlier: earlier)
        call.context.journal = journal
        do throws(APIError) {
            var written = try await serve()
            finish(number, StoredAnswer(written.response, id: written.eventID))
            written.isReplayed = journal.hasUsedEarlier
            return written
        } catch {
            // What cost Luma nothing is found out again for nothing, and must not fill the store.
            finish(number, call.context.upstreamCalls == 0 ? nil : StoredAnswer(error))
            throw error
        }
    }

    private func begin(
        _ keyed: KeyedWrite, _ principal: String, by deadline: MonotonicTime
    ) async throws(APIError) -> RequestStanding {
        let now = steady.now
        let request = KeyedRequest(
            account: account, principal: principal, key: keyed.key.text, fingerprint: keyed.fingerprint, now: now,
            expires: now.advanced(seconds: keySeconds))
        do throws(StoreWaitError) {
            return try await reactor.ask(by: deadline, late: giveBack) { store.begin(request, then: $0) }
        } catch {
            throw .storeUnavailable
        }
    }

    /// Lets go of a request that was taken when nobody waited for it any more.
    private func giveBack(_ standing: RequestStanding) {
        if case .begun(let request, _) = standing { finish(request, nil) }
    }

    private func finish(_ request: RequestID, _ answer: StoredAnswer?) {
        store.finish(request, answer, expires: steady.now.advanced(seconds: keySeconds))
    }
}

/// How answers are kept for those who repeat a request.
extension StoredAnswer {
    /// A longer answer is kept without the event that it shows.
    private static let longestBody = 64 << 10

    /// The answer of a request that was served.
    /// - Parameter id: of the event that it is about.
    init(_ response: Response, id: String?) {
        let fields = response.allFields.map { JSON.array([.string($0.name), .string($0.value)]) }
        var body = response.body
        if body.count > Self.longestBody {
            let remark = EventRemark(
                code: .answerNotStored, field: "", values: [:],
                words: "The first response was too long to be stored: read the event")
            var kept: JSONObject = ["id": id.map { .string($0) } ?? .null]
            kept.members += [remark].members
            body = JSON.object(kept).encoded
        }
        self.init(status: response.status, head: JSON.array(fields).encoded, body: body)
    }

    /// The refusal of a request, if it is one that repeating cannot change.
    init?(_ error: APIError) {
        switch error.reason {
        case .absent, .eventNotAccessible, .preconditionFailed: break
        // Luma's own: not those that a later attempt is meant to get past.
        case .upstreamRefused where (400..<500).contains(error.status) && ![408, 409, 425, 429].contains(error.status):
            break
        default: return nil
        }
        let head: JSON = [
            "reason": .string(error.reason.rawValue), "message": .string(error.message),
            "details": .object(error.details),
        ]
        self.init(status: error.status, head: head.encoded, body: [])
    }

    /// The answer again.
    /// - Throws: the refusal again.
    func replayed() throws(APIError) -> Written {
        guard let head = try? JSON.parse(head) else { throw APIError(.internal) }
        if let fields = head.arrayValue {
            let kept = fields.compactMap { field -> Field? in
                guard let name = field.arrayValue?.first?.stringValue, let value = field.arrayValue?.last?.stringValue
                else { return nil }
                return Field(name, value)
            }
            return Written(
                kind: .kept(status: status, fields: kept), document: Document(octets: body), eventID: nil,
                isChange: false,
                isReplayed: true)
        }
        guard let reason = head["reason"]?.stringValue.flatMap(Reason.init) else { throw APIError(.internal) }
        var error = APIError(
            reason, head["message"]?.stringValue, details: head["details"]?.objectValue ?? JSONObject())
        error.status = status
        error.isReplayed = true
        throw error
    }
}

/// The wall clock as it was at the start, and what has passed since: what the time of a key is measured with.
///
/// The wall clock itself may be set anew, by hours, or by decades on a machine that has no clock while it is off. Every key
/// would be forgotten in that moment, and a repeated request would be made again.
struct SteadyClock: Sendable {
    private let wall: Timestamp
    private let start: Int64
    /// What tells this start of the machine from others.
    let boot = BootClock.identity

    /// - Parameters:
    ///   - wall: what the wall clock shows.
    ///   - start: nanoseconds since the machine was started, at the same instant.
    init(wall: Timestamp = WallClock.now, start: Int64 = BootClock.nanoseconds) {
        self.wall = wall
        self.start = start
    }

    var now: Timestamp { wall.advanced(milliseconds: (BootClock.nanoseconds - start) / 1_000_000) }
}

/// Why whoever had so much time and no more has nothing from the store.
typealias StoreWaitError = WaitError<StoreFailure>
