import Core
import Foundation
import Testing

@testable import IO

/// A program that a test talks with.
private struct Talk {
    private let loop: Loop
    private let channel: LoopBound<ChildChannel>
    private let events: AsyncStream<ChildChannel.Event>

    /// - Parameter seconds: until it is forced to end; as good as never where it ends by itself.
    init(
        _ child: ChildProcess, on bench: ChildBench, bounds: ChildChannel.Bounds = ChildChannel.Bounds(),
        seconds: Double = 300, patience: Double = 0.1
    ) async throws {
        var child = child
        child.deadline = nil
        child.patience = patience
        var bounds = bounds
        bounds.seconds = seconds
        let (wanted, limits) = (child, bounds)
        let (stream, continuation) = AsyncStream<ChildChannel.Event>.makeStream()
        loop = bench.loop
        events = stream
        let spawner = try Spawner.shared()
        channel = await loop.perform { loop in
            let channel = ChildChannel(wanted, by: spawner, on: loop.reactor, bounds: limits) { event in
                continuation.yield(event)
                if case .ended = event { continuation.finish() }
            }
            return LoopBound(channel, on: loop.executor)
        }
    }

    func send(_ octets: [UInt8]) async -> ChildChannel.Sending {
        let channel = channel
        return await loop.perform { _ in channel.value.send(octets) }
    }

    func send(_ text: String) async -> ChildChannel.Sending { await send(Array(text.utf8)) }

    func close() async {
        let channel = channel
        await loop.perform { _ in channel.value.close() }
    }

    /// Ends it, by force after so many seconds.
    func end(within seconds: Double) async { await loop.end(channel, within: seconds) }

    /// The next line of its output; nil when it ends before.
    func line() async -> String? {
        for await event in events { if case .line(let line) = event { return String(decoding: line, as: UTF8.self) } }
        return nil
    }

    /// All that is heard of it from now on.
    func rest() async -> Heard {
        var heard = Heard()
        for await event in events {
            switch event {
            case .line(let line): heard.lines.append(String(decoding: line, as: UTF8.self))
            case .lineTooLong(let line): heard.tooLong.append(String(decoding: line, as: UTF8.self))
            case .note(let line): heard.notes.append(String(decoding: line, as: UTF8.self))
            case .silent: heard.isSilent = true
            case .ended(.success(let result)): (heard.ending, heard.stopped) = (result.ending, result.stopped)
            case .ended(.failure(let failure)): heard.failure = failure
            }
        }
        return heard
    }

    struct Heard {
        var lines: [String] = []
        var tooLong: [String] = []
        var notes: [String] = []
        var isSilent = false
        var ending: ChildResult.Ending?
        var stopped: ChildResult.Stop?
        var failure: ChildFailure?
    }
}

extension Loop {
    fileprivate func end(_ channel: LoopBound<ChildChannel>, within seconds: Double) async {
        await channel.value.end(by: LoopClock.monotonicNow.advanced(seconds: seconds))
        #expect(executor.isCurrent)
    }
}

@Suite struct ChildChannelTests {
    @Test func linesGoBothWays() async throws {
        try await ChildBench.with { bench in
            let talk = try await Talk(bench.shell("cat; echo hello >&2"), on: bench)
            // Also those that come before it runs.
            #expect(await talk.send("one") == .taken)
            #expect(await talk.line() == "one")
            #expect(await talk.send("two é") == .taken)
            #expect(await talk.line() == "two é")
            await talk.close()
            let heard = await talk.rest()
            #expect(heard.ending == .exited(0) && heard.stopped == nil && heard.notes == ["hello"])
            #expect(await talk.send("three") == .closed)
        }
    }

    /// More than any pipe holds, in both directions at once.
    @Test func aLongLineComesBackWhole() async throws {
        try await ChildBench.with { bench in
            let talk = try await Talk(bench.shell("exec cat"), on: bench)
            let line = String(repeating: "0123456789abcdef", count: 3 << 16)
            #expect(await talk.send(line) == .taken)
            #expect(await talk.send("short") == .taken)
            #expect(await talk.line() == line)
            #expect(await talk.line() == "short")
            await talk.close()
            #expect(await talk.rest().ending == .exited(0))
        }
    }

