import Core
import Foundation
import Testing

/// A directory of plugins, and a gateway that offers them.
final class PluginStage {
    /// The plugins.
    let plugins: String
    /// What plugins may be granted; they cannot reach it without.
    let outside: String
    private let root: URL

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("luma-plugins-" + UUID().uuidString)
        plugins = root.path + "/plugins"
        outside = root.path + "/outside"
        for path in [root.path, plugins, outside] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            chmod(path, 0o755)
        }
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    /// Puts a file into the directory of plugins, whole or not at all.
    func write(_ name: String, _ text: String, mode: mode_t = 0o755) throws {
        let path = plugins + "/" + name
        let folder = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        chmod(folder, 0o755)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + ".part"))
        chmod(path + ".part", mode)
        #expect(rename(path + ".part", path) == 0)
    }

    /// A plugin in shell with one command, whose name is `run`.
    func shell(_ name: String, _ script: String) throws {
        try write(
            name,
            """
            #!/bin/sh
            if [ "$1" = --describe ]; then
                echo '{"commands": [{"name": "run", "description": "Runs."}]}'
                exit 0
            fi
            \(script)

            """)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: plugins + "/" + name) }

    func start(_ environment: [String: String] = [:]) async throws -> RunningGateway {
        try await RunningGateway.start(
            .inProcess, environment: ["LUMA_PLUGINS_DIR": plugins].merging(environment) { $1 })
    }

    /// The number that a plugin has written to a file outside, once it is there.
    func noted(_ name: String) async throws -> pid_t {
        var number: pid_t?
        try await eventually("\(name) is written", within: 60) {
            let text = try? String(contentsOfFile: outside + "/" + name, encoding: .utf8)
            number = text.flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
            return number != nil
        }
        return try #require(number)
    }

    /// Whether a process is gone, or has ended and nobody has taken notice yet.
    static func hasEnded(_ process: pid_t) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let name = stat.lastIndex(of: ")")
        else { return true }
        return stat[stat.index(after: name)...].split(separator: " ").first == "Z"
    }
}
