import Core
import Foundation
import Testing

@testable import IO

/// What a program is given, and what comes back.
@Suite struct ChildRunTests {
    @Test(arguments: [0, 1, 7, 126, 127, 255]) func anExitStatusComesBack(status: Int) async throws {
        try await ChildBench.with { bench in
            let result = try await bench.run(bench.shell("echo out; echo err >&2; exit \(status)"))
            #expect(result.ending == .exited(status))
            #expect(result.stopped == nil)
            #expect(result.text == "out\n" && result.words == "err\n")
            #expect(!result.output.isCut && !result.errors.isCut)
        }
    }

    @Test(arguments: [SIGKILL, SIGTERM, SIGSEGV, SIGUSR1]) func aDeathBySignalComesBack(signal: Int32) async throws {
        try await ChildBench.with { bench in
            let result = try await bench.run(bench.shell("kill -\(signal) $$"))
            #expect(result.ending == .killed(signal: Int(signal)))
            #expect(result.stopped == nil)
        }
    }

    @Test func wordsArriveAsTheyAre() async throws {
        try await ChildBench.with { bench in
            let words = [
                "-x", "--output=/x", "$(id)", "`id`", "a\nb", "", " ", "'\"\\", "é\u{1F600}", "%s", "*", "\u{1}",
            ]
            let result = try await bench.run(bench.program("/usr/bin/printf", ["%s\\0"] + words))
            #expect(result.ending == .exited(0))
            let came = result.output.bytes.split(separator: 0, omittingEmptySubsequences: false)
            #expect(came.dropLast().map { String(decoding: $0, as: UTF8.self) } == words)
        }
    }

    @Test func theEnvironmentIsWhatWasGiven() async throws {
        try await ChildBench.with { bench in
            setenv("LUMA_TEST_INHERITED", "secret", 1)
            defer { unsetenv("LUMA_TEST_INHERITED") }
            var child = bench.program("/usr/bin/env", ["-0"])
            child.environment = ["A": "1", "B": "two words\nand a line", "EMPTY": "", "É": "="]
            let result = try await bench.run(child)
            let came = result.output.bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            #expect(came.sorted() == ["A=1", "B=two words\nand a line", "EMPTY=", "É=="].sorted())
            child.environment = [:]
            #expect(try await bench.run(child).output.total == 0)
        }
    }

    @Test func onlyTheStandardStreamsAreOpen() async throws {
        try await ChildBench.with { bench in
            // One that does not close on exec.
            let careless = open("/dev/null", O_RDONLY)
            defer { close(careless) }
            let script = """
                import os
                def is_open(number):
                    try: os.fstat(number)
                    except OSError: return False
                    return True
                print([number for number in range(4096) if is_open(number)])
                """
            let result = try await bench.run(bench.python(script))
            #expect(result.text == "[0, 1, 2]\n")
        }
    }

    @Test func itLeadsASessionAndAGroup() async throws {
        try await ChildBench.with { bench in
            let script =
                "import os; print(os.getsid(0) == os.getpid() == os.getpgrp(), os.getsid(0) == os.getsid(os.getppid()))"
            let result = try await bench.run(bench.python(script))
            #expect(result.text == "True False\n")
        }
    }

    /// This process ignores SIGPIPE, and Dispatch's threads block most signals.
    @Test func signalsAreAsOfOld() async throws {
        try await ChildBench.with { bench in
            var child = bench.shell("grep -E '^Sig(Blk|Ign)' /proc/self/status")
            child.sandbox.level = .limits
            let lines = try await bench.run(child).lines
            #expect(lines == ["SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000"])
        }
    }

    @Test func itWorksInAFolderOfItsOwn() async throws {
        try await ChildBench.with { bench in
            var child = bench.shell("pwd; echo $HOME $OTHER; stat -c %a .; umask; echo x > file; mkdir -p a/b; ls")
            child.environment["OTHER"] = "granted"
            child.directoryVariables = ["HOME", "OTHER"]
            let lines = try await bench.run(child).lines
            let place = try #require(lines.first)
            #expect(place.hasPrefix(bench.folder + "/call-"))
            #expect(lines.dropFirst() == ["\(place) granted", "700", "0077", "a", "file"])
        }
    }

    @Test func itsInputIsWholeAndHasAnEnd() async throws {
        try await ChildBench.with { bench in
            var child = bench.program("/usr/bin/env", ["cat"])
            child.input = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            child.outputLimit = 3_000_000
            let result = try await bench.run(child)
            #expect(result.ending == .exited(0))
            #expect(result.output.bytes == child.input)
            #expect(try await bench.run(bench.shell("wc -c")).text.contains("0"))
        }
    }

