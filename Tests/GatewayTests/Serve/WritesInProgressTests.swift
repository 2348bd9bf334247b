import Core
import GatewayAPI
import IO
import Synchronization
import Testing

@testable import Gateway

@Suite struct WritesInProgressTests {
    /// Runs `body` on a loop of its own.
    private func onLoop(_ body: @escaping @Sendable (Reactor) async -> Void) async throws {
        let loop = try Loop(label: "writes")
        loop.start()
        await loop.run(body)
        await loop.stop()
    }

    @Test func oneThatEndsAtOnceIsWaitedForToo() async throws {
        try await onLoop { reactor in
            let writes = WritesInProgress(reactor)
            var done = false
            writes.start { done = true }
            await writes.end(by: LoopClock(reactor).now.advanced(seconds: 60))
            #expect(done)
            #expect(writes.count == 0)
            await writes.end(by: LoopClock(reactor).now)
        }
    }

    @Test func theEndWaitsForAllOfThem() async throws {
        try await onLoop { reactor in
            let clock = LoopClock(reactor)
            let writes = WritesInProgress(reactor)
            var done = 0
            for span in [0.02, 0.04, 0.01] {
                writes.start {
                    try? await clock.sleep(until: clock.now.advanced(seconds: span))
                    done += 1
                }
            }
            #expect(writes.count == 3)
            await writes.end(by: clock.now.advanced(seconds: 60))
            #expect(done == 3)
            #expect(writes.count == 0)
        }
    }

    @Test func atTheDeadlineTheyAreCancelledAndStillWaitedFor() async throws {
        try await onLoop { reactor in
            let clock = LoopClock(reactor)
            let writes = WritesInProgress(reactor)
            var wasCancelled = false
            writes.start {
                do { try await clock.sleep(until: clock.now.advanced(seconds: 600)) } catch { wasCancelled = true }
            }
            await writes.end(by: clock.now.advanced(seconds: 0.01))
            #expect(wasCancelled)
            #expect(writes.count == 0)
        }
    }
}

extension Loop {
    fileprivate func run(_ body: @Sendable (Reactor) async -> Void) async { await body(reactor) }
}
