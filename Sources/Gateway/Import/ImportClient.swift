import Core
import HTTP
import IO

/// The way to the gateway: one loop with one transport.
struct ImportClient {
    static let defaultServer = "http://localhost:8000"
    private static let patience = 30.0

    let target: ImportTarget
    let loop: Loop
    private let settings: CurlTransport.Settings

    /// - Throws: `ConfigurationErrors` for an address in the environment that is none.
    init(_ options: ImportOptions, _ environment: [String: String]) throws {
        var server = options.server ?? Self.defaultServer
        if options.server == nil, let given = environment["LUMA_GATEWAY_URL"], !given.isEmpty {
            guard let url = BaseURL(given) else {
                throw ConfigurationErrors(
                    ConfigurationError(
                        "LUMA_GATEWAY_URL", "must be an https URL, or http on this machine", from: .environment))
            }
            server = url.text
        }
        let token = environment["LUMA_GATEWAY_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        target = ImportTarget(base: server, token: token)
        var settings = CurlTransport.Settings()
        settings.caFile = environment["LUMA_CA_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        settings.responseFields = ImportTarget.answerFields
        self.settings = settings
        loop = try Loop(label: "luma-mcp.import")
        loop.start()
    }

    func end() async { await loop.stop() }

    /// On the loop.
    func transport(_ loop: isolated Loop) throws(TransportError) -> CurlTransport {
        try CurlTransport(reactor: loop.reactor, settings: settings)
    }

    /// The templates that the gateway has: those that are built in, and its own.
    func templates() async throws -> TemplateCatalog {
        let (answers, answer) = AsyncStream<Result<OutboundResponse, TransportError>>.makeStream()
        let request = OutboundRequest(
            method: .get, url: target.base + "/templates/", fields: target.access,
            deadline: LoopClock.monotonicNow.advanced(seconds: Self.patience))
        try await loop.perform { loop in
            let transport = try transport(loop)
            _ = loop.reactor.start {
                do throws(TransportError) {
                    answer.yield(.success(try await transport.send(request)))
                } catch {
                    answer.yield(.failure(error))
                }
                answer.finish()
                transport.shutdown()
            }
        }
        for await result in answers { return try Self.catalog(result, target.base) }
        throw ImportFailure(.unavailable, "the gateway at \(target.base) does not answer")
    }

    private static func catalog(
        _ result: Result<OutboundResponse, TransportError>, _ base: String
    ) throws(ImportFailure) -> TemplateCatalog {
        let response: OutboundResponse
        switch result {
        case .success(let found): response = found
        case .failure(let error):
            throw ImportFailure(.unavailable, "the gateway at \(base) does not answer: \(error.cause.rawValue)")
        }
        guard response.status == 200, let list = (try? JSON.parse(response.body))?.arrayValue else {
            let isAccess = [401, 403].contains(response.status)
            throw ImportFailure(
                isAccess ? .noAccess : .unavailable,
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
            throw ImportFailure(.unavailable, "the gateway's templates cannot be used: \(PlainText.line("\(error)"))")
        }
    }
}
