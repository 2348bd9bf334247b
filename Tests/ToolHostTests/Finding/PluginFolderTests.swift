import Foundation
import Testing

@testable import ToolHost

/// What counts as a plugin, and what is run for it.
@Suite struct PluginFolderTests {
    private func scan(_ bench: PluginBench, isStrict: Bool = true) -> PluginScan {
        PluginFolder(python: "/usr/bin/python3", isStrict: isStrict).scan(bench.plugins, leavingOut: "plugins.json")
    }

    @Test func eachKindOfEntryRunsItsOwn() async throws {
        try await PluginBench.with { bench in
            try bench.write("alone.sh", "#!/bin/sh\n")
            try bench.write(
                "described/plugin.json", #"{"command": ["./bin/tool", "-q", "./data"], "commands": []}"#, mode: 0o644)
            try bench.write("described/bin/tool", "#!/bin/sh\n")
            try bench.write("described/data", "x", mode: 0o644)
            try bench.write("described/run", "#!/bin/sh\n")
            try bench.write("runs/run", "#!/bin/sh\n")
            try bench.write("runs/cli.py", "print()\n", mode: 0o644)
            try bench.write("called/cli", "#!/bin/sh\n")
            try bench.write("script/cli.py", "print()\n", mode: 0o644)
            try bench.write("marked/cli.py", "#!/usr/bin/env python3\n")
            try bench.write("unmarked/cli.py", "print()\n")
            let found = scan(bench).found
            let place = bench.plugins
            #expect(found.map(\.name) == ["alone", "called", "described", "marked", "runs", "script", "unmarked"])
            let programs = found.map { [$0.program] + $0.words }
            #expect(
                programs == [
                    ["\(place)/alone.sh"], ["\(place)/called/cli"],
                    ["\(place)/described/bin/tool", "-q", "\(place)/described/data"], ["\(place)/marked/cli.py"],
                    ["\(place)/runs/run"], ["/usr/bin/python3", "\(place)/script/cli.py"],
                    ["/usr/bin/python3", "\(place)/unmarked/cli.py"],
                ])
            #expect(found.map { $0.document != nil } == [false, false, true, false, false, false, false])
        }
    }

    @Test func linksLeadToPlugins() async throws {
        try await PluginBench.with { bench in
            try bench.write(bench.root + "/outside/real/cli.py", "print()\n", mode: 0o644)
            try bench.write(bench.root + "/outside/tool", "#!/bin/sh\n")
            let files = FileManager.default
            try files.createSymbolicLink(
                atPath: bench.plugins + "/linked", withDestinationPath: bench.root + "/outside/real")
            try files.createSymbolicLink(
                atPath: bench.plugins + "/file.sh", withDestinationPath: bench.root + "/outside/tool")
            try files.createSymbolicLink(atPath: bench.plugins + "/lost", withDestinationPath: "/nowhere/at/all")
            let scan = scan(bench)
            #expect(scan.found.map(\.name) == ["file", "linked"])
            #expect(scan.found.last?.folder == bench.root + "/outside/real")
            #expect(scan.refused == [RefusedPlugin("lost", "its link is broken")])
            #expect(scan.watched.contains(bench.root + "/outside/real"))
        }
    }

    @Test func whatIsNoPluginIsPassedOver() async throws {
        try await PluginBench.with { bench in
            try bench.write(".hidden", "#!/bin/sh\n")
            try bench.write("__pycache__/run", "#!/bin/sh\n")
            try bench.write("README.md", "x", mode: 0o644)
            try bench.write("plugins.json", "{}", mode: 0o755)
            let scan = scan(bench)
            #expect(scan.found.isEmpty && scan.refused.isEmpty && scan.problem == nil)
        }
    }

    @Test(arguments: [
        ("a b", "name"), ("a__b", "name"), ("-x", "name"), ("é", "name"), (String(repeating: "a", count: 33), "name"),
    ])
    func aNameMustFit(name: String, word: String) async throws {
        try await PluginBench.with { bench in
            try bench.write(name, "#!/bin/sh\n")
            let scan = scan(bench)
            #expect(scan.found.isEmpty)
            #expect(scan.refused.count == 1 && scan.refused.first?.reason.contains(word) == true)
        }
    }

    @Test func oneProgramIsOnePlugin() async throws {
        try await PluginBench.with { bench in
            try bench.write("first/cli.py", "print()\n", mode: 0o644)
            try FileManager.default.createSymbolicLink(
                atPath: bench.plugins + "/second", withDestinationPath: bench.plugins + "/first")
            let scan = scan(bench)
            #expect(scan.found.map(\.name) == ["first"])
            #expect(scan.refused == [RefusedPlugin("second", "it is the same program as first")])
        }
    }