    /// What was written before the end is still read.
    @Test func theEndComesAfterWhatWaits() async throws {
        try await ChildBench.with { bench in
            let talk = try await Talk(bench.shell("echo ready; sleep 0.05; wc -c"), on: bench)
            #expect(await talk.line() == "ready")
            #expect(await talk.send([UInt8](repeating: 0x61, count: 1 << 20)) == .taken)
            await talk.close()
            let heard = await talk.rest()
            #expect(heard.stopped == nil && heard.lines == ["1048577"])
        }
    }

    @Test func aLineThatIsTooLongIsPassedOver() async throws {
        try await ChildBench.with { bench in
            var bounds = ChildChannel.Bounds()
            (bounds.lineBytes, bounds.noteBytes) = (100, 10)
            let script = "head -c 100000 /dev/zero | tr '\\0' a; echo; echo ok; echo 12345678901 >&2; exit 3"
            let heard = try await Talk(bench.shell(script), on: bench, bounds: bounds).rest()
            #expect(heard.tooLong == [String(repeating: "a", count: 100)] && heard.lines == ["ok"])
            #expect(heard.notes == ["1234567890"] && heard.ending == .exited(3))
        }
    }

    @Test(arguments: ["tr '\\0' a </dev/zero", "tr '\\0' a </dev/zero >&2"])
    func aFloodIsEnded(_ script: String) async throws {
        try await ChildBench.with { bench in
            var bounds = ChildChannel.Bounds()
            bounds.lineBytes = 1000
            let talk = try await Talk(bench.shell("echo $$; exec " + script), on: bench, bounds: bounds, seconds: 0.1)
            let process = await talk.line()
            try await Task.sleep(for: .milliseconds(50))
            await talk.close()
            let heard = await talk.rest()
            #expect(heard.ending == .killed(signal: Int(SIGTERM)) && heard.tooLong.count <= 1)
            #expect(isGone(process))
        }
    }

    /// It costs no more than its pace, and nothing of it is lost.
    @Test func whoWritesTooFastWaits() async throws {
        try await ChildBench.with { bench in
            var bounds = ChildChannel.Bounds()
            (bounds.lineBytesPerSecond, bounds.noteBytesPerSecond) = (1000, 1000)
            let script =
                "lines() { head -c 400000 /dev/zero | tr '\\0' a | fold -w 1000; }; lines; echo; lines >&2; echo >&2"
            let began = LoopClock.monotonicNow
            let heard = try await Talk(bench.shell(script), on: bench, bounds: bounds).rest()
            #expect(heard.lines.count == 400 && heard.notes.count == 400 && heard.ending == .exited(0))
            #expect(LoopClock.monotonicNow.seconds(since: began) >= 1.9)
        }
    }

