import Core
import Foundation
import IO
import MCP
import Synchronization
import Testing
import ToolSources

@testable import ToolHost

/// One call of a plugin: what it is given, and what becomes of what it does.
@Suite struct PluginCallTests {
    private static let anything =
        #"[{"name": "run", "input_schema": {"type": "object", "additionalProperties": true}}]"#

    /// Calls the one command of a plugin in shell.
    private func outcome(
        _ script: String, _ arguments: JSONObject = [:], command: String = "", grants: String? = nil,
        plugin: String = "{}"
    ) async throws -> (outcome: PluginOutcome, bench: String) {
        var found: PluginOutcome?
        var place = ""
        try await PluginBench.with { bench in
            place = bench.plugins
            let members = command.isEmpty ? "" : ", " + command
            try bench.shell(
                "one.sh",
                commands:
                    #"[{"name": "run", "input_schema": {"type": "object", "additionalProperties": true}\#(members)}]"#,
                script, plugin: plugin)
            if let grants {
                try bench.write("plugins.json", #"{"format": 1, "plugins": {"one": \#(grants)}}"#, mode: 0o600)
            }
            try await bench.host { host in found = try await bench.call(host, "one__run", arguments) }
        }
        return (try #require(found), place)
    }

    private func text(_ outcome: PluginOutcome) -> String {
        outcome.result.content.compactMap(\.text).joined(separator: "\n")
    }

    // MARK: What it is given

    @Test(arguments: ["--output=/x", "-x", "$(id)", "`id`", "a\nb", "é \u{1F600}", "'\"\\", " ", "*", "--", "%s"])
    func aWordArrivesAsItIs(word: String) async throws {
        let (outcome, _) = try await self.outcome(#"printf '<%s>' "$@""#, ["k": .string(word)])
        #expect(text(outcome) == "<run><--k=\(word)>")
    }

    @Test(arguments: [("a\u{0}b", "NUL"), (String(repeating: "x", count: 200 << 10), "larger than")])
    func whatFitsOnNoCommandLineIsRefused(word: String, told: String) async throws {
        let (outcome, _) = try await self.outcome("echo ran", ["k": .string(word)])
        #expect(outcome.code == .invalidArguments && text(outcome).contains(told), "\(text(outcome))")
    }

    @Test func argumentsComeOnStandardInput() async throws {
        let long = String(repeating: "x", count: 200 << 10)
        let (outcome, _) = try await self.outcome(
            #"echo "$#"; cat"#, ["k": .string(long), "n": 1], command: #""args": "stdin-json", "overflow": "head""#)
        let lines = text(outcome).split(separator: "\n", maxSplits: 1).map(String.init)
        #expect(lines.first == "1")
        let document = try JSON.parse(Array(lines[1].utf8))
        #expect(document["command"] == "run" && document["arguments"] == ["k": .string(long), "n": 1])
        #expect(document["request_id"]?.stringValue?.isEmpty == false && document["deadline_seconds"] == 30)
    }

    @Test func theEnvironmentIsBuiltFromNothing() async throws {
        let (outcome, place) = try await self.outcome("env | sort", grants: #"{"env": {"WORD": "given", "LANG": "C"}}"#)
        let variables = Dictionary(
            text(outcome).split(separator: "\n").compactMap { line -> (String, String)? in
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                return parts.count == 2 ? (parts[0], parts[1]) : nil
            }, uniquingKeysWith: { $1 })
        // What a shell sets by itself.
        let names = Set(variables.keys).subtracting(["PWD", "OLDPWD", "SHLVL", "_"])
        #expect(
            names == [
                "PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TERM", "NO_COLOR", "PYTHONUNBUFFERED", "PYTHONIOENCODING",
                "PYTHONDONTWRITEBYTECODE", "LUMA_PLUGIN", "LUMA_PLUGIN_DIR", "LUMA_REQUEST_ID", "LUMA_DEADLINE_SECONDS",
                "WORD",
            ])
        #expect(variables["WORD"] == "given" && variables["LANG"] == "C" && variables["LUMA_PLUGIN"] == "one")
        #expect(variables["LUMA_PLUGIN_DIR"] == place && variables["LUMA_DEADLINE_SECONDS"] == "30")
        #expect(variables["HOME"] == variables["TMPDIR"] && variables["HOME"]?.hasPrefix("/") == true)
        #expect(!text(outcome).contains("secret"))
    }

    @Test func itWorksInADirectoryOfItsOwn() async throws {
        let (outcome, place) = try await self.outcome(
            #"pwd; echo x > file && echo written; echo x > "$LUMA_PLUGIN_DIR/file" || echo refused"#)
        let lines = text(outcome).split(separator: "\n").map(String.init)
        #expect(lines.first?.hasPrefix(place) == false && lines.dropFirst().first == "written")
        if SandboxSupport.current.landlock > 0 { #expect(lines.last == "refused") }
    }

    @Test(.enabled(if: SandboxSupport.current.landlock > 0, "the kernel has no Landlock"))
    func pathsAreGranted() async throws {
        try await PluginBench.with { bench in
            let place = bench.root + "/outside"
            try bench.write(place + "/file", "held", mode: 0o644)
            try bench.shell(
                "one.sh", commands: Self.anything, "cat \(place)/file; echo more > \(place)/new && echo written")
            for (grant, told) in [
                ("{}", ""), (#"{"paths": [{"path": "\#(place)"}]}"#, "held"),
                (#"{"paths": [{"path": "\#(place)", "write": true}]}"#, "heldwritten"),
            ] {
                try bench.write("plugins.json", #"{"format": 1, "plugins": {"one": \#(grant)}}"#, mode: 0o600)
                try await bench.host { host in
                    let outcome = try #require(try await bench.call(host, "one__run"))
                    #expect(outcome.result.isError == (told != "heldwritten"))
                    #expect(text(outcome).hasPrefix(told) || told.isEmpty && !text(outcome).contains("held"))
                }
            }
        }
    }

    // MARK: What becomes of it

    @Test(
        arguments: [
            ("echo text", false, nil, "text"), ("printf 'a\\n\\n'", false, nil, "a"), ("true", false, nil, ""),
            (#"echo '{"status": "error", "message": "no"}'"#, true, .pluginError, "no"),
            (#"echo '{"ok": false, "error": "why"}'"#, true, .pluginError, "why"),
            (#"echo '{"error": "bad"}'; exit 1"#, true, .pluginError, "bad"),
            ("exit 7", true, .pluginError, "The plugin exited with status 7 and wrote nothing."),
            ("echo one >&2; echo two >&2; exit 1", true, .pluginError, "two"),
            ("kill -9 $$", true, .pluginError, nil),
        ] as [(String, Bool, PluginErrorCode?, String?)])
    func anEndBecomesAResult(script: String, fails: Bool, code: PluginErrorCode?, told: String?) async throws {
        let (outcome, _) = try await self.outcome(script)
        #expect(outcome.result.isError == fails && outcome.code == code)
        if let told { #expect(text(outcome) == told) } else { #expect(text(outcome).contains("SIGKILL")) }
    }

    @Test func whatTakesTooLongIsStopped() async throws {
        let (outcome, _) = try await self.outcome("sleep 600", grants: #"{"timeout_seconds": 0.2}"#)
        #expect(outcome.code == .timeout && text(outcome).contains("within 0.2 seconds"))
    }

    @Test(arguments: [("error", .outputTooLarge), ("head", nil), ("tail", nil)] as [(String, PluginErrorCode?)])
    func tooMuchIsCut(overflow: String, code: PluginErrorCode?) async throws {
        let (outcome, _) = try await self.outcome(
            "echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo last",
            command: #""overflow": "\#(overflow)""#, grants: #"{"output_bytes": 2000}"#)
        #expect(outcome.code == code)
        if overflow == "head" { #expect(text(outcome).hasPrefix("first\nxxx")) }
        if overflow == "tail" { #expect(text(outcome).hasSuffix("xxx\nlast")) }
    }

    /// Larger than what is read on the loop itself.
    @Test func muchIsReadWhole() async throws {
        let (outcome, _) = try await self.outcome("head -c 900000 /dev/zero | tr '\\0' x")
        #expect(text(outcome).utf8.count == 900_000 && !outcome.result.isError)
    }

    @Test func itIsHeardWhileItRuns() async throws {
        let heard = Mutex<[String]>([])
        try await PluginBench.with { bench in
            try bench.shell(
                "one.sh", commands: #"[{"name": "run", "output": "ndjson"}]"#,
                """
                echo '{"progress": 1, "total": 2, "message": "half"}'
                echo '{"log": {"level": "warning", "data": "careful"}}'
                echo '{"result": {"done": true}}'
                """)
            try await bench.host { host in
                let outcome = try await bench.call(host, "one__run") {
                    PluginListener(
                        progress: { done, total, words in
                            heard.withLock { $0.append("\(done) of \(total ?? 0): \(words ?? "")") }
                        },
                        log: { level, data in heard.withLock { $0.append("\(level): \(data.stringValue ?? "")") } })
                }
                #expect(outcome?.result.structured == ["done": true])
            }
        }
        #expect(heard.withLock { $0 } == ["1.0 of 2.0: half", "warning: careful"])
    }

    // MARK: Its end

    @Test func cancellingStopsIt() async throws {
        try await PluginBench.with { bench in
            try bench.shell("one.sh", commands: Self.anything, "sleep 600")
            try await bench.host { host in
                let call = Task { try await bench.call(host, "one__run") }
                while host.runs.slots.running == 0 { try await Task.sleep(for: .milliseconds(5)) }
                call.cancel()
                #expect(try await call.value == nil)
                #expect(host.runs.slots.running == 0 && host.runs.calls.count == 0)
            }
        }
    }

    @Test func theEndOfTheProgramStopsAllCalls() async throws {
        try await PluginBench.with { bench in
            // One that does not heed SIGTERM, and says when that is so.
            let outside = bench.root + "/outside"
            try bench.shell(
                "one.sh", commands: Self.anything, "trap '' TERM; : > \(outside)/$$; while :; do sleep 1; done")
            try bench.grant(outside, to: "one")
            let host = try await bench.make()
            _ = await host.survey()
            let calls = (0..<6).map { _ in Task { try await bench.call(host, "one__run") } }
            // Four run, two wait.
            while host.runs.slots.counts("one").waiting < 2 { try await Task.sleep(for: .milliseconds(5)) }
            while try bench.noted().count < 4 { try await Task.sleep(for: .milliseconds(5)) }
            host.stopCalls()
            for call in calls {
                let outcome = try #require(try await call.value)
                #expect(outcome.code == .cancelled && text(outcome).contains("shutting down"))
            }
            for process in try bench.noted() { #expect(kill(process, 0) == -1 && errno == ESRCH) }
            let late = try await bench.call(host, "one__run")
            #expect(late?.code == .cancelled)
            await host.end()
        }
    }

    /// A call goes on with the plugin that it began with, whatever becomes of that.
    @Test func aCallOutlivesItsPlugin() async throws {
        try await PluginBench.with { bench in
            let outside = bench.root + "/outside"
            try bench.shell(
                "one.sh", commands: Self.anything,
                ": > \(outside)/$$; while [ ! -e \(outside)/go ]; do sleep 0.05; done; echo done")
            try bench.grant(outside, to: "one")
            try await bench.host { host in
                let call = Task { try await bench.text(host, "one__run") }
                while try bench.noted().isEmpty { try await Task.sleep(for: .milliseconds(5)) }
                try bench.remove("one.sh")
                _ = try await host.wait { $0.tools.isEmpty }
                try bench.write(bench.root + "/outside/go", "", mode: 0o644)
                #expect(try await call.value == "done")
            }
        }
    }
}
