import Core
import Glibc
import IO
import Testing

@Suite struct LoopTests {
    @Test func workFromAnotherThreadRunsOnTheLoop() async throws {
        let loop = try Loop(label: "test")
        loop.start()
        let onLoop = await loop.perform { $0.executor.isCurrent }
        #expect(onLoop)
        #expect(!loop.executor.isCurrent)
        await loop.stop()
    }

    @Test func sleepWaitsForItsDeadlineAndStaysOnTheLoop() async throws {
        let loop = try Loop(label: "test")
        loop.start()
        let waited = try await loop.sleepMeasured(seconds: 0.03)
        #expect(waited >= 0.03)
        await loop.stop()
    }

    @Test func aCancelledSleepEndsAtOnce() async throws {
        let loop = try Loop(label: "test")
        loop.start()
        let task = Task { try await loop.sleepMeasured(seconds: 30) }
        try await Task.sleep(for: .milliseconds(20))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await loop.stop()
    }

    @Test func aStartedOperationStaysOnTheLoopToItsEnd() async throws {
        let loop = try Loop(label: "test")
        loop.start()
        let strayed = Counter()
        let executor = loop.executor
        let task = await loop.perform { loop in
            let clock = LoopClock(loop.reactor)
            return loop.reactor.start {
                for _ in 0..<3 {
                    if !executor.isCurrent { strayed.add() }
                    try? await clock.sleep(until: clock.now.advanced(seconds: 0.001))
                    await Task.yield()
                    await check(executor, strayed)
                }
            }
        }
        await task.value
        #expect(strayed.value == 0)
        await loop.stop()
    }

    @Test func aSuspensionIsEndedByWhoeverComesFirst() async throws {
        let loop = try Loop(label: "test")
        loop.start()
        let first = try await loop.suspended { suspension in
            suspension.resume(returning: 1)
            suspension.resume(returning: 2)
        }
        #expect(first == 1)
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await loop.suspended { _ in Issue.record("nobody may be asked any more") }
        }
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        await loop.stop()
    }

    @Test func readinessIsReportedAndForgottenAtOnce() async throws {
        let loop = try Loop(label: "test")
        loop.start()
        var pipe: [Int32] = [0, 0]
        #expect(Glibc.pipe(&pipe) == 0)
        let fds = pipe
        let counted = Counter()
        try await loop.perform { loop in
            let handler = ReadingHandler(fds[0], counted, loop.reactor)
            try loop.reactor.watch(fds[0], 0x001, handler)
        }
        for expected in 1...3 {
            _ = write(fds[1], "x", 1)
            for _ in 0..<200 where counted.value < expected { try await Task.sleep(for: .milliseconds(5)) }
            #expect(counted.value == expected)
        }
        await loop.perform { $0.reactor.forget(fds[0]) }
        _ = write(fds[1], "x", 1)
        try await Task.sleep(for: .milliseconds(50))
        #expect(counted.value == 3)
        await loop.stop()
        for fd in fds { close(fd) }
    }

    @Test func manyTasksFromManyThreadsAllRun() async throws {
        let loop = try Loop(label: "test")
        loop.start()
        let total = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<500 { group.addTask { await loop.perform { $0.executor.isCurrent ? 1 : 0 } } }
            return await group.reduce(0, +)
        }
        #expect(total == 500)
        await loop.stop()
    }
}

private func check(_ executor: LoopExecutor, _ strayed: Counter) async {
    if !executor.isCurrent { strayed.add() }
}

extension Loop {
    func suspended(_ body: @Sendable (Suspension<Int>) -> Void) async throws -> Int {
        try await reactor.suspend(body)
    }

    func sleepMeasured(seconds: Double) async throws -> Double {
        let clock = LoopClock(reactor)
        let start = clock.now
        try await clock.sleep(until: start.advanced(seconds: seconds))
        #expect(executor.isCurrent)
        return clock.now.seconds(since: start)
    }
}

private final class ReadingHandler: ReadinessHandler {
    let fd: Int32
    let counter: Counter
    let reactor: Reactor
    init(_ fd: Int32, _ counter: Counter, _ reactor: Reactor) {
        self.fd = fd
        self.counter = counter
        self.reactor = reactor
    }
    func ready(_ events: UInt32) {
        var byte: UInt8 = 0
        _ = read(fd, &byte, 1)
        counter.add()
    }
}
