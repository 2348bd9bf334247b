import Core
import GatewayAPI
import HTTP

/// What a REST handler needs of a request, copied out of the connection's buffer so that it may wait.
struct RequestInput {
    var endpoint: Endpoint
    /// The one segment that a path pattern leaves open, percent-decoded.
    var parameter: String?
    /// Luma's input, read and checked, of a path that passes an operation on.
    var operation: JSONObject?
    /// The query by name and value, decoded, in order.
    var query: [(name: String, value: String)] = []
    var body: [UInt8] = []
    var contentType: String?
    var contentEncoding: String?
    var accept: Accept?
    var prefer: String?
    /// The field Host with its port, for the paths that answer with the server's own address.
    var host: String?
    var conditions = Preconditions()
    /// The longest that the caller waits, in seconds; nil when it does not say.
    var timeout: Double?
    var idempotencyKey: IdempotencyKey?
    /// Who asks: what one caller's key stands for is nobody else's business.
    var principal = ""
    /// Nobody waits for this one answer: what others wait for comes first.
    var isBackground = false
    /// What the caller says about cached responses.
    var wish = ReadWish()

    /// A preview changes nothing, whatever its method is.
    var isDryRun: Bool {
        endpoint.isWrite && query.contains { $0.name == "dry_run" && ["true", "1"].contains($0.value) }
    }
}

extension RequestInput {
    /// Copies what `endpoint` reads.
    /// - Throws: `APIError` when the query is not well-formed, or when the body is meant to replace a part.
    init(_ endpoint: Endpoint, parameter: String?, _ request: RequestView) throws(APIError) {
        self.endpoint = endpoint
        self.parameter = parameter
        if let bytes = request.query, !bytes.isEmpty {
            do throws(QueryStringError) {
                query = try QueryString(parsing: bytes).items
            } catch {
                throw APIError(
                    .badRequest, "The query string is not well-formed",
                    details: JSONObject([("problem", .string(Self.words(for: error)))]))
            }
        }
        let traits = endpoint.traits
        if traits.contains(.takesBody) {
            body = Array(request.body)
            contentType = request.combined("content-type")
            contentEncoding = request.combined("content-encoding")
            if endpoint.isWrite { prefer = request.combined("prefer") }
            // RFC 9110 §14.5: whoever does not know partial PUT must not take the part for the whole.
            if endpoint.method == .put, request.field("content-range") != nil {
                throw APIError(.badRequest, "An event cannot be changed by range: remove Content-Range")
            }
        }
        if traits.contains(.namesHost) { host = request.field("host") }
        if traits.contains(.cached) { wish = ReadWish(request.combined("cache-control")) }
        timeout = try Self.timeout(request)
        if endpoint.isWrite || traits.contains(.keyed), let key = request.combined("idempotency-key") {
            idempotencyKey = try IdempotencyKey(field: key)
        }
        if endpoint.isWrite {
            isBackground = request.combined("priority").map(Self.isBackground) ?? false
        }
        // What curl and most libraries send says nothing, and need not be read.
        accept = request.combined("accept").flatMap { $0 == "*/*" ? nil : Accept($0) }
        conditions = Preconditions(request)
    }

    /// `X-Request-Timeout`: a plain decimal number of seconds. More than the server's own bound is no error; it stays bound.
    private static func timeout(_ request: RequestView) throws(APIError) -> Double? {
        guard let text = request.field("x-request-timeout") else { return nil }
        let isPlain = text.utf8.count <= 16 && text.utf8.allSatisfy { $0 == 0x2e || (0x30...0x39).contains($0) }
        guard isPlain, let seconds = Double(text), seconds > 0 else {
            throw APIError(.badRequest, "X-Request-Timeout must be a number of seconds above 0, such as 2.5")
        }
        return seconds
    }

    /// `Priority: u=7`: an urgency below the usual 3 (RFC 9218 §4.1). It is advice, so what cannot be read says nothing.
    static func isBackground(_ field: String) -> Bool {
        var urgency: Int?
        for member in field.split(separator: ",") {
            let sides = member.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            guard sides.count == 2, sides[0].filter({ $0 != " " }) == "u" else { continue }
            urgency = Int(sides[1].filter { $0 != " " })
        }
        return urgency.map { (4...7).contains($0) } ?? false
    }

