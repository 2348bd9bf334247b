import Foundation
import Testing
import ToolSources

@testable import ToolHost

/// Plugins that are offered in one state only.
@Suite struct PluginPinTests {
    private func pin(_ bench: PluginBench, _ name: String) async throws -> PluginPin {
        try #require(try await bench.survey { $0.showsPins = true }.plugins.first { $0.name == name }?.pin)
    }

    private func write(_ pin: PluginPin, of name: String, _ bench: PluginBench) throws {
        try bench.write(
            "plugins.json", #"{"format": 1, "plugins": {"\#(name)": {"pin": "\#(pin)"}}}"#, mode: 0o600)
    }

    @Test func oneThatIsAnotherIsNotOffered() async throws {
        try await PluginBench.with { (bench: PluginBench) async throws in
            try bench.shell("one.sh", commands: #"[{"name": "a", "description": "Says a."}]"#, "echo a")
            try bench.shell("two.sh", commands: #"[{"name": "b"}]"#, "echo b")
            let pin = try await pin(bench, "one")
            #expect(try await bench.survey().plugins.allSatisfy { $0.pin == nil })
            try write(pin, of: "one", bench)
            let same = try await bench.survey()
            #expect(same.tools == ["one__a", "two__b"] && same.plugins.first?.pin == pin, "\(same.told)")
            // The same words by another program.
            try bench.shell("one.sh", commands: #"[{"name": "a", "description": "Says a."}]"#, "echo c")
            let other = try await bench.survey()
            let now = try #require(other.reason("one"))
            #expect(other.tools == ["two__b"] && now.contains("(pin)") && !now.contains(pin.description), "\(now)")
            // What the operator is told is what he may put into his file.
            let told = try #require(now.split(separator: " ").compactMap { PluginPin(String($0)) }.first)
            try write(told, of: "one", bench)
            #expect(try await bench.survey().tools == ["one__a", "two__b"])
        }
    }

    /// While it runs it is taken away at once, and comes back with what was pinned.
    @Test func itIsTakenAwayAsItChanges() async throws {
        try await PluginBench.with { (bench: PluginBench) async throws in
            try bench.shell("one.sh", commands: #"[{"name": "a"}]"#, "echo a")
            try write(try await pin(bench, "one"), of: "one", bench)
            try await bench.host { (host: PluginHost) async throws in
                #expect(host.snapshot.tools == ["one__a"])
                try bench.shell("one.sh", commands: #"[{"name": "a"}]"#, "echo b")
                let held = try await host.wait { $0.reason("one") != nil }
                #expect(held.tools == [] && !held.isSettling)
                try bench.shell("one.sh", commands: #"[{"name": "a"}]"#, "echo a")
                let again = try await host.wait { $0.tools == ["one__a"] }
                #expect(again.reason("one") == nil)
            }
        }
    }

    /// Of a directory every file counts, and the script that an interpreter runs; not where it lies.
    @Test func whatMakesAPluginIsPinned() async throws {
        try await PluginBench.with { (bench: PluginBench) async throws in
            let describe = PluginBench.shell(commands: #"[{"name": "a"}]"#, ". ./words")
            try bench.write("tool/run", describe)
            try bench.write("tool/words", "echo words", mode: 0o644)
            let first = try await pin(bench, "tool")
            #expect(try await pin(bench, "tool") == first)
            try bench.write("tool/words", "echo other", mode: 0o644)
            let second = try await pin(bench, "tool")
            #expect(second != first)
            try bench.write("tool/words", "echo words", mode: 0o644)
            try bench.write("tool/more", "", mode: 0o644)
            let third = try await pin(bench, "tool")
            #expect(third != first && third != second)
            try bench.remove("tool/more")
            #expect(rename(bench.plugins + "/tool", bench.plugins + "/moved") == 0)
            #expect(try await pin(bench, "moved") == first)

            let outside = bench.root + "/outside/script.sh"
            try bench.write(outside, "echo a", mode: 0o644)
            try bench.write(
                "doc/plugin.json", #"{"command": ["/bin/sh", "\#(outside)"], "commands": [{"name": "a"}]}"#, mode: 0o644
            )
            let before = try await pin(bench, "doc")
            try bench.write(outside, "echo b", mode: 0o644)
            #expect(try await pin(bench, "doc") != before)
        }
    }

    /// Another order of members is the same description.
    @Test func theDescriptionIsPinnedByItsMeaning() async throws {
        try await PluginBench.with { (bench: PluginBench) async throws in
            try bench.write("one.sh", "#!/bin/sh\n")
            func described(_ text: String) throws -> PluginPin {
                let found = FoundPlugin(
                    name: "one", program: bench.plugins + "/one.sh", words: [], folder: bench.plugins, readable: [],
                    document: nil, marks: [], watched: bench.plugins)
                let octets = Array(text.utf8)
                let description = try PluginDescription.read(octets)
                return try PluginPin(found, DescribedPlugin(description, isByHelp: false, text: octets))
            }
            let one = try described(#"{"commands": [{"name": "a", "description": "A."}]}"#)
            #expect(try described(#"{"commands":[{"description":"A.","name":"a"}]}"#) == one)
            #expect(try described(#"{"commands": [{"name": "a", "description": "B."}]}"#) != one)
        }
    }
}
