import Core
import HTTP

/// What a REST handler needs of a request, copied out of the connection's buffer so that it may wait.
struct RequestInput {
    var endpoint: Endpoint
    /// The one segment that a path pattern leaves open, percent-decoded.
    var parameter: String?
    /// The query by name and value, decoded, in order.
    var query: [(name: String, value: String)] = []
    var body: [UInt8] = []
    var contentType: String?
    var accept: String?
    var prefer: String?
    var ifNoneMatch: String?
}

extension RequestInput {
    /// Copies what `endpoint` reads.
    /// - Throws: `APIError` when the query is not well-formed.
    init(_ endpoint: Endpoint, parameter: String?, _ request: RequestView) throws(APIError) {
        self.endpoint = endpoint
        self.parameter = parameter
        if let bytes = request.query, !bytes.isEmpty {
            do throws(QueryStringError) {
                query = try QueryString(parsing: bytes).items
            } catch {
                throw APIError(
                    .badRequest, "The query string is not well-formed",
                    details: JSONObject([("problem", .string("\(error)"))]))
            }
        }
        switch endpoint {
        case .createEvent, .replaceEvent, .patchEvent, .createFromTemplate:
            body = Array(request.body)
            contentType = request.field("content-type")
            prefer = request.field("prefer")
        case .listEvents: accept = request.field("accept")
        case .getEvent, .getTemplate, .listTemplates: ifNoneMatch = request.field("if-none-match")
        default: break
        }
    }

    /// For an endpoint without parameters: whoever writes `?dry_run=true` must not be served as if it were not there.
    /// - Throws: `APIError` 422 that names every parameter.
    func refuseQuery() throws(APIError) { try QueryReader(query, known: []).finish() }

    /// The body as a JSON document.
    /// - Throws: `APIError` 415 for another media type, 400 for text that is not JSON.
    func json() throws(APIError) -> JSON {
        if let contentType, !Self.isJSON(contentType) {
            throw APIError(
                .unsupportedMediaType, "Send the body as JSON, with Content-Type: application/json",
                details: JSONObject([("content_type", .string(APIError.shortened(contentType)))]))
        }
        do throws(JSONError) {
            return try JSON.parse(body)
        } catch {
            throw APIError(error)
        }
    }

    /// `application/json` or a `+json` type, whatever its parameters (RFC 9110 §8.3, RFC 6839).
    static func isJSON(_ contentType: String) -> Bool {
        let type = contentType.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        return type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json"))
    }

    /// True when the caller asked for `return=minimal` (RFC 7240 §4.2).
    var prefersMinimal: Bool {
        guard let prefer else { return false }
        return prefer.split(separator: ",").contains { preference in
            let word = preference.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" && $0 != "\"" }
            return word.lowercased() == "return=minimal"
        }
    }

    /// True when `type` stands in Accept with a weight above zero (RFC 9110 §12.5.1). Wildcards do not ask for it.
    func accepts(_ type: String) -> Bool {
        guard let accept else { return false }
        return accept.split(separator: ",").contains { range in
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard parts.first == type else { return false }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            return (weight ?? 1) > 0
        }
    }
}
