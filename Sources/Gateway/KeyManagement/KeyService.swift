import Core
import GatewayAPI
import HTTP
import IO
import Keys
import LumaAPI
import Settings
import Store

/// The work behind `/api/keys`: keys are made, shown, changed, rotated and revoked, and nobody gives what he has not got. One per loop.
final class KeyService {
    /// How long anybody waits for the store, in seconds.
    private static let patience = 5.0
    /// Keys of which the store is asked at once for those with a status; more than a page has.
    private static let searched = 500
    /// How often a change is tried again that another one was faster than.
    private static let attempts = 3

    /// Who asks, and by which request.
    struct Asker {
        let caller: KeyCaller
        let actor: KeyActor
        /// The id of the key that the request came with.
        let keyID: String?
        /// When that key expires; nil for never, and without one.
        let expiresAt: Timestamp?
    }

    private let keys: KeyAccess?
    private let tokens: TokenTable?
    private let rotations: RequestLimiter
    private let store: any StateStore
    private let reactor: Reactor
    private let clock: any TimeSource
    private let hasher: KeyHasher?
    /// Writes the line of a change: what was done to which key.
    private let onChange: (_ action: String, _ key: String, _ actor: KeyActor) -> Void

    init(
        _ rules: AccessRules, store: any StateStore, reactor: Reactor, clock: any TimeSource,
        onChange: @escaping (_ action: String, _ key: String, _ actor: KeyActor) -> Void
    ) {
        (keys, tokens, rotations) = (rules.keys, rules.tokens, rules.rotations)
        self.store = store
        self.reactor = reactor
        self.clock = clock
        hasher = rules.keys.flatMap { try? KeyHasher($0.hashing) }
        self.onChange = onChange
    }

    func asker(_ context: RequestContext) -> Asker {
        let key = context.admission?.key
        // A gateway that changes nothing takes the right to write from everybody, and from operating it nothing. A token that is
        // bounded to some tools gives no others.
        let isOperator = context.principal.scopes.isSuperset(of: .admin) && context.principal.tools.isEmpty
        return Asker(
            caller: key.map { KeyCaller($0) } ?? (isOperator ? .operatorOfGateway : KeyCaller(context.principal)),
            actor: KeyActor(
                context.principal.label, address: context.clientAddress, requestID: context.id, at: clock.wallClock),
            keyID: key?.id, expiresAt: key?.expiresAt)
    }

    func answer(_ input: RequestInput, _ asker: Asker) async throws(APIError) -> Response {
        guard let keys else { throw .keysOff }
        switch input.endpoint.kind {
        case .listKeys: return try await list(input)
        case .createKey: return try await create(input, asker, keys)
        case .changeKey: return try await change(input, asker, keys)
        case .revokeKey: return try await revoke(input, asker, keys)
        case .rotateKey: return try await rotate(input, try Self.id(input), asker, keys)
        case .rotateOwnKey: return try await rotate(input, try ownRotation(asker), asker, keys)
        case .ownKey: return try await show(input, try Self.ownID(asker))
        default: return try await show(input, try Self.id(input))
        }
    }

    private static func id(_ input: RequestInput) throws(APIError) -> String {
        let id = input.parameter ?? ""
        guard KeyWish.isID(id) else { throw .keyNotFound(id) }
        return id
    }

    private static func ownID(_ asker: Asker) throws(APIError) -> String {
        guard let id = asker.keyID else { throw .noOwnKey }
        return id
    }

    /// Nearly every key may rotate itself; whoever manages keys may rotate as many as there are.
    private func ownRotation(_ asker: Asker) throws(APIError) -> String {
        let id = try Self.ownID(asker)
        let (isAllowed, status) = rotations.charge(id, at: clock.now)
        guard isAllowed else {
            throw APIError(
                .rateLimited, "Too many rotations: a key may rotate itself \(rotations.quota) times a minute",
                retryAfter: status.reset)
        }
        return id
    }

    // MARK: Looking

