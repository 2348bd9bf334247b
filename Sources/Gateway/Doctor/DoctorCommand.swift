package import Core
import Crypto
import GatewayAPI
import Glibc
import HTTP
import IO
import LumaClient
package import Settings
import Store
import ToolHost
import ToolSources

/// `luma-mcp doctor`: looks at everything that the gateway needs, and says what to do. It changes nothing, and asks Luma
/// one thing: who the key belongs to; and a gateway that runs already, how it is.
package struct DoctorCommand {
    private static let patience = 15.0
    /// For all upstream MCP servers together, in seconds.
    private static let secondsForUpstreams = 15.0

    /// Asks a gateway at an address for its health, with the certificates of authorities in a file; nil when none answers.
    package typealias AskGateway = @Sendable (_ url: String, _ caFile: String?) async -> JSON?

    private let asJSON: Bool
    private let environment: [String: String]
    private let askGateway: AskGateway

    /// - Parameter environment: what a gateway would have.
    package init(asJSON: Bool, environment: [String: String], askGateway: @escaping AskGateway) {
        (self.asJSON, self.environment, self.askGateway) = (asJSON, environment, askGateway)
    }

    /// - Parameter resolve: finds the settings.
    /// - Returns: the exit code: 0 when all is well, 1 with warnings, 2 when something does not work.
    package func run(_ resolve: () throws -> Resolution) async -> Int32 {
        var report = DoctorReport()
        do {
            let resolution = try resolve()
            for warning in resolution.warnings { report.add("settings", .warning, warning) }
            if resolution.warnings.isEmpty { report.add("settings", .ok, "all settings are valid") }
            await look(resolution.configuration, &report)
        } catch let error as ConfigurationErrors {
            // Without settings there is nothing else to look at.
            for problem in error.errors {
                report.add(
                    "settings", .failed, "\(problem)", advice: "See luma-mcp help for what each setting accepts.")
            }
        } catch {
            report.add("settings", .failed, "\(error)")
        }
        StandardOutput.write(asJSON ? String(decoding: report.json.encoded, as: UTF8.self) : report.text)
        return report.verdict.exitCode
    }

    private func look(_ configuration: Configuration, _ report: inout DoctorReport) async {
        checkFiles(configuration, &report)
        checkStore(configuration, &report)
        await checkPort(configuration, &report)
        var wanted = checkForwarders(configuration, &report)
        wanted[PluginService.source] = await checkPlugins(configuration, &report)
        wanted.merge(await checkUpstreams(configuration, &report)) { first, _ in first }
        report.addConflicts(of: wanted, builtIn: ToolBox.names)
        if configuration.usesSandbox {
            report.add("luma", .ok, "using the built-in emulator; nothing reaches Luma and no key is needed")
            report.addClock(now: WallClock.now, aheadOfUs: nil)
            return
        }
        let (failure, offset) = await ask(configuration)
        report.addLuma(failure, host: configuration.baseURL.text)
        report.addClock(now: WallClock.now, aheadOfUs: offset)
    }

    private func checkFiles(_ configuration: Configuration, _ report: inout DoctorReport) {
        let folder = configuration.storeDirectory(byDefault: ServeCommand.dataDirectory)
        for problem in FileExposure.problems(configuration, folder: folder) { report.add("files", .warning, problem) }
        do throws(StartFailure) {
            try TLSFile.checkAuthorities(configuration)
            if let files = configuration.tls {
                report.addCertificate(daysLeft: try TLSFile.context(files, try Self.tickets()).daysLeft)
            }
        } catch {
            report.add("tls", .failed, error.description, advice: "Both files must be PEM and readable by this user.")
        }
        do throws(StartFailure) {
            report.addAccess(configuration, tokens: try configuration.tokens()?.count)
        } catch {
            report.add("access", .failed, error.description)
        }
        guard let directory = configuration.templatesDirectory else { return }
        do throws(TemplateCatalogError) {
            let catalog = try TemplateCatalog.read(directory: directory, zones: SystemTimeZones.database)
            report.add("templates", .ok, Plural.count(catalog.templates.count, "template"))
        } catch {
            report.add("templates", .failed, "LUMA_TEMPLATES_DIR cannot be used:\n\(error)")
        }
    }

    private static func tickets() throws(StartFailure) -> TLSTicketKeys {
        do throws(CryptoError) {
            return try TLSTicketKeys()
        } catch {
            throw StartFailure(.unavailable, "OpenSSL does not work: \(error)")
        }
    }

    private func checkStore(_ configuration: Configuration, _ report: inout DoctorReport) {
        guard let folder = configuration.storeDirectory(byDefault: ServeCommand.dataDirectory) else {
            return report.add("store", .ok, "in memory, like the emulator's events")
        }
        // A folder that is not there yet is made in the one above it.
        let place = access(folder, F_OK) == 0 ? folder : Self.parent(of: folder)
        report.addStore(
            StoreInspection(folder: folder), folder: folder, refusal: StoreInspection.tryWrite(folder: place))
        report.addGateways(GatewayMembers.count(in: folder))
    }

    /// - Returns: the names of the tools of plugins.
    private func checkPlugins(_ configuration: Configuration, _ report: inout DoctorReport) async -> [String] {
        guard let plugins = configuration.plugins else { return [] }
        do throws(SystemError) {
            let settings = PluginHost.Settings(plugins, environment)
            let host = try await PluginHost.make(settings, in: CallFolder(below: nil)) { _ in }
            let snapshot = await host.survey()
            report.addPlugins(snapshot)
            await host.end()
            return snapshot.plugins.flatMap { $0.commands.map(\.definition.name) }
        } catch {
            report.add("plugins", .failed, "plugins cannot be run: \(error)")
            return []
        }
    }

    /// Asks each of them once, as the gateway does.
    /// - Returns: the names of their tools, by their sources.
    private func checkUpstreams(
        _ configuration: Configuration, _ report: inout DoctorReport
    ) async -> [String: [String]] {
        do throws(StartFailure) {
            guard
                let host = try UpstreamService.make(
                    configuration, environment: environment, remembers: false,
                    folder: configuration.storeDirectory(byDefault: ServeCommand.dataDirectory), log: nil)?.host
            else { return [:] }
            host.read { _, _ in }
            let snapshot = await host.survey(seconds: Self.secondsForUpstreams)
            await host.end()
            report.addUpstreams(snapshot)
            return Dictionary(
                snapshot.upstreams.map {
                    (UpstreamService.source(of: $0.name), $0.offered.tools.map(\.definition.name))
                }
            ) { first, _ in first }
        } catch {
            report.add("upstreams", .failed, error.description)
            return [:]
        }
    }

    /// - Returns: the names of the tools of services, by their sources.
    private func checkForwarders(
        _ configuration: Configuration, _ report: inout DoctorReport
    ) -> [String: [String]] {
        guard let service = ForwarderService(configuration, environment: environment, log: nil) else { return [:] }
        service.host.read { _, _ in }
        let snapshot = service.host.snapshot
        report.addForwarders(snapshot)
        return Dictionary(
            snapshot.documents.filter(\.isOffered).map { document in
                (ForwarderService.source(of: document.reading.name ?? ""), document.reading.definitions.map(\.name))
            }
        ) { $0 + $1 }
    }

    /// Looks whether the port can be listened on, or who does so already.
    private func checkPort(_ configuration: Configuration, _ report: inout DoctorReport) async {
        let (host, port) = (configuration.host, configuration.port)
        guard port != 0 else { return report.add("port", .ok, "a free one is picked at startup") }
        let name = host.isWildcard ? "localhost" : host.urlText
        let url = "\(configuration.tls == nil ? "http" : "https")://\(name):\(port)"
        // Of our own certificate only that it is ours is of interest, and whose it is was looked at before.
        if let health = await askGateway(url, configuration.tls?.certificate), DoctorReport.isHealth(health) {
            return report.addPresence(.gateway(health), at: url)
        }
        do throws(StartFailure) {
            _ = try Listening.open(host: host, port: port, loops: 1)
            report.addPresence(.free, at: url)
        } catch {
            let holder = PortHolder.name(of: port)
            report.addPresence(
                error.isInUse || holder != nil ? .taken(by: holder) : .refused(error.description), at: url)
        }
    }

    private static func parent(of path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Asks Luma whose the key is, on a loop of its own.
    private func ask(_ configuration: Configuration) async -> (failure: LumaError?, clockOffset: Int64?) {
        do {
            let loop = try Loop(label: "luma-mcp.doctor")
            loop.start()
            let shared = Shared(
                configuration, upstream: configuration.baseURL.text, templates: TemplateCatalog(), log: try Self.noLog()
            )
            let (answers, answer) = AsyncStream<(LumaError?, Int64?)>.makeStream()
            try await loop.perform { loop in
                let transport = try CurlTransport(reactor: loop.reactor, settings: shared.transportSettings)
                let clock = LoopClock(loop.reactor)
                let luma = shared.makeClient(transport: transport, time: clock)
                _ = loop.reactor.start {
                    var failure: LumaError?
                    do throws(LumaError) {
                        let deadline = clock.now.advanced(seconds: Self.patience)
                        _ = try await luma.getSelf(deadline: deadline, context: CallContext())
                    } catch {
                        failure = error
                    }
                    answer.yield((failure, luma.knownClockOffset))
                    answer.finish()
                    transport.shutdown()
                }
            }
            for await found in answers { return found }
        } catch {}
        return (.timedOut, nil)
    }

    private static func noLog() throws -> LogSink {
        try LogSink(path: "/dev/null", format: .text, threshold: .error)
    }
}

/// Which program of this machine listens on a port, as far as this user may see.
enum PortHolder {
    /// Its name and process id, such as `nginx (process 812)`; nil when it cannot be told.
    static func name(of port: UInt16) -> String? {
        let sockets = Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap { listening(on: port, in: table($0)) })
        guard !sockets.isEmpty, let processes = try? SmallFile.names(in: "/proc", suffix: "") else { return nil }
        for process in processes where process.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            guard let descriptors = try? SmallFile.names(in: "/proc/\(process)/fd", suffix: "") else { continue }
            for descriptor in descriptors {
                guard let target = link("/proc/\(process)/fd/\(descriptor)"), target.hasPrefix("socket:["),
                    sockets.contains(String(target.dropFirst(8).dropLast()))
                else { continue }
                let name = (try? SmallFile.read("/proc/\(process)/comm", limit: 256)) ?? nil
                return
                    "\(ConfigurationError.word((name ?? "a program").split(separator: "\n").first.map(String.init) ?? "")) "
                    + "(process \(process))"
            }
        }
        return nil
    }

    private static func table(_ path: String) -> String {
        ((try? SmallFile.read(path, limit: 8 << 20)) ?? nil) ?? ""
    }

    /// The inodes of the sockets that listen on a port, by a table of the kernel's (proc_pid_net(5)).
    static func listening(on port: UInt16, in table: String) -> [String] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ", omittingEmptySubsequences: true)
            // Local address, state (0A is LISTEN), inode.
            guard columns.count > 9, columns[3] == "0A",
                columns[1].split(separator: ":").last.flatMap({ UInt16($0, radix: 16) }) == port
            else { return nil }
            return String(columns[9])
        }
    }

    private static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        let count = readlink(path, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }
}
