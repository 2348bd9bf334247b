import Core
public import HTTP

/// One request to a service, complete in memory: what is left is to send it.
public struct ForwarderRequest: Sendable, Equatable {
    public let method: OutboundRequest.Method
    /// Absolute, and below the service's base.
    public let url: String
    /// Names in lower case, each once; values of one line.
    public let fields: [Field]
    public let body: [UInt8]

    /// Octets of all fields.
    static let longestFields = 32 << 10

    init(method: OutboundRequest.Method, url: String, fields: [Field], body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
    }
}

/// Puts requests of one service together.
struct RequestMaker {
    let forwarder: Forwarder
    let credentials: ForwarderCredentials
    /// Goes with the request, so that both sides' logs can be laid beside each other.
    let requestID: String?
    /// What kind of answer is wanted.
    var accept = "application/json, text/*;q=0.8, */*;q=0.5"

    /// The request of a template for these values.
    /// - Throws: for values that cannot stand where they belong, and for what is too large.
    func request(_ template: RequestTemplate, _ scope: ValueScope) throws(ForwarderFailure) -> ForwarderRequest {
        let path = try template.path.path(scope.arguments)
        var query = QueryString()
        for parameter in template.query { try parameter.add(to: &query, scope) }
        return try request(template, url: forwarder.base.url(path, query: query), scope)
    }

    /// The request of a template, to an address that the service has given.
    func request(
        _ template: RequestTemplate, url: String, _ scope: ValueScope
    ) throws(ForwarderFailure) -> ForwarderRequest {
        let url = Self.adding(credentials.query, to: url)
        guard url.utf8.count <= ServiceBase.longestURL else {
            throw ForwarderFailure(.invalidArguments, "the arguments make the URL too long")
        }
        // The parts have been checked one by one; this is what must hold of the whole.
        guard forwarder.base.contains(url) else {
            throw ForwarderFailure(.invalidArguments, "the arguments make a path outside of the service")
        }
        let (body, type) = try self.body(template.body, scope)
        guard body.count <= forwarder.limits.requestBytes else {
            throw ForwarderFailure(
                .invalidArguments,
                "the arguments are too large: at most \(forwarder.limits.requestBytes) bytes are sent")
        }
        let fields = try self.fields(template, type, scope)
        return ForwarderRequest(method: template.method, url: url, fields: fields, body: body)
    }

    /// A parameter of this name that stands there already gives way: it may be one of ours, in a link of the service.
    private static func adding(_ secrets: [(name: String, value: Secret)], to url: String) -> String {
        if secrets.isEmpty { return url }
        let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var query =
            parts.count > 1 ? (try? QueryString(parsing: String(parts[1]), maxItems: 1000)) ?? QueryString() : .init()
        query.items.removeAll { item in secrets.contains { $0.name == item.name } }
        for secret in secrets { query.append(secret.name, secret.value.reveal()) }
        return parts[0] + "?" + query.text
    }

    // MARK: Fields

    private func fields(
        _ template: RequestTemplate, _ type: String?, _ scope: ValueScope
    ) throws(ForwarderFailure) -> [Field] {
        var fields: [Field] = [Field("accept", accept), Field("user-agent", Version.product)]
        func set(_ name: String, _ value: String) {
            if let index = fields.firstIndex(where: { $0.name == name }) {
                fields[index].value = value
            } else {
                fields.append(Field(name, value))
            }
        }
        if let requestID { set("x-request-id", requestID) }
        if let type { set("content-type", type) }
        for field in forwarder.fields + template.fields {
            guard let value = try scope.value(of: field.value), !value.isNull else { continue }
            let isOwn = !field.value.takesArguments
            guard let text = value.scalarText else {
                throw ForwarderFailure(
                    isOwn ? .notConfigured : .invalidArguments, "the field \(field.name) must be a string or a number")
            }
            guard FieldRules.isValue(text) else {
                throw ForwarderFailure(
                    isOwn ? .notConfigured : .invalidArguments,
                    "the field \(field.name) must be one line of at most \(FieldRules.longestValue) bytes")
            }
            set(field.name, text)
        }
        for field in credentials.fields { set(field.name, field.value.reveal()) }
        let length = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard length <= ForwarderRequest.longestFields, fields.allSatisfy({ FieldRules.isValue($0.value) }) else {
            throw ForwarderFailure(.notConfigured, "what is sent in header fields is too long or has line ends")
        }
        return fields
    }

    // MARK: Bodies

    private func body(
        _ body: RequestTemplate.Body, _ scope: ValueScope
    ) throws(ForwarderFailure) -> (octets: [UInt8], type: String?) {
        switch body {
        case .none: return ([], nil)
        case .json(let template):
            guard let value = try scope.value(of: template) else { return ([], nil) }
            return (value.encoded, "application/json")
        case .form(let parameters):
            var query = QueryString()
            for parameter in parameters { try parameter.add(to: &query, scope) }
            var octets: [UInt8] = []
            query.append(to: &octets)
            return (octets, "application/x-www-form-urlencoded")
        case .text(let template):
            guard let text = try scope.value(of: template)?.plainText else { return ([], nil) }
            return (Array(text.utf8), "text/plain; charset=utf-8")
        case .multipart(let parts):
            let (octets, boundary) = try MultipartBody.make(parts, scope, max: forwarder.limits.requestBytes)
            return (octets, "multipart/form-data; boundary=" + boundary)
        }
    }
}

/// A body of the type `multipart/form-data` (RFC 7578).
enum MultipartBody {
    private static let maxBoundaries = 1000

    static func make(
        _ parts: [MultipartPart], _ scope: ValueScope, max: Int
    ) throws(ForwarderFailure) -> (octets: [UInt8], boundary: String) {
        var pieces: [(head: String, content: [UInt8])] = []
        for part in parts {
            guard let text = try scope.value(of: part.value)?.plainText else { continue }
            var head = "content-disposition: form-data; name=\"\(part.name)\""
            guard let file = part.file else {
                pieces.append((head, Array(text.utf8)))
                continue
            }
            guard let octets = Base64.decode(text) else {
                throw ForwarderFailure(.invalidArguments, "\(part.name) must be base 64 with padding")
            }
            head += "; filename=\"\(file.name)\"\r\ncontent-type: \(file.mimeType)"
            pieces.append((head, octets))
        }
        guard pieces.reduce(0, { $0 + $1.content.count }) <= max else {
            throw ForwarderFailure(.invalidArguments, "the arguments are too large: at most \(max) bytes are sent")
        }
        // What parts the parts must stand in none of them.
        for number in 0..<maxBoundaries {
            let boundary = "luma-mcp-\(number)"
            let search = ByteSearch(Array(boundary.utf8))
            if pieces.contains(where: { search.isFound(in: $0.content) }) { continue }
            var octets: [UInt8] = []
            for piece in pieces {
                octets += "--\(boundary)\r\n\(piece.head)\r\n\r\n".utf8
                octets += piece.content
                octets += "\r\n".utf8
            }
            octets += "--\(boundary)--\r\n".utf8
            return (octets, boundary)
        }
        throw ForwarderFailure(.invalidArguments, "the arguments contain every multipart boundary that was tried")
    }
}