    private func list(_ input: RequestInput) async throws(APIError) -> Response {
        var query = QueryReader(input.query, rows: QueryRows.keys)
        let limit = query.integer(QueryRows.keyLimit)
        let status = query.choice(QueryRows.keyStatus)
        let owner = query.text(QueryRows.keyOwner.name)
        var after = query.text(QueryRows.cursor.name) ?? ""
        try query.finish()
        let now = clock.wallClock
        var found: [KeyRecord] = []
        var hasMore = true
        // One more than is shown tells whether there are more. Where many are passed over, many are asked for at once.
        let count = status == nil ? limit + 1 : Self.searched
        while hasMore, found.count <= limit {
            let start = after
            let page = try await ask { store.listKeys(after: start, owner: owner, limit: count, then: $0) }
            hasMore = page.count == count
            after = page.last?.id ?? after
            found += page.filter { key in status.map { key.isLike($0, at: now) } ?? true }
        }
        let shown = found.prefix(limit)
        let isLast = found.count <= limit
        let answer: JSON = [
            "entries": .array(shown.map { .object($0.shown(at: now)) }), "has_more": .bool(!isLast),
            "next_cursor": isLast ? .null : .string(shown.last?.id ?? ""),
        ]
        return .json(status: 200, fields: [Self.noStore], answer.encoded)
    }

    private func show(_ input: RequestInput, _ id: String) async throws(APIError) -> Response {
        try input.refuseQuery()
        let key = try await key(id)
        return try .tagged(
            JSON.object(key.shown(at: clock.wallClock)).encoded, tag: Self.tag(key), fields: [Self.noStore],
            input.conditions)
    }

    private func key(_ id: String) async throws(APIError) -> KeyRecord {
        guard let key = try await ask({ store.key(id, then: $0) }) else { throw .keyNotFound(id) }
        return key
    }

    // MARK: Making and changing

    private func create(_ input: RequestInput, _ asker: Asker, _ keys: KeyAccess) async throws(APIError) -> Response {
        try input.refuseQuery()
        let wish = try KeyWish(try input.json(), isNew: true)
        let (text, secret) = try draw(id: nil)
        let now = clock.wallClock
        // Who has a year made a moment ago could else make nothing with the usual year.
        var made = try wish.made(
            id: wish.id ?? text.id, by: asker.actor.label, at: now, until: asker.expiresAt)
        made.secrets = [KeyRotation.first(secret, at: now)]
        try grant(asker, .create, before: nil, after: made)
        let (key, most) = (made, keys.most)
        let standing = try await ask { store.createKey(key, max: most, by: asker.actor, then: $0) }
        let done = try done(standing, key.id)
        await tell(.create, done, asker, keys)
        return answer(done, text, status: 201, fields: [Field("Location", "/api/keys/\(done.id)")])
    }

    private func change(_ input: RequestInput, _ asker: Asker, _ keys: KeyAccess) async throws(APIError) -> Response {
        try input.refuseQuery()
        let id = try Self.id(input)
        let wish = try KeyWish(try input.json(), isNew: false)
        let done = try await changed(id, .update, input.conditions, asker) { key, now throws(APIError) in
            try wish.changed(key, at: now)
        }
        await tell(.update, done, asker, keys)
        return .json(
            status: 200, fields: [Self.noStore, Field("ETag", Self.tag(done).text)],
            JSON.object(done.shown(at: clock.wallClock)).encoded)
    }

    private func rotate(
        _ input: RequestInput, _ id: String, _ asker: Asker, _ keys: KeyAccess
    ) async throws(APIError) -> Response {
        try input.refuseQuery()
        var grace = KeyRotation.standardGrace
        if !input.body.isEmpty {
            let document = try input.json()
            let problems = SchemaValidator(unknownMembers: .refused, maxProblems: EventInput.maxProblems)
                .problems(in: document, fields: KeyFields.rotation)
            if !problems.isEmpty { throw APIError(invalid: problems.map { FieldProblem($0.path, $0.words) }) }
            grace = document["grace_seconds"]?.wholeValue ?? grace
        }
        let (text, secret) = try draw(id: nil)
        let seconds = grace
        let done = try await changed(id, .rotate, Preconditions(), asker) { key, now throws(APIError) in
            do throws(KeyRotation.Refusal) {
                return try KeyRotation.rotate(key, to: secret, grace: seconds, at: now)
            } catch {
                throw .notRotated(error)
            }
        }
        await tell(.rotate, done, asker, keys)
        return answer(done, text, status: 200)
    }

