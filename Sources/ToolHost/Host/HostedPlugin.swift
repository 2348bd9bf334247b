import Core
import Crypto
package import IO
package import ToolSources

/// One plugin that is offered, as it was when it was asked what it does. A call goes on with the one that it began with.
package final class HostedPlugin: Sendable {
    /// One of its tools.
    package struct Command: Sendable {
        /// What the plugin says of it.
        package let command: PluginCommand
        /// What the operator grants it.
        package let policy: PluginPolicy.Command
        /// The tool that clients see.
        package let definition: ToolDefinition
    }

    let found: FoundPlugin
    let policy: PluginPolicy
    let variables: GrantedVariables
    /// Of each of its calls, but for what is the call's own and for the way to the network.
    let environment: [String: String]
    /// As it says of itself.
    package let version: String?
    /// Those that are offered, in the plugin's order.
    package let commands: [Command]
    /// Those of its commands that are not offered.
    package let refused: [RefusedDefinition]
    /// What it asks for and does not get, in words for the operator.
    package let notGranted: [String]
    /// What its author or its operator should know besides.
    package let notes: [String]
    /// What its texts say to a model rather than of its tools, for the operator to read before the tools are used.
    package let warnings: [String]
    /// It knows no `--describe`, so its help was read.
    package let isKnownByHelp: Bool
    /// What pins it as it is; nil when nobody wants to know.
    package let pin: PluginPin?

    /// The name of its directory or file, with which its tools' names begin.
    package var name: String { found.name }
    /// How closely its runs are held on this machine.
    package var sandbox: SandboxInForce { SandboxSupport.current.inForce(level) }
    var level: SandboxLevel { SandboxLevel(rawValue: policy.sandbox.rawValue) ?? .strict }

    init(
        _ found: FoundPlugin, _ described: DescribedPlugin, _ policy: PluginPolicy, _ variables: GrantedVariables,
        pin: PluginPin? = nil, gatewayTools: [String] = []
    ) {
        self.found = found
        self.policy = policy
        self.variables = variables
        // What is granted replaces what every plugin has, but not what the gateway itself says.
        environment = PluginEnvironment.base(found)
            .merging(variables.values) { $1 }
            .merging(PluginEnvironment.own(found)) { $1 }
        self.pin = pin
        let description = described.description
        version = description.version
        isKnownByHelp = described.isByHelp
        var refused = description.refused
        var notGranted = policy.notGranted
        var notes = variables.missing
        var cleaned: [(DefinitionCleaner.Cleaned, PluginCommand, PluginPolicy.Command)] = []
        let cleaner = DefinitionCleaner { Self.digest($0) }
        for command in description.commands {
            let own = policy.command(command)
            notes += command.notes.map { "\(command.name): \($0)" }
            guard own.isEnabled else {
                refused.append(RefusedDefinition(name: command.name, reason: "switched off (enabled)"))
                continue
            }
            guard command.fetch == nil || own.fetch != nil else {
                let reason = "needs files to be fetched, which plugins.json does not grant (fetch)"
                refused.append(RefusedDefinition(name: command.name, reason: reason))
                continue
            }
            do throws(RefusedDefinition) {
                let tool = try cleaner.clean(command, plugin: found.name, policy: own)
                notes += tool.notes.map { "\(command.name): \($0)" }
                notGranted += own.notGranted.map { "\(command.name) \($0)" }
                cleaned.append((tool, command, own))
            } catch { refused.append(error) }
        }
        let (offered, doubled) = DefinitionCleaner.settled(cleaned.map(\.0))
        let names = Set(offered.map(\.definition.name))
        commands = cleaned.filter { names.contains($0.0.definition.name) }
            .map { Command(command: $1, policy: $2, definition: $0.definition) }
        warnings = commands.flatMap { command in
            SuspiciousText.hints(in: command.definition, tools: gatewayTools).map { "\(command.command.name): \($0)" }
        }
        notes += policy.unknownCommands(of: description).map {
            "plugins.json names the command \($0), which it does not have"
        }
        self.refused = refused + doubled
        self.notGranted = notGranted
        self.notes = notes
    }

    private static func digest(_ octets: [UInt8]) -> [UInt8] {
        // Without OpenSSL nothing here would run; then a long name is shortened without its mark.
        (try? Digest.sha256(octets)) ?? []
    }
}

/// What a plugin has said of itself.
struct DescribedPlugin: Sendable {
    let description: PluginDescription
    let isByHelp: Bool
    /// As it has said it, whatever the order of members.
    let text: [UInt8]

    /// From its description, or from its help texts.
    init(_ description: PluginDescription, isByHelp: Bool, text: [UInt8]) {
        self.description = description
        self.isByHelp = isByHelp
        self.text = (try? JSON.parse(text))?.canonical.encoded ?? text
    }
}
