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
        let id = write.event(effect)
        if case .done = effect, let id { operations.announce(id) }
        let (level, found): (LogLevel, String) =
            switch effect {
            case .none: (.info, "not_done")
            case .done: (.info, "done")
            case .unknown: (.warning, "unknown")
            }
        recorder.event(
            level, "A write whose outcome was unknown is settled",
            ["operation": .text(write.operation), "found": .text(found), "event_id": .text(id ?? "")])
    }
}

extension OrphanWrite {
    /// The event that it was to change, or has made; nil when it was about no event, or the event is not known. What else it was
    /// to change stands in no log: a guest may be named by an address.
    func event(_ effect: WriteEffect) -> String? {
        let body = (try? JSON.parse(self.body))?.objectValue ?? JSONObject()
        switch Touched(operation, subject: subject, body: body) {
        case .event(let id): return id
        case .newEvent: if case .done(let result) = effect { return result } else { return nil }
        case .everything: return nil
        }
    }
}
