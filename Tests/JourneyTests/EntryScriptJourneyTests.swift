import Foundation
import Testing

/// A program that takes the place of the script which has started it.
@Suite struct EntryScriptJourneyTests {
    /// The helper of an entry script is a child of the gateway, in a session of its own, and was never a plugin's. So is what it
    /// starts later and leaves alone.
    @Test func theHelperOfAScriptIsLeftAlone() async throws {
        let stage = try PluginStage()
        let outside = stage.outside
        try stage.write(
            "one.sh",
            """
            #!/bin/sh
            touch \(outside)/asked
            until [ -e \(outside)/left ]; do sleep 0.05; done
            echo '{"commands": [{"name": "run", "description": "Runs."}]}'

            """)
        try stage.write("plugins.json", #"{"format": 1, "plugins": {"one": {"sandbox": "none"}}}"#, mode: 0o600)
        // Whoever starts it sees its end by a descriptor that it passes on, which the helper must not keep open.
        let helper = """
            for each in /proc/self/fd/*; do number=${each##*/}; [ $number -gt 2 ] && eval "exec $number>&-"; done
            until [ -e \(outside)/asked ]; do sleep 0.05; done
            (sleep 600 & echo $! > \(outside)/part)
            mv \(outside)/part \(outside)/left
            exec sleep 600
            """
        let script = """
            setsid bash helper.sh > /dev/null 2>&1 < /dev/null &
            echo $! > \(outside)/helper
            exec "$0" plugins list
            """
        let program = try Program(
            ["-c", script, Program.path], environment: ["LUMA_PLUGINS_DIR": stage.plugins],
            files: ["helper.sh": helper], path: "/bin/sh")
        let processes = [try await stage.noted("helper"), try await stage.noted("left")]
        defer { for process in processes { kill(process, SIGKILL) } }
        #expect(try await program.exitCode(within: 60) == 0, "\(program.standardError)")
        #expect(program.standardOutput.contains("one__run"), "\(program.standardOutput)")
        #expect(processes.map(PluginStage.hasEnded) == [false, false])
    }
}
