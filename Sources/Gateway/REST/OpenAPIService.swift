import Core
import GatewayAPI
import HTTP
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
