import Core
import LumaClient
import Store

/// The journal of one request's writes, in the store.
final class RequestJournal: WriteJournal {
    private let desk: WriteDesk
    private let principal: String
    private let request: RequestID?
    private let earlierWrites: [EarlierWrite]
    private var current: WriteID?
    /// The answer relies on what an earlier run of the request has done.
    private(set) var hasUsedEarlier = false

    /// - Parameter request: of a request with a key; its writes are not sent unless they are recorded.
    init(_ desk: WriteDesk, principal: String, request: RequestID? = nil, earlier: [EarlierWrite] = []) {
        self.desk = desk
        self.principal = principal
        self.request = request
        earlierWrites = earlier
    }

    func earlier(_ operation: String, subject: String?) -> KnownWrite? {
        let same = earlierWrites.last {
            $0.operation == operation && $0.subject == subject && $0.effect != WriteEffect.none
        }
        guard let same else { return nil }
        hasUsedEarlier = true
        let notes = (try? JSON.parse(same.notes))?.objectValue ?? JSONObject()
        if case .done(let id) = same.effect { return KnownWrite(effect: .done(id: id), notes: notes) }
        return KnownWrite(effect: .unknown, notes: notes)
    }

    func willSend(_ write: JournaledWrite) async throws(JournalRefusal) {
        let now = desk.clock.wallClock
        let isGuarded = write.subject == nil && desk.duplicateWindow > 0
        // Who gives a key says that it is another.
        let guards = isGuarded && request == nil
        let digest = isGuarded ? Fingerprint.of(write.body, write.operation, principal: principal) : nil
        let record = WriteRecord(
            account: desk.account, request: request, operation: write.operation, subject: write.subject,
            mark: write.mark, body: JSON.object(write.body).encoded, digest: digest,
            notes: write.notes.isEmpty ? [] : JSON.object(write.notes).encoded, now: now, sentAt: write.sentAt,
            unlessSince: guards ? now.advanced(seconds: -desk.duplicateWindow) : nil)
        let standing: RecordStanding
        do throws(StoreFailure) {
            standing = try await desk.reactor.ask { desk.store.record(record, then: $0) }
        } catch {
            // Without a key or a guard nothing was promised that hangs on the record.
            if request == nil, !guards { return }
            throw .unavailable
        }
        switch standing {
        case .recorded(let id): current = id
        case .duplicate(let result): throw .duplicate(id: result)
        }
    }

    func didFind(_ id: String) async -> Bool {
        guard let write = current else { return true }
        let now = desk.clock.wallClock
        do throws(StoreFailure) {
            guard try await desk.reactor.ask({ desk.store.adopt(write, .done(result: id), at: now, then: $0) }) else {
                return false
            }
        } catch {
            // Without a key nothing was promised that hangs on the record.
            return request == nil
        }
        current = nil
        return true
    }

    func didEnd(_ effect: JournaledEffect) {
        guard let write = current else { return }
        current = nil
        switch effect {
        case .none: desk.store.settle(write, .none, at: desk.clock.wallClock)
        case .done(let id): desk.store.settle(write, .done(result: id), at: desk.clock.wallClock)
        case .unknown:
            desk.store.abandon(write)
            desk.bell.ring()
        }
    }
}
