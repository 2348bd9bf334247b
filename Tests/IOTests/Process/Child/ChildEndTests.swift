import Core
import Foundation
import Testing

@testable import IO

/// Nothing of a call outlives it.
@Suite struct ChildEndTests {
    @Test func theDeadlineEndsIt() async throws {
        try await ChildBench.with { bench in
            var child = bench.shell("exec sleep 1000")
            child.deadline = LoopClock.monotonicNow.advanced(seconds: 0.3)
            do {
                let result = try await bench.run(child)
                #expect(result.stopped == .deadline && result.ending == .killed(signal: Int(SIGTERM)))
            } catch {
                // On a busy machine it may be over before the start.
                #expect(error as? ChildFailure == .overdue)
            }
        }
    }

    @Test func whoTidiesUpIsLetDoSo() async throws {
        try await ChildBench.with { bench in
            let child = bench.shell("trap 'echo bye; exit 9' TERM; echo ready; while :; do sleep 0.05; done")
            let result = try await bench.run(child) { _ in }
            #expect(result.stopped == .cancelled && result.ending == .exited(9))
            #expect(result.text == "ready\nbye\n")
        }
    }

    @Test func whoIgnoresItIsKilled() async throws {
        try await ChildBench.with { bench in
            var child = bench.shell("trap '' TERM; sleep 1000 & echo $! ; echo ready; sleep 1000")
            child.patience = 0.1
            let result = try await bench.run(child) { _ in }
            #expect(result.stopped == .cancelled && result.ending == .killed(signal: Int(SIGKILL)))
            #expect(isGone(result.lines.first))
        }
    }

    @Test func whoIsHaltedHearsIt() async throws {
        try await ChildBench.with { bench in
            var child = bench.shell("echo ready; kill -STOP $$; exec sleep 1000")
            child.patience = 100
            let result = try await bench.run(child) { _ in }
            #expect(result.ending == .killed(signal: Int(SIGTERM)))
        }
    }

    @Test func aCallThatIsCancelledAtAnyMomentLeavesNothing() async throws {
        try await ChildBench.with { bench in
            for step in 0..<40 {
                let child = bench.shell("echo $$; exec sleep 1000")
                let call = Task { try await bench.run(child) }
                for _ in 0..<(step % 10) { await Task.yield() }
                if step >= 20 { try await Task.sleep(for: .microseconds(50 * step)) }
                call.cancel()
                do {
                    let result = try await call.value
                    #expect(result.stopped == .cancelled)
                    #expect(result.lines.isEmpty || isGone(result.lines.first))
                } catch {
                    #expect(error as? ChildFailure == .cancelled)
                }
            }
        }
    }

    @Test func whoHoldsTheOutputOpenIsNotWaitedFor() async throws {
        try await ChildBench.with { bench in
            let result = try await bench.run(bench.shell("sleep 1000 & echo $!"))
            #expect(result.ending == .exited(0) && result.stopped == nil)
            #expect(isGone(result.lines.first))
        }
    }

    @Test func whoClosedTheOutputIsNotForgotten() async throws {
        try await ChildBench.with { bench in
            let result = try await bench.run(bench.shell("sleep 1000 >/dev/null 2>&1 </dev/null & echo $!"))
            #expect(result.ending == .exited(0) && isGone(result.lines.first))
        }
    }

    /// The wait ends with the output, not with its time.
    @Test func lastWordsAreHeard() async throws {
        try await ChildBench.with { bench in
            var child = bench.shell("(sleep 0.1; echo late) & echo first")
            child.drain = 250
            let result = try await bench.run(child)
            #expect(result.ending == .exited(0) && result.lines == ["first", "late"])
            #expect(result.seconds < 200)
        }
    }

    /// A daemon: in a session of its own, its parent gone, deaf to SIGTERM, and silent.
    private static let daemon = """
        import os, signal, sys, time
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            if os.fork() == 0:
                os.setsid()
                os.write(writing, str(os.getpid()).encode())
                os.close(writing)
                for number in range(3): os.close(number)
                while True: time.sleep(1000)
            os._exit(0)
        os.close(writing)
        print(os.read(reading, 99).decode(), flush=True)
        """

