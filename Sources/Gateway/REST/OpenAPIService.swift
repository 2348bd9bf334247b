import Core
import GatewayAPI
import HTTP
import LumaSandbox
import Synchronization

/// The document's text, made when it is first asked for and shared by all loops.
final class OpenAPIText: Sendable {
    private let templates: TemplateCatalog
    private let hasMoreTemplates: Bool
    private let zones: @Sendable () -> [String]
    private let scheme: String
    private let text = Mutex<[UInt8]?>(nil)

    /// - Parameters:
    ///   - isPublic: also who may not read the templates may read the document. Then it tells of those that are built in, as the
    ///     user's own may hold a meeting's link and password.
    ///   - zones: gives the names of time zones; asked once.
    init(templates: TemplateCatalog, isPublic: Bool, scheme: String, zones: @escaping @Sendable () -> [String]) {
        hasMoreTemplates = isPublic && templates.hasOwn
        self.templates = hasMoreTemplates ? TemplateCatalog() : templates
        self.zones = zones
        self.scheme = scheme
    }

    /// The document for who has reached the server under this name; nil for a name that nobody gave.
    func bytes(host: String?) -> [UInt8] {
        let document = text.withLock { text in
            if let text { return text }
            let made = OpenAPIDocument(
                templates: templates, hasMoreTemplates: hasMoreTemplates,
                examples: OpenAPIExamples(templates: templates), zones: zones()
            ).json.encoded
            text = made
            return made
        }
        // A path alone is relative to the document's own address (OpenAPI 3.1 §4.8.5).
        let servers: JSON = [["url": .string(host.map { "\(scheme)://\($0)" } ?? "/")]]
        // The document begins with its brace.
        return Array(#"{"servers":"#.utf8) + servers.encoded + [UInt8(ascii: ",")] + document.dropFirst()
    }
}

/// `GET /openapi.json`.
final class OpenAPIService {
    private let text: OpenAPIText

    init(_ text: OpenAPIText) { self.text = text }

    func answer(_ input: RequestInput) throws(APIError) -> Response {
        try input.refuseQuery()
        return try .tagged(text.bytes(host: input.host), input.conditions)
    }
}

extension OpenAPIExamples {
    /// With events and pages that the emulator answers.
    init(templates: TemplateCatalog) {
        var sandbox = Sandbox(SandboxConfiguration(seed: 7, startsWithEvents: false))
        // 2027-01-15T12:00:00Z.
        let now = Timestamp(milliseconds: 1_800_014_400_000)
        func ask(_ method: Method, _ path: String, query: [(name: String, value: String)] = [], body: JSON = [:])
            -> JSON
        {
            let request = SandboxRequest(
                method: method, path: path, query: query, apiKey: "example", body: body.encoded)
            let answer = sandbox.handle(request, now: now, monotonic: MonotonicTime(nanoseconds: 0))
            return (try? JSON.parse(answer.body)) ?? .null
        }
        var created = Self.newEvent
        created["start_at"] = "2027-07-01T23:00:00.000Z"
        let id = ask(.post, "/v1/events/create", body: .object(created))["id"]?.stringValue ?? ""
        let event = ask(.get, "/v1/events/get", query: [("event_id", id)])
        let list = ask(.get, "/v1/calendars/events/list")
        self.init(templates: templates, event: event, entries: list["entries"] ?? [])
    }
}
