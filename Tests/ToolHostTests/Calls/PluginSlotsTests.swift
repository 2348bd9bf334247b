import Synchronization
import Testing

@testable import ToolHost

/// Who may run at once, who waits, and in which order.
@Suite struct CallSlotsTests {
    private let bounds = CallSlots.Bounds(running: 2, waiting: 2)

    @Test func onePluginHasItsOwnBounds() {
        let slots = CallSlots(max: 16)
        #expect(slots.request("a", bounds) {} == .now)
        #expect(slots.request("a", bounds) {} == .now)
        #expect(slots.request("a", bounds) {} == .later(1))
        #expect(slots.request("a", bounds) {} == .later(2))
        #expect(slots.request("a", bounds) {} == .busy)
        #expect(slots.request("b", bounds) {} == .now)
        #expect(slots.counts("a").running == 2 && slots.counts("a").waiting == 2)
    }

    @Test func whoWaitsIsLetInInOrder() {
        let slots = CallSlots(max: 2)
        let order = Mutex<[String]>([])
        func request(_ plugin: String, _ name: String) -> CallSlots.Turn {
            slots.request(plugin, bounds) { order.withLock { $0.append(name) } }
        }
        #expect(request("a", "") == .now && request("a", "") == .now)
        // All slots are taken, so others wait as well.
        #expect(request("b", "b1") == .later(1) && request("a", "a1") == .later(2) && request("b", "b2") == .later(3))
        for _ in 0..<2 { slots.release("a") }
        #expect(order.withLock { $0 } == ["b1", "a1"])
        slots.release("b")
        #expect(order.withLock { $0 } == ["b1", "a1", "b2"])
        slots.release("a")
        slots.release("b")
        #expect(slots.running == 0)
    }

    /// One that waits for its own plugin holds up no other.
    @Test func aFullPluginHoldsUpNoOther() {
        let slots = CallSlots(max: 3)
        let order = Mutex<[String]>([])
        for _ in 0..<2 { #expect(slots.request("a", bounds) {} == .now) }
        #expect(slots.request("a", bounds) { order.withLock { $0.append("a") } } == .later(1))
        #expect(slots.request("b", bounds) {} == .now)
        #expect(slots.request("b", bounds) { order.withLock { $0.append("b") } } == .later(2))
        slots.release("b")
        #expect(order.withLock { $0 } == ["b"])
    }

    @Test func whoLeavesIsNotLetIn() {
        let slots = CallSlots(max: 1)
        let order = Mutex<[String]>([])
        #expect(slots.request("a", bounds) {} == .now)
        #expect(slots.request("a", bounds) { order.withLock { $0.append("first") } } == .later(1))
        #expect(slots.request("a", bounds) { order.withLock { $0.append("second") } } == .later(2))
        #expect(slots.leave(1))
        #expect(!slots.leave(1))
        slots.release("a")
        #expect(order.withLock { $0 } == ["second"])
        // It has a slot, so it cannot leave without giving it back.
        #expect(!slots.leave(2) && slots.running == 1)
        slots.release("a")
        #expect(slots.running == 0 && slots.counts("a").waiting == 0)
    }
}
