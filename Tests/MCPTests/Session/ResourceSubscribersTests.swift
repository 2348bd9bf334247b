import Core
import Synchronization
import Testing

@testable import MCP

/// Who has subscribed to what, all together.
@Suite struct ResourceSubscribersTests {
    @Test func theFirstAndTheLastAreTold() {
        let subscribers = ResourceSubscribers()
        let told = Mutex(0)
        subscribers.onChange { told.withLock { $0 += 1 } }
        var holds = [subscribers.hold("a"), subscribers.hold("a"), subscribers.hold("b")]
        #expect(told.withLock { $0 } == 1, "whoever was told looks at all of them")
        #expect(subscribers.changes() == ["a": true, "b": true])
        #expect(subscribers.changes() == [:])
        holds.removeFirst()
        #expect(subscribers.changes() == [:] && told.withLock { $0 } == 1)
        holds.removeFirst()
        #expect(subscribers.changes() == ["a": false] && told.withLock { $0 } == 2)
        // What came and went between two looks is not wanted.
        _ = subscribers.hold("c")
        #expect(subscribers.changes() == ["c": false])
        holds = []
        #expect(subscribers.changes() == ["b": false])
    }

    @Test func whoeverListensLateIsTold() {
        let subscribers = ResourceSubscribers()
        let hold = subscribers.hold("a")
        let told = Mutex(0)
        subscribers.onChange { told.withLock { $0 += 1 } }
        #expect(told.withLock { $0 } == 1)
        withExtendedLifetime(hold) {}
    }

    @Test(arguments: ["unsubscribe", "close", "forget"]) func aSessionCountsUntilItEnds(end: String) {
        let subscribers = ResourceSubscribers()
        var session: Session? = Session(
            revision: .november2025, capabilities: ClientCapabilities(), principal: .local)
        for uri in ["a", "a", "b", String(repeating: "c", count: Session.longestURI + 1)] {
            _ = session?.subscribe(uri, among: subscribers)
        }
        #expect(subscribers.changes() == ["a": true, "b": true])
        switch end {
        case "unsubscribe":
            for uri in ["a", "a", "b", "d"] { session?.unsubscribe(uri) }
        case "close":
            session?.close()
            _ = session?.subscribe("e", among: subscribers)
            #expect(subscribers.changes() == ["a": false, "b": false, "e": false], "nothing stays of what is over")
            return
        default: session = nil
        }
        #expect(subscribers.changes() == ["a": false, "b": false])
    }

    /// A resource that is not there for whoever asks is not subscribed to.
    @Test func aStreamCountsWhatItWasPromised() async {
        let dispatcher = Fixture.dispatcher()
        let subscribers = ResourceSubscribers()
        dispatcher.subscribers = subscribers
        let asker = Asker(.july2026, dispatcher: dispatcher)
        let wanted: JSON = ["resourceSubscriptions": ["test://static", "test://static", "test://none"]]
        var outcome: Dispatcher.Outcome? = await asker.outcome("subscriptions/listen", ["notifications": wanted])
        if case .listening(let subscription)? = outcome {
            #expect(subscription.message(for: .resourceUpdated(uri: "test://none")) == nil)
        }
        #expect(subscribers.changes() == ["test://static": true], "\(String(describing: outcome))")
        outcome = nil
        #expect(subscribers.changes() == ["test://static": false])
    }
}