    private func revoke(_ input: RequestInput, _ asker: Asker, _ keys: KeyAccess) async throws(APIError) -> Response {
        try input.refuseQuery()
        let id = try Self.id(input)
        let before = try await key(id)
        guard input.conditions.verdict(tag: Self.tag(before), isRead: false) == .proceed else {
            throw .keyChanged
        }
        var after = before
        after.revokedAt = clock.wallClock
        try grant(asker, .revoke, before: before, after: after)
        let hasAdmin = hasAdmin
        let standing = try await ask { store.revokeKey(id, hasAdmin: hasAdmin, by: asker.actor, then: $0) }
        await tell(.revoke, try done(standing, id), asker, keys)
        return Response(status: 204)
    }

    /// Changes a key as it is; if another change is faster, as it is then.
    private func changed(
        _ id: String, _ action: KeyAction, _ conditions: Preconditions, _ asker: Asker,
        _ change: (KeyRecord, Timestamp) throws(APIError) -> KeyRecord
    ) async throws(APIError) -> KeyRecord {
        let hasAdmin = hasAdmin
        for _ in 0..<Self.attempts {
            let before = try await key(id)
            guard conditions.verdict(tag: Self.tag(before), isRead: false) == .proceed else { throw .keyChanged }
            if before.revokedAt != nil { throw .revokedForGood }
            let after = try change(before, clock.wallClock)
            try grant(asker, action, before: before, after: after)
            let standing = try await ask {
                store.changeKey(after, action, hasAdmin: hasAdmin, by: asker.actor, then: $0)
            }
            if case .changed = standing { continue }
            return try done(standing, id)
        }
        throw .keyChanged
    }

    /// - Throws: 403 that names what is too much. That somebody has tried is kept.
    private func grant(
        _ asker: Asker, _ action: KeyAction, before: KeyRecord?, after: KeyRecord
    ) throws(APIError) {
        guard let refusal = mayGrant(asker.caller, action, before: before, after: after) else { return }
        // If the store fails it is in the log all the same.
        store.noteAudit("key.\(action.rawValue).refused", of: after.id, by: asker.actor) { _ in }
        throw .grantRefused(refusal)
    }

    private func done(_ standing: KeyStanding, _ id: String) throws(APIError) -> KeyRecord {
        switch standing {
        case .done(let key): return key
        case .missing: throw .keyNotFound(id)
        case .taken: throw APIError(.keyExists, details: ["key_id": .string(id)])
        case .full: throw APIError(.tooManyAPIKeys)
        case .changed: throw .keyChanged
        case .lastAdmin: throw APIError(.lastAdmin)
        }
    }

    /// Nothing that is done after the change was kept makes its answer another one: who is told that it failed does it again.
    private func tell(_ action: KeyAction, _ key: KeyRecord, _ asker: Asker, _ keys: KeyAccess) async {
        onChange(action.rawValue, key.id, asker.actor)
        do throws(APIError) {
            try await ask { keys.refresh(then: $0) }
        } catch {
            // The next look finds it.
        }
    }

    private var hasAdmin: Bool { tokens?.principals.contains { $0.scopes.contains(.keysManage) } ?? false }

    private func draw(id: String?) throws(APIError) -> (text: KeyText, secret: KeySecret) {
        var random = SystemRandomNumberGenerator()
        let text = KeyText.draw(id: id, using: &random)
        // OpenSSL makes no digests: nothing that is made now could be found again.
        guard let secret = hasher?.secret(text, at: clock.wallClock) else { throw APIError(.internal) }
        return (text, secret)
    }

    // MARK: Answers

    private static let noStore = Field("Cache-Control", "no-store")

    private static func tag(_ key: KeyRecord) -> EntityTag { EntityTag("r\(key.revision)") }

    private func answer(_ key: KeyRecord, _ text: KeyText, status: Int, fields: [Field] = []) -> Response {
        var document = key.shown(at: clock.wallClock)
        document["key"] = .string(text.secret.reveal())
        return .json(status: status, fields: fields + [Self.noStore], JSON.object(document).encoded)
    }

    /// Nobody waits for a disk that neither works nor fails.
    private func ask<Value: Sendable>(_ call: (@escaping Then<Value>) -> Void) async throws(APIError) -> Value {
        let deadline = clock.now.advanced(seconds: Self.patience)
        do throws(StoreWaitError) {
            return try await reactor.ask(by: deadline, call)
        } catch {
            throw .keysUnavailable
        }
    }
}