    @Test func aNameOfTwoBelongsToNeither() async throws {
        try await PluginBench.with { bench in
            try bench.write("twice.sh", "#!/bin/sh\n")
            try bench.write("twice/run", "#!/bin/sh\n")
            try bench.write("once.sh", "#!/bin/sh\n")
            let scan = scan(bench)
            #expect(scan.found.map(\.name) == ["once"])
            #expect(scan.refused.map(\.name) == ["twice", "twice"])
        }
    }

    @Test(arguments: [
        ("{", "plugin.json is not valid JSON"), ("{}", "must have a command"),
        (#"{"command": "x"}"#, "must have a command"),
        (#"{"command": []}"#, "must have a command"), (#"{"command": ["tool"]}"#, "must begin with a path"),
        (#"{"command": ["/bin/sh", "./none"]}"#, "./none in its command cannot be inspected"),
        (#"{"command": ["./none"]}"#, "not executable"), (#"{"command": ["./plugin.json"]}"#, "not executable"),
    ])
    func aDocumentThatCannotBeUsedIsToldOf(text: String, words: String) async throws {
        try await PluginBench.with { bench in
            try bench.write("tool/plugin.json", text, mode: 0o644)
            let reason = scan(bench).refused.first?.reason
            #expect(reason?.contains(words) == true, "\(reason ?? "")")
        }
    }

    @Test func anEmptyDirectoryIsToldOf() async throws {
        try await PluginBench.with { bench in
            try bench.write("tool/notes.txt", "x", mode: 0o644)
            #expect(scan(bench).refused.first?.reason.contains("no plugin.json") == true)
        }
    }

    // MARK: What it may read

    @Test(arguments: [
        ("venv/bin/python3", "venv/pyvenv.cfg", "venv"), ("local/bin/python3", "local/lib/python3.12/os.py", "local"),
        ("home/python3", "home/lib/python3.12/os.py", nil), ("home/bin/python3", "home/secret", nil),
        ("home/tools/python3", "home/pyvenv.cfg", nil),
    ])
    func anInterpreterComesWithItsInstallationAlone(path: String, beside: String, root: String?) async throws {
        try await PluginBench.with { bench in
            let outside = bench.root + "/outside/"
            try bench.write("tool/cli.py", "print()\n", mode: 0o644)
            try bench.write(outside + path, "#!/bin/sh\n")
            try bench.write(outside + beside, "", mode: 0o644)
            let folder = PluginFolder(python: outside + path, isStrict: true)
            let found = folder.scan(bench.plugins, leavingOut: nil).found.first
            #expect(found?.program == outside + path)
            #expect(found?.readable == [bench.plugins + "/tool", outside + (root ?? path)])
        }
    }

    /// A virtual environment leads to another interpreter, whose library it uses.
    @Test func aVirtualEnvironmentComesWithWhatItIsMadeOf() async throws {
        try await PluginBench.with { bench in
            let outside = bench.root + "/outside/"
            try bench.write("tool/cli.py", "print()\n", mode: 0o644)
            try bench.write(outside + "base/bin/python3.12", "#!/bin/sh\n")
            try bench.write(outside + "base/lib/python3.12/os.py", "", mode: 0o644)
            try bench.write(outside + "venv/pyvenv.cfg", "", mode: 0o644)
            try FileManager.default.createDirectory(atPath: outside + "venv/bin", withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: outside + "venv/bin/python3", withDestinationPath: outside + "base/bin/python3.12")
            let folder = PluginFolder(python: outside + "venv/bin/python3", isStrict: true)
            let found = folder.scan(bench.plugins, leavingOut: nil).found.first
            #expect(found?.program == outside + "venv/bin/python3")
            #expect(found?.readable == [bench.plugins + "/tool", outside + "base", outside + "venv"])
        }
    }

    // MARK: Who may change it

    @Test(arguments: ["tool", "tool/run", "."]) func whatOthersCouldChangeIsRefused(path: String) async throws {
        try await PluginBench.with { bench in
            try bench.write("tool/run", "#!/bin/sh\n")
            for mode: mode_t in [0o775, 0o757] {
                chmod(bench.plugins + "/" + path, mode)
                let strict = scan(bench)
                #expect(strict.found.isEmpty)
                let reason = strict.problem ?? strict.refused.first?.reason
                #expect(reason?.contains("can be written by other users") == true, "\(reason ?? "")")
                #expect(scan(bench, isStrict: false).found.map(\.name) == ["tool"])
            }
        }
    }

    /// The script that is run counts as much as the program that runs it.
    @Test(arguments: ["cli.py", "plugin.json", "tool.sh", "lib/more.sh"])
    func aFileOfACommandThatOthersCouldChangeIsRefused(file: String) async throws {
        try await PluginBench.with { bench in
            let name = file == "cli.py" ? "script" : "described"
            try bench.write("script/cli.py", "print()\n", mode: 0o644)
            try bench.write(
                "described/plugin.json", #"{"command": ["/bin/sh", "./tool.sh", "./lib/more.sh"]}"#, mode: 0o644)
            try bench.write("described/tool.sh", "", mode: 0o644)
            try bench.write("described/lib/more.sh", "", mode: 0o644)
            #expect(scan(bench).refused.isEmpty)
            chmod("\(bench.plugins)/\(name)/\(file)", 0o646)
            let strict = scan(bench)
            #expect(strict.found.count == 1)
            let reason = strict.reason(name)
            #expect(reason?.contains("\(file) ") == true, "\(reason ?? "")")
            #expect(reason?.contains("can be written by other users") == true, "\(reason ?? "")")
            #expect(scan(bench, isStrict: false).found.count == 2)
        }
    }

    /// Wherever it lies: an interpreter runs it all the same.
    @Test(arguments: ["script.py", "package", "linked.py"])
    func aFileElsewhereThatOthersCouldChangeIsRefused(word: String) async throws {
        try await PluginBench.with { bench in
            let outside = bench.root + "/outside"
            try bench.write(outside + "/script.py", "", mode: 0o644)
            try bench.write(outside + "/package/__main__.py", "", mode: 0o644)
            try FileManager.default.createSymbolicLink(
                atPath: outside + "/linked.py", withDestinationPath: outside + "/script.py")
            try bench.write(
                "tool/plugin.json", #"{"command": ["/bin/sh", "\#(outside)/\#(word)", "/no/such/file", "/dev/null"]}"#,
                mode: 0o644)
            let real = outside + (word == "linked.py" ? "/script.py" : "/" + word)
            #expect(scan(bench).found.first?.words == [real, "/no/such/file", "/dev/null"])
            chmod(real, word == "package" ? 0o757 : 0o646)
            let reason = scan(bench).reason("tool")
            #expect(reason?.contains("\(word) in its command can be written by other users") == true, "\(reason ?? "")")
            #expect(scan(bench, isStrict: false).found.first?.words.first == real)
        }
    }

    /// A link is followed to the end: what stands in the directory of somebody else may be another file by the next run.
    @Test func aFileOfACommandIsTakenFromWhereItLies() async throws {
        try await PluginBench.with { bench in
            try bench.write("tool/plugin.json", #"{"command": ["/bin/sh", "./tool.sh"]}"#, mode: 0o644)
            try bench.write(bench.root + "/outside/real.sh", "", mode: 0o644)
            try FileManager.default.createSymbolicLink(
                atPath: bench.plugins + "/tool/tool.sh", withDestinationPath: bench.root + "/outside/real.sh")
            #expect(scan(bench).found.first?.words == [bench.root + "/outside/real.sh"])
            chmod(bench.root + "/outside", 0o777)
            #expect(scan(bench).reason("tool")?.contains("a directory above it can be written") == true)
        }
    }

    @Test func aDirectoryThatIsNotThereIsToldOf() async throws {
        try await PluginBench.with { bench in
            try bench.remove("")
            #expect(scan(bench).problem == "there is no such directory")
            // Where it may be made something will happen.
            #expect(scan(bench).watched == [bench.root])
            for path in ["/a/b", "/a/", "//"] {
                let folder = PluginFolder(python: "/usr/bin/python3", isStrict: true)
                #expect(folder.scan(bench.plugins + path, leavingOut: nil).watched == [bench.root])
            }
            try bench.write(bench.plugins, "x", mode: 0o644)
            #expect(scan(bench).problem == "there is no such directory" && scan(bench).watched == [bench.root])
        }
    }

    @Test func whatChangesIsNoticed() async throws {
        try await PluginBench.with { bench in
            try bench.write("tool/run", "#!/bin/sh\n")
            try bench.write("tool/data.json", "1", mode: 0o644)
            let first = scan(bench).found
            #expect(scan(bench).found == first)
            try bench.write("tool/data.json", "2", mode: 0o644)
            #expect(scan(bench).found != first)
        }
    }
}

extension PluginScan {
    fileprivate func reason(_ name: String) -> String? { refused.first { $0.name == name }?.reason }
}