    @Test func aDaemonDoesNotOutliveItsCall() async throws {
        try await ChildBench.with { bench in
            let result = try await bench.run(bench.python(Self.daemon))
            #expect(result.ending == .exited(0) && result.words == "")
            #expect(isGone(result.lines.first))
        }
    }

    @Test func aDaemonEndsWithACallThatIsStopped() async throws {
        try await ChildBench.with { bench in
            var child = bench.python(Self.daemon + "\nprint('ready', flush=True)\ntime.sleep(1000)")
            child.patience = 0.1
            let result = try await bench.run(child) { heard in
                // As long as the call lasts it may use what it has started.
                #expect(!isGone(heard.split(separator: "\n").first.map(String.init)))
            }
            #expect(result.stopped == .cancelled)
            #expect(isGone(result.lines.first))
        }
    }

    /// A call that ends takes nothing away from one that goes on.
    @Test func aDaemonOfAnotherCallIsLeftAlone() async throws {
        try await ChildBench.with { bench in
            let script = Self.daemon + "\nprint('ready', flush=True)\ntime.sleep(1000)"
            let inner = bench.shell("setsid sleep 1000 & echo $!")
            let result = try await bench.run(bench.python(script)) { heard in
                let other = try? await bench.run(inner)
                #expect(other?.ending == .exited(0) && isGone(other?.lines.first))
                #expect(!isGone(heard.split(separator: "\n").first.map(String.init)))
            }
            #expect(isGone(result.lines.first))
        }
    }

    /// Children that were not started by the spawner are none of its business.
    @Test func aChildOfSomebodyElseIsLeftAlone() async throws {
        try await ChildBench.with { bench in
            let other = Process()
            other.executableURL = URL(filePath: "/bin/sleep")
            other.arguments = ["1000"]
            try other.run()
            let result = try await bench.run(bench.shell("setsid sleep 1000 & echo $!"))
            #expect(isGone(result.lines.first))
            #expect(other.isRunning && kill(other.processIdentifier, 0) == 0)
            kill(other.processIdentifier, SIGKILL)
            other.waitUntilExit()
            #expect(other.terminationReason == .uncaughtSignal && other.terminationStatus == SIGKILL)
        }
    }

    /// So nothing outlives a gateway that is killed.
    @Test func itDiesWithTheThreadThatHasStartedIt() async throws {
        try await ChildBench.with { bench in
            let folder = try RunDirectory(below: bench.folder)
            var child = bench.shell("exec sleep 60")
            // One that is bound is made by another thread, which is there as long as the process.
            child.sandbox.level = .limits
            let wanted = child
            let started: StartedChild = try await withCheckedThrowingContinuation { continuation in
                Thread.detachNewThread {
                    var own: RunDirectory? = folder
                    continuation.resume(with: Result { try wanted.start(in: &own, now: LoopClock.monotonicNow) })
                }
            }
            var status: Int32 = 0
            let process = waitpid(started.process, &status, 0)
            // To the spawner it is an orphan, which another test's call may have reaped.
            #expect(process == started.process ? status & 0x7f == SIGKILL : process == -1 && errno == ECHILD)
            for descriptor in [started.descriptor, started.input, started.output, started.errors] { close(descriptor) }
            started.directory?.close()
            #expect(folder.place.removeIfEmpty())
        }
    }

    @Test func bothListsOfChildrenNameIt() async throws {
        try await ChildBench.with { bench in
            let result = try await bench.run(bench.shell("echo $$; echo ready; exec sleep 1000")) { heard in
                let process = heard.split(separator: "\n").first.flatMap { pid_t($0) }
                #expect(Orphans.scanned().contains { $0 == process })
            }
            #expect(result.stopped == .cancelled && isGone(result.lines.first))
        }
    }
}
