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

    /// Stops its loop. Once, when nothing is under way.
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
                "the gateway at \(base) does not list its templates: status \(response.status)")
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

/// What an answer of the gateway means for the row that was sent. A row is only ever sent again with its own key, so that
/// no answer, and no loss of one, makes an event twice.
package enum ImportAnswer: Equatable {
    /// Why a row is sent again.
    package enum Cause: Equatable {
        /// The budget is spent: everybody waits.
        case budget
        /// Its first attempt is still being served or looked for.
        case settling
        /// The gateway or Luma cannot be used at the moment.
        case trouble(String)
        /// It is not the gateway that answers: what stands before it cannot reach it.
        case absent(String)
        /// Whether it was done is not known; asked again, the gateway may have found out.
        case doubt(String)
    }

    case created(id: String, isReplayed: Bool, warnings: [String])
    /// Again with the same key, after so many seconds; nil when the answer does not say.
    case again(Cause, after: Double?)
    /// This row cannot be imported; others may.
    case refused(String)
    /// Its key was used for a row that said something else.
    case reused(String)
    /// No row can be imported like this.
    case useless(String, isAccess: Bool)

    package init(status: Int, retryAfter: String?, isReplayed: Bool, body: [UInt8]) {
        let json = try? JSON.parse(body)
        let pause = retryAfter.flatMap(Double.init).flatMap { $0.isNaN ? nil : min(max($0, 0), 86_400) }
        let text = Self.text(status, json)
        switch (status, json?["reason"]?.stringValue ?? "") {
        case (201, _) where json?["id"]?.stringValue?.isEmpty ?? true:
            self = .useless(
                "unexpected response, a created event without an id: is this a luma-mcp gateway?", isAccess: false)
        case (201, _):
            let warnings = json?["warnings"]?.arrayValue?.compactMap(\.stringValue) ?? []
            self = .created(id: json?["id"]?.stringValue ?? "", isReplayed: isReplayed, warnings: warnings)
        case (409, "request_in_progress"): self = .again(.settling, after: pause ?? 1)
        case (422, "idempotency_key_reused"): self = .reused(text)
        case (429, _): self = .again(.budget, after: pause ?? 1)
        case (504, "outcome_unknown"): self = .again(.doubt(text), after: pause)
        case (401, _), (403, _), (421, "host_not_allowed"): self = .useless(text, isAccess: true)
        // A key that Luma refuses, it refuses for every row; so does a path that is not the gateway's.
        case (502, "upstream_auth"), (404, "not_found"), (404, ""), (405, _), (300..<400, _):
            self = .useless(text, isAccess: false)
        case (408, ""), (425, ""), (502, ""), (503, ""), (504, ""): self = .again(.absent(text), after: pause)
        case (408, _), (425, _), (502, _), (503, _), (504, _): self = .again(.trouble(text), after: pause)
        case (500..., _): self = .again(.doubt(text), after: pause)
        default: self = .refused(text)
        }
    }

    /// Whether the gateway is there, as far as this answer shows.
    package var isTheGateways: Bool { if case .again(.absent, _) = self { false } else { true } }

    /// The message of an answer, with the fields that it names.
    private static func text(_ status: Int, _ json: JSON?) -> String {
        var text = json?["error"]?.stringValue ?? "HTTP status \(status)"
        let fields = (json?["details"]?["fields"]?.arrayValue ?? []).prefix(5).compactMap { entry -> String? in
            guard let field = entry["field"]?.stringValue, let problem = entry["problem"]?.stringValue else {
                return nil
            }
            return "\(field) \(problem)"
        }
        if !fields.isEmpty { text += ": " + fields.joined(separator: "; ") }
        if let luma = json?["details"]?["luma"]?["message"]?.stringValue { text += ": " + luma }
        return APIError.shortened(text, to: 1000)
    }
}
