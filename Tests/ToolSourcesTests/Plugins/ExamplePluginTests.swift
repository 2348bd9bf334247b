import Core
import Foundation
import HTTP
import MCP
import Testing
import ToolSources

/// What the example plugins say of themselves is taken as it stands, and the grants beside each of them are all that it asks for.
@Suite struct ExamplePluginTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("examples/plugins")

    /// Those that have grants of their own.
    static let names: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { has("plugins.json", $0) }.sorted()
    }()

    private static func has(_ file: String, _ name: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("\(name)/\(file)").path)
    }

    private static func octets(_ file: String, of name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent("\(name)/\(file)")))
    }

    private static func description(of name: String) throws -> PluginDescription {
        let file = has("plugin.json", name) ? "plugin.json" : "describe.json"
        return try PluginDescription.read(try octets(file, of: name))
    }

    @Test func theyAreFound() {
        #expect(Self.names == ["build_image", "git_clone", "img_bw", "run_tests", "scaffold_project"])
    }

    @Test(arguments: names) func nothingOfADescriptionIsRefused(_ name: String) throws {
        let description = try Self.description(of: name)
        #expect(description.refused == [])
        // The tool is called as the plugin, whose one command it is.
        #expect(description.commands.map(\.name) == ["run"])
        #expect(description.version != nil && description.requests.network != nil)
        #expect(description.requests.environment != nil && description.requests.timeoutSeconds != nil)
        let cleaner = DefinitionCleaner { _ in Array(repeating: 0, count: 32) }
        let policy = PluginPolicy(name, grants: PluginGrants(), requests: description.requests)
        for command in description.commands {
            #expect(command.notes == [] && command.isClosed)
            #expect(command.passing == .standardInput, "no value of a caller's stands on a command line")
            #expect(command.title != nil && command.scope != nil && command.hints.readOnly != nil)
            let cleaned = try cleaner.clean(command, plugin: name, policy: policy.command(command))
            #expect(cleaned.notes == [] && cleaned.definition.name == name + "__run")
        }
    }

    @Test(arguments: names) func itsGrantsAreWhatItAsksForAndNoMore(_ name: String) throws {
        let description = try Self.description(of: name)
        let grants = try PluginGrants.read(try Self.octets("plugins.json", of: name))
        #expect(Array(grants.plugins.keys) == [name] && grants.standard == PluginGrants().standard)
        let policy = PluginPolicy(name, grants: grants, requests: description.requests)
        #expect(policy.notGranted == [] && policy.unknownCommands(of: description) == [])
        #expect(policy.variables.count == grants.plugins[name]?.variables.count, "a variable that it does not ask for")
        #expect(policy.timeoutSeconds == description.requests.timeoutSeconds)
        // Programs in Go reserve more than they use.
        #expect(policy.memoryBytes != nil || name == "build_image")
        #expect([.standard, .strict].contains(policy.sandbox))
        for command in description.commands {
            let granted = policy.command(command)
            #expect(granted.notGranted == [] && granted.fetch?.privateHosts.isEmpty != false)
            #expect((granted.fetch == nil) == (command.fetch == nil), "a file that it does not ask for")
        }
    }

    /// Who only copies the directory gives away neither the network nor a directory.
    @Test(arguments: names) func withoutGrantsItHasTheLeast(_ name: String) throws {
        let description = try Self.description(of: name)
        let policy = PluginPolicy(name, grants: PluginGrants(), requests: description.requests)
        #expect(!policy.hasNetwork && policy.variables.isEmpty && policy.paths.isEmpty)
        for command in description.commands {
            let granted = policy.command(command)
            #expect(granted.scope != .read && granted.hints == .unknown && granted.fetch == nil)
        }
    }
}
