import Core
import Crypto
import IO
import LumaAPI
import LumaClient
import Store

/// The journal of one request's writes, in the store.
final class RequestJournal: WriteJournal {
    private let coordinator: WriteCoordinator
    private let principal: String
    private let deadline: MonotonicTime
    private let request: RequestID?
    private let earlierWrites: [EarlierWrite]
    /// The write that was announced last.
    private var slot: Slot?
    /// The answer relies on what an earlier run of the request has done.
    private(set) var hasUsedEarlier = false

    /// A write that was announced.
    private final class Slot {
        /// Its record; nil while there is none, or for good when none could be made.
        var id: WriteID?
        /// What became of it; nil while it is under way. It may be known before the record is there.
        var effect: JournaledEffect?
    }

    /// A write that nobody was promised anything about waits for its record for so many seconds, and for a third of its
    /// time at most.
    private static let patience = 2.0

    /// - Parameters:
    ///   - deadline: nobody waits for the store any longer.
    ///   - request: of a request with a key; its writes are not sent unless they are recorded.
    init(
        _ coordinator: WriteCoordinator, principal: String, deadline: MonotonicTime, request: RequestID? = nil,
        earlier: [EarlierWrite] = []
    ) {
        self.coordinator = coordinator
        self.principal = principal
        self.deadline = deadline
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
        let slot = Slot()
        self.slot = slot
        let now = coordinator.steady.now
        let isGuarded = write.subject == nil && coordinator.duplicateWindow > 0
        // Who gives a key says that it is another.
        let guards = isGuarded && request == nil
        let digest = isGuarded ? Fingerprint.of(write.body, write.operation, principal: principal) : nil
        let record = WriteRecord(
            account: coordinator.account, request: request, operation: write.operation, subject: write.subject,
            mark: write.mark, body: JSON.object(write.body).encoded, digest: digest,
            notes: write.notes.isEmpty ? [] : JSON.object(write.notes).encoded, now: now, sentAt: write.sentAt,
            sentTick: write.sentTick, boot: coordinator.steady.boot,
            unlessSince: guards ? now.advanced(seconds: -coordinator.duplicateWindow) : nil,
            endedBy: Operation.cancelEvent.name)
        // Without a key or a guard nothing was promised that hangs on the record.
        let isNeeded = request != nil || guards
        let standing: RecordStanding
        do throws(StoreWaitError) {
            standing = try await store(record, slot, isNeeded: isNeeded)
        } catch {
            if !isNeeded { return }
            throw .unavailable
        }
        switch standing {
        case .recorded(let id): slot.id = id
        case .duplicate(let result): throw .duplicate(id: result)
        }
    }

    private func store(
        _ record: WriteRecord, _ slot: Slot, isNeeded: Bool
    ) async throws(StoreWaitError) -> RecordStanding {
        let now = coordinator.clock.now
        let patience = min(Self.patience, max(0, deadline.seconds(since: now)) / 3)
        return try await coordinator.reactor.ask(
            by: isNeeded ? deadline : now.advanced(seconds: patience),
            late: { [self] standing in
                guard case .recorded(let id) = standing else { return }
                // One that needs its record was not sent without; any other may be over when the record comes.
                if let effect = isNeeded ? .some(JournaledEffect.none) : slot.effect { return settle(id, effect) }
                slot.id = id
            }, { coordinator.store.record(record, then: $0) })
    }

    func didFind(_ id: String) async -> EventOwner {
        guard let slot, slot.effect == nil, let write = slot.id else { return .own }
        let now = coordinator.steady.now
        do throws(StoreWaitError) {
            let adoption = try await coordinator.reactor.ask(by: deadline) {
                coordinator.store.adopt(write, .done(result: id), at: now, then: $0)
            }
            switch adoption {
            case .recorded:
                slot.effect = .done(id: id)
                return .own
            case .ofAnother: return .ofAnother
            case .contested, .settledBefore: return .undetermined
            }
        } catch {
            // Without a key nothing was promised that hangs on the record.
            return request == nil ? .own : .undetermined
        }
    }

    func didEnd(_ effect: JournaledEffect) {
        // One that ends without having been announced, as the budget refused it, says nothing of the one before.
        guard let slot, slot.effect == nil else { return }
        slot.effect = effect
        if let write = slot.id { settle(write, effect) }
    }

    private func settle(_ write: WriteID, _ effect: JournaledEffect) {
        switch effect {
        case .none: coordinator.store.settle(write, .none, at: coordinator.steady.now)
        case .done(let id): coordinator.store.settle(write, .done(result: id), at: coordinator.steady.now)
        case .unknown:
            coordinator.store.abandon(write)
            coordinator.wakeSignal.ring()
        }
    }
}
