import Core
import IO
import Settings

/// The parts of one loop, made of what all loops share.
extension Shared {
    func makeDesk(reactor: Reactor, clock: any TimeSource) -> WriteDesk {
        WriteDesk(
            store: store, account: storeAccount, bell: bell, steady: steady, memory: configuration.memory,
            reactor: reactor, clock: clock)
    }

    func makeHealth(clock: any TimeSource) -> HealthAnswer {
        HealthAnswer(
            account: account, mode: mode, started: started, store: store, firstCheck: firstCheck, clock: clock)
    }

    func makeStatus(_ health: HealthAnswer, reactor: Reactor, clock: LoopClock) -> StatusService {
        StatusService(
            StatusService.Facts(mode: mode, upstream: upstream, started: started, isReadOnly: access.readOnly),
            hub: metrics, account: account, history: budgetHistory, health: health, reactor: reactor, clock: clock)
    }

    func makeFeeds(_ events: EventsService, reactor: Reactor, clock: any TimeSource) -> FeedsService {
        // The emulator forgets its events when the program ends; a feed shows whatever there is, so it may stay.
        FeedsService(
            store: store, account: configuration.usesSandbox ? "sandbox" : storeAccount,
            scheme: configuration.tls == nil ? "http" : "https", reactor: reactor, clock: clock, events: events)
    }
}