    @Test func halfALineIsTheLast() async throws {
        try await ChildBench.with { bench in
            let heard = try await Talk(bench.shell(#"printf '{"a":'; exit 4"#), on: bench).rest()
            #expect(heard.lines == [#"{"a":"#] && heard.ending == .exited(4) && heard.stopped == nil)
        }
    }

    /// With its output, or with its input, an end of the talk is there.
    @Test(arguments: ["exec >&-", "exec <&-"]) func whoClosesAPipeIsEnded(_ close: String) async throws {
        try await ChildBench.with { bench in
            let script =
                "trap '' TERM; sleep 1000 >/dev/null 2>&1 & echo $!; echo $$; \(close); while :; do sleep 0.05; done"
            let talk = try await Talk(bench.shell(script), on: bench, seconds: 0.1)
            let (helper, process) = (await talk.line(), await talk.line())
            let heard = await talk.rest()
            #expect(heard.isSilent && heard.ending == .killed(signal: Int(SIGKILL)))
            #expect(isGone(process) && isGone(helper))
        }
    }

    @Test func whoIgnoresTheEndIsKilledWithAllItHasStarted() async throws {
        try await ChildBench.with { bench in
            let script = """
                import os, signal, time
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                helper = os.fork()
                if helper == 0:
                    os.setsid()
                    while True: time.sleep(1000)
                print(os.getpid(), flush=True)
                print(helper, flush=True)
                while True: time.sleep(1000)
                """
            let talk = try await Talk(bench.python(script), on: bench, seconds: 0.1)
            let (process, helper) = (await talk.line(), await talk.line())
            #expect(!isGone(process))
            await talk.close()
            let heard = await talk.rest()
            #expect(heard.ending == .killed(signal: Int(SIGKILL)) && heard.stopped == .cancelled && !heard.isSilent)
            #expect(isGone(process) && isGone(helper))
        }
    }

    /// Whatever time its own end would have.
    @Test func aDeadlineEndsItByForce() async throws {
        try await ChildBench.with { bench in
            let child = bench.shell("trap '' TERM; echo $$; while :; do sleep 0.05; done")
            let talk = try await Talk(child, on: bench, patience: 300)
            let process = await talk.line()
            await talk.end(within: 0.1)
            let heard = await talk.rest()
            #expect(isGone(process) && heard.ending == .killed(signal: Int(SIGKILL)))
        }
    }

    @Test func whatNobodyReadsIsBounded() async throws {
        try await ChildBench.with { bench in
            var bounds = ChildChannel.Bounds()
            bounds.waitingBytes = 1 << 20
            let talk = try await Talk(
                bench.shell("echo ready; exec sleep 1000"), on: bench, bounds: bounds, seconds: 0.1)
            #expect(await talk.line() == "ready")
            var taken = 0
            while taken < 1000, await talk.send([UInt8](repeating: 0x61, count: 64 << 10)) == .taken { taken += 1 }
            // As many as the bound has room for, and what the pipe holds.
            #expect((15..<40).contains(taken))
            await talk.close()
            #expect(await talk.rest().ending == .killed(signal: Int(SIGTERM)))
        }
    }

    @Test func whatCannotBeStartedHasAnEnd() async throws {
        try await ChildBench.with { bench in
            let heard = try await Talk(bench.program("/does/not/exist"), on: bench).rest()
            #expect(heard.failure == .notStarted(SpawnFailure(stage: .exec, code: ENOENT)))
        }
    }

    @Test func whoDiesAtOnceHasAnEnd() async throws {
        try await ChildBench.with { bench in
            let talk = try await Talk(bench.shell("echo sorry >&2; exit 7"), on: bench)
            _ = await talk.send("hello")
            let heard = await talk.rest()
            #expect(heard.ending == .exited(7) && heard.notes == ["sorry"])
        }
    }

    @Test func itCanBeEndedAtAnyMoment() async throws {
        try await ChildBench.with { bench in
            for step in 0..<20 {
                let talk = try await Talk(bench.shell("echo $$; exec cat"), on: bench)
                for _ in 0..<(step % 10) { await Task.yield() }
                if step >= 10 { try await Task.sleep(for: .microseconds(200 * step)) }
                await talk.close()
                let heard = await talk.rest()
                #expect(heard.failure == .cancelled || heard.ending != nil)
                #expect(heard.lines.isEmpty || isGone(heard.lines.first))
            }
        }
    }

    /// What runs for months computes more than any call may.
    @Test func itHasNoLimitOfComputingByItself() async throws {
        try await ChildBench.with { (bench: ChildBench) async throws in
            let heard = try await Talk(bench.shell("ulimit -t"), on: bench).rest()
            #expect(heard.lines == ["unlimited"])
            var child = bench.shell("ulimit -t")
            child.limits.processorSeconds = 77
            let bounded = try await Talk(child, on: bench).rest()
            #expect(bounded.lines == ["77"])
        }
    }
}
