import Core
import Foundation
import Testing
import ToolSources

@testable import ToolHost

/// Plugins that do what nobody should: after many calls nothing of them is left.
@Suite(.serialized) struct PluginChaosTests {
    /// Notes the number of each process that it starts, and then misbehaves by the name of its command.
    private static let script = #"""
        import os, signal, subprocess, sys, time

        def note():
            with open(os.path.join(sys.argv[2].removeprefix("--into="), str(os.getpid())), "w"):
                pass

        def child(how):
            if os.fork() == 0:
                how()
                note()
                time.sleep(600)

        note()
        command = sys.argv[1]
        if command == "fork":
            for _ in range(20):
                child(lambda: None)
        elif command == "daemon":
            child(os.setsid)
            child(lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN))
        elif command == "flood":
            while True:
                os.write(1, b"x" * 65536)
        elif command == "complain":
            for _ in range(200):
                os.write(2, b"y" * 65536)
        elif command == "hang":
            time.sleep(600)
        elif command == "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(600)
        elif command == "close":
            for number in range(3):
                os.close(number)
            time.sleep(0.1)
        elif command == "half":
            os.write(1, b'{"result": {"a"')
        elif command == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        elif command == "fill":
            for number in range(100):
                os.makedirs(f"deep/{number}/more")
                open(f"deep/{number}/more/file", "w").write("z" * 1000)
            os.chmod("deep", 0)

        """#

    /// With how a call may end. Who has a second may have to wait for longer than that.
    private static let commands: [(name: String, codes: [PluginErrorCode?])] = [
        ("fork", [nil]), ("daemon", [nil]), ("flood", [.outputTooLarge]), ("complain", [nil]),
        ("hang", [.timeout, .busy]),
        ("stubborn", [.timeout, .busy]), ("close", [nil]), ("half", [.invalidOutput]), ("die", [.pluginError]),
        ("fill", [nil]),
    ]

    /// Pipes and processes that this one has open.
    private func descriptors() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            .compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0) }
            .filter { $0.hasPrefix("pipe:") || $0.contains("pidfd") }
    }

    @Test func nothingIsLost() async throws {
        try await PluginBench.with { bench in
            let noted = bench.root + "/outside"
            let told = Self.commands.map { command in
                #"{"name": "\#(command.name)", "output": "\#(command.name == "half" ? "ndjson" : "text")", "#
                    + #""parameters": [{"name": "into", "required": true}]}"#
            }
            try bench.write(
                "wild/plugin.json",
                #"{"contract_version": "1.1", "command": ["/usr/bin/python3", "./wild.py"], "commands": [\#(told.joined(separator: ", "))]}"#,
                mode: 0o644)
            try bench.write("wild/wild.py", Self.script, mode: 0o644)
            try bench.write(
                "plugins.json",
                """
                {"format": 1, "plugins": {"wild": {
                    "timeout_seconds": 120, "concurrency": 8, "paths": [{"path": "\(noted)", "write": true}],
                    "commands": {"hang": {"timeout_seconds": 1}, "stubborn": {"timeout_seconds": 1}}}}}
                """, mode: 0o600)
            let before = try descriptors()
            try await bench.host { host in
                #expect(host.snapshot.tools.count == Self.commands.count, "\(host.snapshot.told)")
                await withTaskGroup(of: Void.self) { group in
                    for turn in 0..<30 {
                        let (name, codes) = Self.commands[turn % Self.commands.count]
                        group.addTask {
                            let outcome = try? await bench.call(host, "wild__" + name, ["into": .string(noted)])
                            #expect(outcome.map { codes.contains($0.code) } == true, "\(name): \(outcome as Any)")
                        }
                    }
                }
                #expect(host.runs.slots.running == 0 && host.runs.calls.count == 0)
                let counts = host.runs.slots.counts("wild")
                #expect(counts.running == 0 && counts.waiting == 0 && counts.calls >= 24 && counts.calls <= 30)
            }
            // Other tests have pipes of their own meanwhile; each call has four, of which not one may stay.
            #expect(try descriptors().count < before.count + 30)
            let processes = try bench.noted()
            // Each call has noted at least itself, unless its time was over before.
            #expect(processes.count >= 24)
            for process in processes { #expect(kill(process, 0) == -1 && errno == ESRCH, "\(process) is left") }
        }
    }

    /// As many as come are served by few processes at once.
    @Test func manyAtOnceAreFewProcesses() async throws {
        try await PluginBench.with { bench in
            let noted = bench.root + "/outside"
            try bench.shell(
                "one.sh", commands: #"[{"name": "run"}]"#,
                // Its own file says that it runs; as many as there are at that moment are told.
                "touch \(noted)/$$; ls \(noted) | wc -l; sleep 0.05; rm \(noted)/$$")
            try bench.write(
                "plugins.json",
                #"{"format": 1, "plugins": {"one": {"queue": 256, "paths": [{"path": "\#(noted)", "write": true}]}}}"#,
                mode: 0o600)
            try await bench.host { host in
                let most = await withTaskGroup(of: Int?.self) { group in
                    for _ in 0..<100 {
                        group.addTask { (try? await bench.text(host, "one__run")).flatMap { Int($0) } }
                    }
                    return await group.reduce(into: [Int]()) { $0.append($1 ?? .max) }
                }
                #expect(most.count == 100 && (most.max() ?? .max) <= 4, "\(most.max() ?? 0)")
            }
        }
    }
}
