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

    /// Asked for by a timer, such a deadline is there when the loop works out how long to wait.
    @Test func aDeadlineMayBeAsEarlyOrAsLateAsThereIsOne() async throws {
        let loop = try Loop(label: "test")
        loop.start()
        let (early, late) = (Counter(), Counter())
        await loop.perform { loop in
            let reactor = loop.reactor
            reactor.schedule(at: MonotonicTime(nanoseconds: .max)) { late.add() }
            reactor.schedule(at: reactor.now) {
                reactor.schedule(at: MonotonicTime(nanoseconds: .min)) { early.add() }
            }
        }
        while early.value == 0 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(early.value == 1 && late.value == 0)
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

extension Loop {
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

@Suite struct LoopTaskTests {
    /// A task that was started on a loop comes back to it after every wait, also deep in plain async functions;
    /// whether it was started by another task, or by a timer or a descriptor, where no task runs.
    @Test(arguments: [true, false]) func aStartedTaskStaysOnTheLoop(byTask: Bool) async throws {
        let loop = try Loop(label: "test")
        loop.start()
        let onLoop = Counter()
        let finished = Counter()
        await loop.perform { loop in
            let reactor = loop.reactor
            let walker = Walker(clock: LoopClock(reactor), executor: loop.executor, onLoop: onLoop)
            let start = {
                _ = reactor.start {
                    await walker.walk()
                    finished.add()
                }
            }
            if byTask { start() } else { reactor.schedule(at: reactor.now, start) }
        }
        for _ in 0..<400 where finished.value == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(finished.value == 1)
        #expect(onLoop.value == 4)
        await loop.stop()
    }
}

private final class Walker {
    let clock: any TimeSource
    let executor: LoopExecutor
    let onLoop: Counter
    init(clock: any TimeSource, executor: LoopExecutor, onLoop: Counter) {
        self.clock = clock
        self.executor = executor
        self.onLoop = onLoop
    }

    func walk() async {
        note()
        for _ in 0..<3 {
            await step()
            note()
        }
    }

    private func step() async {
        try? await clock.sleep(until: clock.now.advanced(seconds: 0.01))
    }

    private func note() {
        if executor.isCurrent { onLoop.add() }
    }
}
