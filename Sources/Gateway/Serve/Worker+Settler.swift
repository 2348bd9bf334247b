import Core
import IO
import LumaClient
import Store

extension Worker {
    /// Starts to look for the effects of lost writes on this loop; cancel the task to end it.
    func startSettler() -> Task<Void, Never> {
        let settler = Settler(
            luma: luma, store: operations.desk.store, account: operations.desk.account, reactor: reactor, clock: clock,
            steady: operations.desk.steady,
            settings: settlerSettings
        ) { [self] write, effect in logSettled(write, effect) }
        let executor = reactor.executor
        let bound = LoopBound(settler, on: executor)
        let bell = operations.desk.bell
        bell.setListener { executor.execute { bound.value.wake() } }
        return reactor.start {
            await settler.run()
            bell.setListener(nil)
        }
    }

    /// An operator who reads this can find the event that a caller never heard of; and who follows the events hears of it now.
    private func logSettled(_ write: OrphanWrite, _ effect: WriteEffect) {
        if case .done(let result) = effect, let id = write.subjectEvent ?? result { operations.announce(id) }
        let (level, found, id): (LogLevel, String, String?) =
            switch effect {
            case .none: (.info, "not_done", write.subject)
            case .done(let result): (.info, "done", result ?? write.subject)
            case .unknown: (.warning, "unknown", write.subject)
            }
        recorder.event(
            level, "A write whose outcome was unknown is settled",
            ["operation": .text(write.operation), "found": .text(found), "event_id": .text(id ?? "")])
    }
}

extension OrphanWrite {
    /// The event that it was to change; nil for a create.
    fileprivate var subjectEvent: String? {
        guard operation == "events/ticket-types/update" else { return subject }
        return (try? JSON.parse(body))?["event_id"]?.stringValue
    }
}
