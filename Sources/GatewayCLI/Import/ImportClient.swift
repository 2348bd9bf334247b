import Core
package import GatewayAPI
package import HTTP
package import IO

/// The way to the gateway: one loop with one transport.
package struct ImportClient {
    private static let patience = 30.0

    package let target: GatewayTarget
    package let loop: Loop

    package init(_ target: GatewayTarget) throws(CommandFailure) {
        self.target = target
        do throws(SystemError) {
            loop = try Loop(label: "luma-mcp.import")
        } catch {
            throw CommandFailure(.software, "the command cannot start: \(error)")
        }
        loop.start()
    }

    package func end() async { await loop.stop() }

    /// On the loop.
    package func transport(_ loop: isolated Loop) throws(TransportError) -> CurlTransport {
        try CurlTransport(reactor: loop.reactor, settings: CommandRun.settings(target))
    }

    /// Where rows are sent.
    package func place() async -> ImportReport.Place {
        guard case .success(let response) = await get("/health", patience: 5) else {
            return ImportReport.Place(base: target.base, mode: nil)
        }
        return ImportReport.Place(
            base: target.base, mode: (try? JSON.parse(response.body))?["mode"]?.stringValue)
    }

    /// The templates that the gateway has: those that are built in, and its own.
    package func templates() async throws(CommandFailure) -> TemplateCatalog {
        guard let result = await get("/templates/", patience: Self.patience) else {
            throw CommandFailure(.unavailable, "the gateway at \(target.base) does not answer")
        }
        return try Self.catalog(result, target.base)
    }

    /// Nil when there is no way to ask.
    private func get(_ path: String, patience: Double) async -> Result<OutboundResponse, TransportError>? {
        let (answers, answer) = AsyncStream<Result<OutboundResponse, TransportError>>.makeStream()
        let request = OutboundRequest(
            method: .get, url: target.base + path, fields: target.access,
            deadline: LoopClock.monotonicNow.advanced(seconds: patience))
        let isStarted = await loop.perform { loop in
            guard let transport = try? transport(loop) else { return false }
            _ = loop.reactor.start {
                do throws(TransportError) {
                    answer.yield(.success(try await transport.send(request)))
                } catch {
                    answer.yield(.failure(error))
                }
                answer.finish()
                transport.shutdown()
            }
            return true
        }
        if isStarted { for await result in answers { return result } }
        return nil
    }

    private static func catalog(
        _ result: Result<OutboundResponse, TransportError>, _ base: String
    ) throws(CommandFailure) -> TemplateCatalog {
        let response: OutboundResponse
        switch result {
        case .success(let found): response = found
        case .failure(let error):
            throw CommandFailure(.unavailable, "the gateway at \(base) does not answer: \(error.cause.rawValue)")
        }
        guard response.status == 200, let list = (try? JSON.parse(response.body))?.arrayValue else {
            let isAccess = [401, 403].contains(response.status)
            throw CommandFailure(
                isAccess ? .noPermission : .unavailable,
                "the gateway at \(base) does not tell its templates: status \(response.status)")
        }
        let builtIn = Set(Template.builtIn.map(\.type))
        let files = list.filter { !builtIn.contains($0["type"]?.stringValue ?? "") }.map { template in
            TemplateCatalog.File(
                name: template["type"]?.stringValue ?? "a template",
                text: String(decoding: template.encoded, as: UTF8.self))
        }
        do throws(TemplateCatalogError) {
            return try TemplateCatalog(files: files, zones: SystemTimeZones.database)
        } catch {
            throw CommandFailure(
                .unavailable, "the gateway's templates cannot be used: \(CommandFailure.line("\(error)"))")
        }
    }
}
