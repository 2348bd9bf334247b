import Core
import Foundation
import IO
import MCP
import Synchronization
import Testing
import ToolSources

@testable import ToolHost

/// A directory for plugins, and a loop on which they are called.
final class PluginBench: Sendable {
    /// Everything of this bench is in here.
    let root: String
    /// The plugins.
    let plugins: String
    let loop: Loop
    private let events = Mutex<[HostEvent]>([])

    private init() throws {
        let base = FileManager.default.temporaryDirectory.appending(path: "luma-plugins-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: base, withIntermediateDirectories: true)
        // Without links, as plugins are told where they are.
        root = try #require(TrustedPath.real(base.path(percentEncoded: false)))
        plugins = root + "/plugins"
        loop = try Loop(label: "test")
        loop.start()
        for path in [root, plugins, root + "/state", root + "/outside"] { try Self.makeDirectory(path) }
    }

    /// What was run in `body` must have left no directory behind.
    static func with(_ body: (PluginBench) async throws -> Void) async throws {
        let bench = try PluginBench()
        defer { try? FileManager.default.removeItem(atPath: bench.root) }
        try await body(bench)
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.root + "/state") == [])
        await bench.loop.stop()
    }

    // MARK: Files

    private static func makeDirectory(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        chmod(path, 0o755)
    }

    /// Writes a file below the directory of plugins, and makes what it lies in.
    func write(_ path: String, _ text: String, mode: mode_t = 0o755) throws {
        let path = path.hasPrefix("/") ? path : plugins + "/" + path
        try Self.makeDirectory(String(path[..<(try #require(path.lastIndex(of: "/")))]))
        // As an editor or a copy does it: whole or not at all.
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + ".part"))
        chmod(path + ".part", mode)
        #expect(rename(path + ".part", path) == 0)
    }

    /// A plugin in shell that answers `--describe` with these commands.
    func shell(_ name: String, commands: String, _ script: String, plugin: String = "{}") throws {
        try write(name, Self.shell(commands: commands, script, plugin: plugin))
    }

    static func shell(commands: String, _ script: String, plugin: String = "{}") -> String {
        """
        #!/bin/sh
        if [ "$1" = --describe ]; then
            cat <<'END'
        {"contract_version": "1.1", "plugin": \(plugin), "commands": \(commands)}
        END
            exit 0
        fi
        \(script)

        """
    }

    /// Lets a plugin write in a directory.
    func grant(_ path: String, to plugin: String) throws {
        try write(
            "plugins.json",
            #"{"format": 1, "plugins": {"\#(plugin)": {"paths": [{"path": "\#(path)", "write": true}]}}}"#, mode: 0o600)
    }

    /// The numbers that processes have left as names of files in the directory outside.
    func noted() throws -> [pid_t] {
        try FileManager.default.contentsOfDirectory(atPath: root + "/outside").compactMap { pid_t($0) }
    }

    func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: plugins + "/" + path) }

    // MARK: Hosts

    var settings: PluginHost.Settings {
        var settings = PluginHost.Settings(
            directory: plugins, file: nil, python: "/usr/bin/python3", isStrict: true,
            environment: [
                "LUMA_API_KEY": "secret-of-the-gateway", "PASSED_ON": "a word", "TOKEN": "secret-of-a-plugin",
            ])
        // Far longer than it takes, and shorter than anybody waits for a hang.
        settings.describeSeconds = 60
        return settings
    }

    func make(_ change: (inout PluginHost.Settings) -> Void = { _ in }) async throws -> PluginHost {
        var settings = settings
        change(&settings)
        return try await PluginHost.make(settings, in: CallFolder(below: root + "/state")) { [self] event in
            events.withLock { $0.append(event) }
        }
    }

    /// What is there, once; then nothing is watched any more.
    func survey(_ change: (inout PluginHost.Settings) -> Void = { _ in }) async throws -> PluginSnapshot {
        let host = try await make(change)
        let snapshot = await host.survey()
        await host.end()
        return snapshot
    }

    /// Lets `body` use a host that has looked, and ends it.
    /// - Parameter waits: until all plugins have said what they do.
    func host(
        _ change: (inout PluginHost.Settings) -> Void = { _ in }, waits: Bool = true,
        _ body: (PluginHost) async throws -> Void
    ) async throws {
        let host = try await make(change)
        if waits { _ = await host.survey() } else { host.begin { _ in } }
        do { try await body(host) } catch {
            await host.end()
            throw error
        }
        await host.end()
    }

    var logged: [HostEvent] { events.withLock { $0 } }

    /// Calls a tool to its end.
    /// - Returns: nil when the call was cancelled.
    func call(
        _ host: PluginHost, _ tool: String, _ arguments: JSONObject = [:],
        _ listener: @escaping @Sendable () -> PluginListener = { PluginListener() }
    ) async throws -> PluginOutcome? {
        let found = host.snapshot.plugins.lazy.compactMap { plugin in
            plugin.commands.first { $0.definition.name == tool }.map { (plugin, $0) }
        }.first
        let (plugin, command) = try #require(found, "there is no \(tool): \(host.snapshot.told)")
        return await loop.call(host.runs, plugin, command, arguments, listener)
    }

    /// The text of a tool's result.
    func text(_ host: PluginHost, _ tool: String, _ arguments: JSONObject = [:]) async throws -> String {
        let outcome = try #require(try await call(host, tool, arguments))
        return outcome.result.content.compactMap(\.text).joined(separator: "\n")
    }
}

extension Loop {
    fileprivate func call(
        _ runs: PluginRuns, _ plugin: HostedPlugin, _ command: HostedPlugin.Command, _ arguments: JSONObject,
        _ listener: @Sendable () -> PluginListener
    ) async -> PluginOutcome? {
        let spelled = PluginArguments.spelled(arguments, for: command.command)
        return await PluginRunner(runs, on: reactor).runToTheEnd(plugin, command, spelled, listener())
    }
}

extension PluginSnapshot {
    var tools: [String] { plugins.flatMap { $0.commands.map(\.definition.name) } }

    func reason(_ name: String) -> String? { refused.first { $0.name == name }?.reason }

    /// For whoever reads why a test has failed.
    var told: String { "\(tools) \(refused) \(problems)" }
}

extension PluginHost {
    /// Waits until what is offered is so.
    func wait(until isSo: (PluginSnapshot) -> Bool) async throws -> PluginSnapshot {
        // Longer than the poll that finds what no watch tells.
        let end = ContinuousClock.now + .seconds(90)
        while ContinuousClock.now < end {
            let snapshot = snapshot
            if isSo(snapshot) { return snapshot }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("it never came: \(snapshot.told)")
        return snapshot
    }
}
