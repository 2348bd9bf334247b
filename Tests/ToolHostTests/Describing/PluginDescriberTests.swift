import Core
import Testing
import ToolSources

@testable import ToolHost

/// What is known of a plugin after it was asked, and why nothing is known of one.
@Suite struct PluginDescriberTests {
    /// What a plugin of one file offers.
    private func survey(
        _ script: String, _ change: (inout PluginHost.Settings) -> Void = { _ in }
    ) async throws -> PluginSnapshot {
        var snapshot = PluginSnapshot()
        try await PluginBench.with { bench in
            try bench.write("one.sh", script)
            snapshot = try await bench.survey(change)
        }
        return snapshot
    }

    @Test func oneBadCommandCostsThatCommand() async throws {
        let commands = #"[{"name": "a"}, {"name": "b", "parameters": 1}, {"name": "c"}]"#
        let snapshot = try await survey(PluginBench.shell(commands: commands, ""))
        #expect(snapshot.tools == ["one__a", "one__c"])
        #expect(snapshot.plugins.first?.refused.map(\.name) == ["b"])
    }

    @Test(arguments: [
        ("#!/bin/sh\nexit 3\n", "its --help fails"),
        ("#!/bin/sh\necho hello\n", "its --help lists no commands"),
        ("#!/bin/sh\necho '{\"commands\": {}}'\n", "commands must be an array"),
        ("#!/bin/sh\necho '{\"contract_version\": \"2\", \"commands\": []}'\n", "contract_version"),
        ("#!/bin/sh\nhead -c 2000000 /dev/zero\n", "more than 1048576 bytes"),
        ("#!/bin/sh\nkill -9 $$\n", "its --help fails"),
        ("#!/no/such/interpreter\n", "could not be started"),
    ])
    func whatSaysNothingIsToldOf(script: String, words: String) async throws {
        let snapshot = try await survey(script)
        #expect(snapshot.tools.isEmpty)
        #expect(snapshot.reason("one")?.contains(words) == true, "\(snapshot.told)")
    }

    @Test func whoHangsIsStopped() async throws {
        let snapshot = try await survey("#!/bin/sh\ntrap '' TERM\nsleep 600\n") { $0.describeSeconds = 0.3 }
        #expect(snapshot.reason("one") == "it did not answer --describe within 0.3 seconds")
    }

    /// No secret, no network and no grant while it is only asked.
    @Test func whoIsAskedGetsNothing() async throws {
        try await PluginBench.with { bench in
            try bench.write(
                "one.sh",
                """
                #!/bin/sh
                printf '{"commands": [{"name": "a", "description": "%s"}]}' "${TOKEN:-none} ${LUMA_API_KEY:-none} $COLUMNS"

                """)
            try bench.write(
                "plugins.json", #"{"format": 1, "plugins": {"one": {"env": {"TOKEN": {"$secret": "TOKEN"}}}}}"#,
                mode: 0o600)
            let snapshot = try await bench.survey()
            #expect(snapshot.plugins.first?.commands.first?.definition.description == "none none 1000")
        }
    }

    @Test func aDocumentIsReadAndNotAskedFor() async throws {
        try await PluginBench.with { bench in
            try bench.write(
                "tool/plugin.json",
                #"{"command": ["./run"], "plugin": {"version": "3"}, "commands": [{"name": "a", "title": "An A"}]}"#,
                mode: 0o644)
            try bench.write("tool/run", "#!/bin/sh\necho \"$@\"\n")
            try await bench.host { host in
                #expect(host.snapshot.plugins.first?.version == "3")
                #expect(host.snapshot.plugins.first?.commands.first?.definition.title == "An A")
                let text = try await bench.text(host, "tool__a")
                #expect(text == "a")
            }
        }
    }

    @Test func aCommandThatWantsAFileFetchedIsNotOffered() async throws {
        let commands = #"[{"name": "a", "parameters": [{"name": "url"}], "fetch": {"argument": "url"}}]"#
        let snapshot = try await survey(PluginBench.shell(commands: commands, ""))
        #expect(snapshot.tools.isEmpty && snapshot.plugins.first?.refused.first?.reason.contains("fetched") == true)
    }
}