    private static func words(for error: QueryStringError) -> String {
        switch error {
        case .badEncoding(let pair): "parameter \(pair + 1) is not percent-encoded UTF-8"
        case .tooMany(let limit): "there are more than \(limit) parameters"
        }
    }

    /// For an endpoint without parameters: whoever writes `?dry_run=true` must not be served as if it were not there.
    /// - Throws: `APIError` 422 that names every parameter.
    func refuseQuery() throws(APIError) { try QueryReader(query, known: []).finish() }

    /// The body as a JSON document.
    /// - Throws: `APIError` 415 for another media type or a coding, 400 for text that is not JSON.
    func json() throws(APIError) -> JSON {
        if let contentEncoding, !contentEncoding.isEmpty, contentEncoding.lowercased() != "identity" {
            var error = APIError(
                .unsupportedMediaType, "Send the body without a Content-Encoding",
                details: JSONObject([("content_encoding", .string(APIError.shortened(contentEncoding)))]))
            error.acceptedCoding = "identity"
            throw error
        }
        if let contentType, !JSONMediaType.isOne(contentType) {
            var error = APIError(
                .unsupportedMediaType, "Send the body as JSON, with Content-Type: application/json",
                details: JSONObject([("content_type", .string(APIError.shortened(contentType)))]))
            error.acceptedType = "application/json"
            throw error
        }
        if body.isEmpty {
            throw APIError(
                .malformedJSON, "The body is empty: send a JSON object",
                details: ["offset": 0, "problem": "the body is empty"])
        }
        do throws(JSONError) {
            return try JSON.parse(body)
        } catch {
            throw APIError(error)
        }
    }

    /// True when the caller asked for `return=minimal` (RFC 7240 §4.2).
    var prefersMinimal: Bool {
        guard let prefer else { return false }
        if prefer == "return=minimal" { return true }
        return prefer.split(separator: ",").contains { preference in
            let word = preference.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" && $0 != "\"" }
            return word.lowercased() == "return=minimal"
        }
    }
}

extension RequestInput {
    /// The type to answer with (RFC 9110 §12.5.1).
    ///
    /// JSON is what everybody gets who does not refuse it, also who asks only for what there is not: a browser's HTML, a
    /// script's `text/plain`. Another type is for who names it and likes JSON less or names it not at all, and for who takes
    /// it and does not take JSON.
    /// - Throws: `APIError` 406 when the caller refuses JSON and takes nothing else that the path has.
    func representation() throws(APIError) -> Representation {
        let available = endpoint.representations
        if endpoint.namesItsFormat { return available[0] }
        guard let accept else { return .json }
        let json = accept.preference(for: Representation.json.rawValue)
        let others = available.filter { $0 != .json }
        if let (named, weight) = Self.best(of: others, accept, mustBeNamed: true) {
            guard let json, json.weight > 0 else { return named }
            if weight > json.weight || (weight == json.weight && !json.isNamed) { return named }
        }
        if let json, json.weight > 0 { return .json }
        if let (taken, _) = Self.best(of: others, accept, mustBeNamed: false) { return taken }
        if json?.weight == 0 {
            let names = available.map { JSON.string($0.rawValue) }
            throw APIError(.notAcceptable, details: JSONObject([("available", .array(names))]))
        }
        return .json
    }

    /// What the caller likes most, the first of equals.
    private static func best(
        of candidates: [Representation], _ accept: Accept, mustBeNamed: Bool
    ) -> (Representation, weight: Int)? {
        var best: (Representation, weight: Int)?
        for candidate in candidates {
            guard let preference = accept.preference(for: candidate.rawValue), preference.weight > best?.weight ?? 0,
                preference.isNamed || !mustBeNamed
            else { continue }
            best = (candidate, preference.weight)
        }
        return best
    }
}
