import Core
import Crypto
import HTTP

extension Response {
    static let jsonType = Field("Content-Type", "application/json")

    /// A 200 that nobody may keep, for answers that are prepared once and given often.
    static func uncachedJSON(_ body: [UInt8]) -> Response {
        let fields = [jsonType, Field("Cache-Control", "no-store")]
        guard let prepared = try? FieldBlock(fields) else { return .json(status: 200, body) }
        var response = Response(status: 200, body: body)
        response.prepared = prepared
        return response
    }

    /// A JSON answer from bytes that are JSON already.
    static func json(status: Int, fields: [Field] = [], _ body: [UInt8]) -> Response {
        Response(status: status, fields: [jsonType] + fields, body: body)
    }

    /// A 200 with a strong validator, or the 304 that a matching `If-None-Match` asks for (RFC 9110 §13.1.2).
    static func tagged(_ body: [UInt8], ifNoneMatch: String?) -> Response {
        // Without a digest there is no validator, which is no reason to fail.
        guard let digest = try? Digest.sha256(body) else { return .json(status: 200, body) }
        let tag = "\"" + Hex.encode(Array(digest.prefix(12))) + "\""
        if let ifNoneMatch, matches(ifNoneMatch, tag) {
            return Response(status: 304, fields: [Field("ETag", tag)])
        }
        return Response(status: 200, fields: [jsonType, Field("ETag", tag)], body: body)
    }

    /// Weak comparison against a list of tags or `*` (RFC 9110 §8.8.3.2).
    static func matches(_ condition: String, _ tag: String) -> Bool {
        condition.split(separator: ",").contains { candidate in
            let text = candidate.trimmingSpaces()
            return text == "*" || text == tag || (text.hasPrefix("W/") && text.dropFirst(2) == tag)
        }
    }
}

extension Substring {
    func trimmingSpaces() -> Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
