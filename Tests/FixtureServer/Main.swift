import Core
import Gateway
import Glibc
import MCP

/// A server that offers what the protocol's conformance scenarios ask for by name, over the gateway's own dispatcher and
/// transports. For tests only: `fixture-server [port]`.
@main struct Main {
    static func main() async {
        let port = CommandLine.arguments.dropFirst().first ?? "0"
        exit(await OtherRegistry.serve(port: port) { FixtureServer($0).dispatcher })
    }
}

/// The fixtures of one loop. Some of them change what is offered.
final class FixtureServer {
    let host: OtherRegistry.Host
    let dispatcher: Dispatcher

    init(_ host: OtherRegistry.Host) {
        self.host = host
        var registry = Registry()
        registry.listsChange = true
        let server = ServerInfo(
            name: "fixture-server", title: "Fixtures", version: "1",
            description: "Offers what the conformance scenarios ask for.")
        dispatcher = Dispatcher(Registry(), server: server, seal: host.seal, rounds: host.rounds)
        addContentTools(to: &registry)
        addTalkingTools(to: &registry)
        addAskingTools(to: &registry)
        addRoundTools(to: &registry)
        addChangingTools(to: &registry)
        addSchemaTool(to: &registry)
        addResources(to: &registry)
        addPrompts(to: &registry)
        dispatcher.registry = registry
    }

    static let none: JSONObject = ["type": "object", "additionalProperties": false]

    static func tool(
        _ name: String, _ description: String, input: JSONObject = none, _ handler: @escaping Tool.Handler
    ) -> Tool {
        Tool(
            name, title: name, description: description, input: input,
            hints: Tool.Hints(readOnly: true, destructive: false, idempotent: true, openWorld: false), scope: .read,
            handler: handler)
    }

    /// A schema of one level, all of it required.
    static func form(_ properties: JSONObject) -> JSONObject {
        ["type": "object", "properties": .object(properties), "required": .array(properties.names.map { .string($0) })]
    }
}
