import Core
import IO
import Testing

@testable import Gateway

@Suite struct RunningWritesTests {
    /// On the loop: starts a write that ends after `seconds`, and waits for it as a shutdown does.
    private func finish(after seconds: Double, within patience: Double) async throws -> (left: [String], ended: Bool) {
        let loop = try Loop(label: "writes.test")
        loop.start()
        let result = await loop.finishOneWrite(after: seconds, within: patience)
        await loop.stop()
        return result
    }

    @Test func whatRunsIsWaitedFor() async throws {
        let (left, ended) = try await finish(after: 0.05, within: 60)
        #expect(left.isEmpty)
        #expect(ended)
    }

    @Test func whatTakesTooLongIsNamed() async throws {
        let (left, ended) = try await finish(after: 60, within: 0.05)
        #expect(left == ["r-1"])
        #expect(!ended)
    }

    @Test func nothingIsWaitedForWhenNothingRuns() async throws {
        let (left, ended) = try await finish(after: 0, within: 60)
        #expect(left.isEmpty)
        #expect(ended)
    }
}

extension Loop {
    fileprivate func finishOneWrite(after seconds: Double, within patience: Double) async -> ([String], Bool) {
        let clock = LoopClock(reactor)
        let writes = RunningWrites(reactor)
        var ended = false
        writes.start("r-1") {
            if seconds > 0 { try? await clock.sleep(until: clock.now.advanced(seconds: seconds)) }
            ended = true
        }
        let left = await writes.finish(by: clock.now.advanced(seconds: patience))
        return (left, ended)
    }
}