    @Test(arguments: ["exit 3", "exec 0<&-; exit 3", "head -c 1 > kept; exit 3"])
    func whoDoesNotReadItsInputIsNotWaitedFor(script: String) async throws {
        try await ChildBench.with { bench in
            var child = bench.shell(script)
            child.input = [UInt8](repeating: 0x61, count: 1 << 20)
            let result = try await bench.run(child)
            #expect(result.ending == .exited(3))
        }
    }

    @Test func itIsHeardWhileItRuns() async throws {
        try await ChildBench.with { bench in
            let result = try await bench.run(bench.shell("echo ready; exec sleep 1000")) { heard in
                #expect(heard == "ready\n")
            }
            #expect(result.stopped == .cancelled)
        }
    }
}

/// What is not started, and why.
@Suite struct ChildRefusalTests {
    @Test func whatIsNoProgramIsRefusedByTheKernel() async throws {
        try await ChildBench.with { bench in
            try Data("text".utf8).write(to: URL(filePath: bench.outside + "/text"))
            let cases: [(String, Int32)] = [
                (bench.outside + "/none", ENOENT), (bench.outside + "/text", EACCES), (bench.outside, EACCES),
                (bench.outside + "/text/below", ENOTDIR),
            ]
            for (path, code) in cases {
                await #expect(throws: ChildFailure.notStarted(SpawnFailure(stage: .exec, code: code)), "\(code)") {
                    try await bench.run(bench.program(path))
                }
            }
        }
    }

    /// One word may have 128 KiB, all of them together some megabytes (execve(2)).
    @Test(arguments: [(200 << 10, 1), (100 << 10, 100)]) func tooLongWordsAreRefused(size: Int, count: Int) async throws
    {
        try await ChildBench.with { bench in
            let words = [String](repeating: String(repeating: "a", count: size), count: count)
            await #expect(throws: ChildFailure.notStarted(SpawnFailure(stage: .exec, code: E2BIG))) {
                try await bench.run(bench.program("/bin/true", words))
            }
        }
    }

    @Test func wordsThatCCannotHoldAreRefused() async throws {
        try await ChildBench.with { bench in
            let plain = bench.program("/bin/true")
            let spoilers: [(inout ChildProcess) -> Void] = [
                { $0.arguments = ["a\0b"] }, { $0.environment = ["A": "a\0b"] }, { $0.environment = ["A\0": "b"] },
                { $0.environment = ["A=B": "c"] }, { $0.environment = ["": "c"] }, { $0.program = "/bin/true\0" },
                { $0.program = "bin/true" }, { $0.program = "" }, { $0.directory = .at("tmp") },
            ]
            let sound = try await bench.run(plain)
            #expect(sound.ending == .exited(0))
            for spoil in spoilers {
                var child = plain
                spoil(&child)
                await #expect(throws: ChildFailure.notStarted(SpawnFailure(stage: .words, code: EINVAL))) {
                    try await bench.run(child)
                }
            }
        }
    }

    @Test func aFolderThatIsNotThereIsRefused() async throws {
        try await ChildBench.with { bench in
            var child = bench.program("/bin/true")
            for directory in [
                ChildProcess.Directory.at(bench.outside + "/none"),
                .own(below: bench.outside + "/none"),
            ] {
                child.directory = directory
                await #expect(throws: ChildFailure.notStarted(SpawnFailure(stage: .directory, code: ENOENT))) {
                    try await bench.run(child)
                }
            }
        }
    }

    @Test func aDeadlineThatHasPassedStartsNothing() async throws {
        try await ChildBench.with { bench in
            var child = bench.program("/usr/bin/touch", [bench.outside + "/touched"])
            child.sandbox.writable = [bench.outside]
            child.deadline = LoopClock.monotonicNow
            await #expect(throws: ChildFailure.overdue) { try await bench.run(child) }
            #expect(!FileManager.default.fileExists(atPath: bench.outside + "/touched"))
        }
    }

    @Test func aCancelledTaskStartsNothing() async throws {
        try await ChildBench.with { bench in
            var child = bench.program("/usr/bin/touch", [bench.outside + "/touched"])
            child.sandbox.writable = [bench.outside]
            let wanted = child
            let call = Task {
                while !Task.isCancelled { await Task.yield() }
                return try await bench.run(wanted)
            }
            call.cancel()
            await #expect(throws: ChildFailure.cancelled) { try await call.value }
            #expect(!FileManager.default.fileExists(atPath: bench.outside + "/touched"))
        }
    }
}
