import Core
import Gateway
import Glibc
import IO
import MCP
import Settings

/// A server that offers what the protocol's conformance scenarios ask for by name, over the gateway's own dispatcher and
/// transports. For tests only: `fixture-server [port]`.
@main struct Main {
    static func main() async {
        exit(await serve(port: CommandLine.arguments.dropFirst().first ?? "0"))
    }

    /// Serves on a port of the loopback with one loop, until a signal.
    /// - Returns: the exit code.
    private static func serve(port: String) async -> Int32 {
        do {
            let configuration = try Configuration.resolve(
                flags: [.port: port, .sandbox: "true", .workers: "1", .logFormat: "json"], environment: [:],
                dotEnv: nil, surroundings: Surroundings(cores: 1, isTerminal: false)
            ).configuration
            return try await ServeCommand(configuration: configuration, environment: [:]) {
                FixtureServer($0).dispatcher
            }.run()
        } catch {
            StandardError.write("the start failed: \(error)")
            return 70
        }
    }
}

/// The fixtures of one loop. Some of them change what is offered.
final class FixtureServer {
    let host: DispatcherHost
    let dispatcher: Dispatcher

    init(_ host: DispatcherHost) {
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

extension DispatcherHost {
    /// Lets the loop go on with other work for so many seconds.
    /// - Throws: `CallFailure.cancelled` when the call is given up in the meantime.
    func pause(_ seconds: Double) async throws(CallFailure) {
        do { try await clock.sleep(until: clock.now.advanced(seconds: seconds)) } catch { throw .cancelled }
    }
}
