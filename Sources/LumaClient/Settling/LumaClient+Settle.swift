import Core
import LumaAPI

/// A write whose answer was lost: what it was, how it ended, and when it was sent.
struct Lost {
    let operation: String
    let cause: String
    let sent: SendInstant

    init(_ operation: String, _ cause: String, _ sent: SendInstant) {
        self.operation = operation
        self.cause = cause
        self.sent = sent
    }

    func unknown(_ finding: UnknownOutcome.Finding, _ candidates: [String] = []) -> LumaError {
        .unknownOutcome(
            UnknownOutcome(operation: operation, cause: cause, finding: finding, candidates: candidates))
    }
}

/// Finding out whether a write took effect. Only reads are sent.
///
/// Luma may still be at work when the answer is lost, and its lists lag behind its writes. So there are two searches with a
/// pause between them, as far as the deadline lets.
extension LumaClient {
    private static let searches = 2

    /// Looks for the effect of a write whose answer was lost.
    ///
    /// - Parameter key: what the event of a create is found by; nil for any other operation, and for a create without.
    func settle(
        _ operation: Operation, _ input: JSONObject, _ key: CreateLedger.Key?, _ lost: Lost,
        _ deadline: MonotonicTime, _ context: CallContext
    ) async throws(LumaError) -> WriteResult {
        guard operation.name == CreateLedger.operation else {
            return try await settle(operation, input, lost, deadline, context)
        }
        // Without a name or a start there is nothing to look for.
        guard let key else { throw lost.unknown(.notSettled) }
        let id = try await settleCreate(key, named: input["name"]?.stringValue, lost, deadline, context)
        return WriteResult(found: id)
    }

    /// Looks in the way that the row says.
    private func settle(
        _ operation: Operation, _ input: JSONObject, _ lost: Lost, _ deadline: MonotonicTime, _ context: CallContext
    ) async throws(LumaError) -> WriteResult {
        var finding = UnknownOutcome.Finding.notSettled
        for search in 0..<Self.searches {
            if search > 0 { guard try await pauseBeforeSearch(deadline) else { break } }
            guard
                let evidence = try await attempt({ client throws(LumaError) in
                    try await client.evidence(of: operation, input, deadline, context)
                })
            else { continue }
            switch evidence {
            case .done(let id, let shown):
                guard let id else { return WriteResult(found: id, shown) }
                switch await context.journal?.didFind(id) ?? .own {
                case .own: return WriteResult(found: id, shown)
                case .ofAnother: finding = .unchanged
                case .undetermined: finding = .notSettled
                }
            case .unchanged: finding = .unchanged
            case .notFound: finding = .notFound
            case .missing: break
            case .undetermined: throw lost.unknown(.notSettled)
            case .ambiguous(let ids): throw lost.unknown(.ambiguous, ids)
            }
        }
        throw lost.unknown(finding)
    }

    /// Looks for the event of a create: same name, same start, not older than the create, nobody else's.
    private func settleCreate(
        _ key: CreateLedger.Key, named name: String?, _ lost: Lost, _ deadline: MonotonicTime,
        _ context: CallContext
    ) async throws(LumaError) -> String {
        account.creates.suspend(key)
        defer { account.creates.resolve(key) }
        var finding = UnknownOutcome.Finding.notSettled
        var doubtful: [String] = []
        for search in 0..<Self.searches {
            if search > 0 { guard try await pauseBeforeSearch(deadline) else { break } }
            guard
                let found = try await attempt({ client throws(LumaError) in
                    try await client.candidates(for: key, named: name, lost, deadline, context)
                })
            else { continue }
            doubtful = []
            switch account.creates.claim(key, among: found) {
            case .mine(let id):
                // The ledger is as old as this program; the journal is older.
                switch await context.journal?.didFind(id) ?? .own {
                case .own: return id
                case .ofAnother: finding = .notFound
                case .undetermined:
                    // Whoever looks next must see it again: what stays claimed is seen by nobody, and the create would count
                    // as not done.
                    account.creates.disclaim(id)
                    finding = .notSettled
                }
            case .ambiguous(let ids): throw lost.unknown(.ambiguous, ids)
            // The next search may know whose they are.
            case .doubtful(let ids): (finding, doubtful) = (.ambiguous, ids)
            case .nothing: finding = .notFound
            case .busy: finding = .notSettled
            }
        }
        throw lost.unknown(finding, doubtful)
    }

    /// The result of a search; nil when it failed, so that the next one may tell.
    /// - Throws: when the next one would tell no more.
    private func attempt<Value>(
        _ search: (LumaClient) async throws(LumaError) -> Value?
    ) async throws(LumaError) -> Value? {
        do throws(LumaError) {
            return try await search(self)
        } catch {
            switch error {
            case .cancelled, .unknownOutcome: throw error
            default: return nil
            }
        }
    }

    private func pauseBeforeSearch(_ deadline: MonotonicTime) async throws(LumaError) -> Bool {
        guard time.now.advanced(seconds: settings.settleDelay) < deadline else { return false }
        try await pause(settings.settleDelay)
        return true
    }

    /// The events that a lost create may have made.
    ///
    /// Luma may write a name or a start in its own way: an event that begins near the start, and that nothing shows to be
    /// older than the create, leaves a doubt whatever its name is.
    ///
    /// - Throws: also when not all pages could be read, because then nothing is proved by what was not seen.
    func candidates(
        for key: CreateLedger.Key, named sent: String?, _ lost: Lost, _ deadline: MonotonicTime,
        _ context: CallContext
    ) async throws(LumaError) -> CreateLedger.Candidates {
        var parameters = EventListParameters()
        // Luma does not say whether the bounds are inclusive.
        parameters.after = key.start.advanced(milliseconds: -CreateLedger.nearMilliseconds - 1)
        parameters.before = key.start.advanced(milliseconds: CreateLedger.nearMilliseconds + 1)
        parameters.limit = Self.pageSize
        var found = CreateLedger.Candidates()
        var seen: Set<String> = []
        for _ in 0..<Self.pages {
            let page = try await listEvents(parameters, deadline: deadline, context: context)
            let (oldest, likely) = (oldestCreation(lost.sent), likelyCreation(lost.sent))
            for entry in page.entries {
                guard let id = entry["id"]?.stringValue, !redactor.isNeeded(for: id),
                    let name = entry["name"]?.stringValue,
                    let start = entry["start_at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
                    abs(start.milliseconds - key.start.milliseconds) <= CreateLedger.nearMilliseconds,
                    // No create makes an event that is kept elsewhere.
                    entry["platform"]?.stringValue != "external"
                else { continue }
                let created = Self.creation(of: entry)
                if let created, created < oldest { continue }
                guard seen.insert(id).inserted else { continue }
                if name != sent || start != key.start {
                    found.near.append((id, CreateLedger.Key(name: name, start: start)))
                } else if let created, created < likely {
                    found.possible.append(id)
                } else {
                    found.exact.append(id)
                }
            }
            guard page.hasMore else { return found }
            guard let cursor = page.nextCursor, cursor != parameters.cursor else { throw .malformedAnswer }
            parameters.cursor = cursor
        }
        // No later look would see more.
        throw lost.unknown(.ambiguous)
    }
}
