import Core
import Gateway
import GatewayCLI
import Glibc
import IO
import SandboxServer
import Settings

/// The whole program behind `main`: arguments in, exit code out.
public enum Program {
    /// A `.env` file is settings, a few kilobytes.
    private static let largestDotEnv = 64 << 10

    /// Runs the command of these arguments, without the program's own name, to its end.
    /// - Returns: the exit code.
    public static func run(_ arguments: [String]) async -> Int32 {
        HeapLimit.set()
        openStandardStreams()
        checkCommands()
        do {
            let command = try Command.parse(arguments)
            if command.usesNetwork, let problem = CurlVersion.problem { throw StartFailure(.unavailable, problem) }
            switch command {
            case .help(let topic):
                StandardOutput.write(Help.text(topic))
                return 0
            case .version:
                StandardOutput.write("luma-mcp \(Version.number)")
                return 0
            case .completion(let shell):
                StandardOutput.write(Completion.script(for: shell))
                return 0
            case .completionList(let list):
                return await CompletionValues(list, environment: environment()).run()
            case .man:
                StandardOutput.write(ManPage.text)
                return 0
            case .events(let call):
                return await EventsCommand(call, environment: environment()).run()
            case .operation(let call):
                return await OperationCommand(call, environment: environment()).run()
            case .sandbox(let flags):
                return try await SandboxCommand(.resolve(flags: flags, checks: Emulator.settingChecks)).run()
            case .mcp(let flags, let toolsets):
                let environment = environment()
                let configuration = try configuration(flags, environment)
                return try await StdioCommand(
                    configuration: configuration, environment: environment, toolsets: toolsets
                ).run()
            case .doctor(let flags, let asJSON):
                return await DoctorCommand(
                    asJSON: asJSON, environment: environment(), askGateway: GatewayProbe.health
                ).run { try resolution(flags, environment()) }
            case .plugins(let call, let flags):
                let environment = environment()
                return try await PluginsCommand(call, environment: environment).run { directory in
                    try Configuration.plugins(
                        flags: flags, environment: environment, dotEnv: try dotEnv(), in: directory)
                }
            case .keys(let call, let flags):
                let (keys, folder) = try Configuration.keys(
                    flags: flags, environment: environment(), dotEnv: try dotEnv())
                return try await KeysCommand(call, keys, folder: folder).run()
            case .forwarders(let call, let flags):
                let environment = environment()
                return try ForwardersCommand(call, environment: environment).run {
                    try Configuration.forwarders(flags: flags, environment: environment, dotEnv: try dotEnv())
                }
            case .upstreams(let call, let flags):
                let environment = environment()
                return try await UpstreamsCommand(call, environment: environment).run {
                    try Configuration.upstreams(flags: flags, environment: environment, dotEnv: try dotEnv())
                }
            case .serve(let flags):
                let environment = environment()
                let configuration = try configuration(flags, environment)
                return try await ServeCommand(configuration: configuration, environment: environment).run()
            }
        } catch let error as ConfigurationErrors {
            StandardError.write(error.errors.map { "luma-mcp: \($0)" }.joined(separator: "\n"))
            return error.exitCode
        } catch let error as StartFailure {
            StandardError.write("luma-mcp: \(error)")
            return error.kind.rawValue
        } catch {
            StandardError.write("luma-mcp: the start failed: \(error)")
            return 70
        }
    }

    /// Whoever builds a program whose table of surfaces promises a command that nobody serves sees it at the first start.
    private static func checkCommands() {
        let problems = CommandFamily.problems(beside: CommandRow.plainNames)
        precondition(problems.isEmpty, "the table of surfaces: \(problems.joined(separator: "; "))")
    }

    /// A standard stream that the parent has closed is opened to nowhere: its number would go to the next socket, and a
    /// log line to whoever is at the other end.
    private static func openStandardStreams() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDWR)
        }
    }

    private static func configuration(
        _ flags: [Setting: String], _ environment: [String: String]
    ) throws -> Configuration {
        let resolution = try resolution(flags, environment)
        for warning in resolution.warnings { StandardError.write("luma-mcp: warning: \(warning)") }
        return resolution.configuration
    }

    private static func resolution(
        _ flags: [Setting: String], _ environment: [String: String]
    ) throws -> Resolution {
        let dotEnv = try dotEnv()
        let surroundings = Surroundings(cores: cores(), isTerminal: isatty(STDERR_FILENO) == 1)
        var resolution = try Configuration.resolve(
            flags: flags, environment: environment, dotEnv: dotEnv, surroundings: surroundings,
            checks: Emulator.settingChecks)
        if dotEnv != nil, let problem = FileExposure.problem(".env") { resolution.warnings.append(".env \(problem)") }
        // The settings are known, and with them what must not be left behind in a core.
        if resolution.configuration.holdsSecrets, !resolution.configuration.debug { MemoryDump.forbid() }
        return resolution
    }

    /// The text of the `.env` file; nil when there is none.
    private static func dotEnv() throws(StartFailure) -> String? {
        do throws(SmallFile.Failure) {
            return try SmallFile.read(".env", limit: largestDotEnv)
        } catch {
            throw StartFailure(.configuration, ".env cannot be used: \(error)")
        }
    }

    /// The cores that this process may run on, which a container or `taskset` may have made fewer.
    private static func cores() -> Int {
        Affinity.usableCores
    }

    private static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let line = entry.pointee {
            let text = String(cString: line)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            entry += 1
        }
        return variables
    }
}
