import Core
import Crypto
import GatewayAPI
import HTTP

extension Response {
    static let jsonType = Field("Content-Type", "application/json")
    /// Kept for one caller, and asked for again each time.
    static let revalidate = Field("Cache-Control", "private, no-cache")

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

    /// A 200 with a strong validator, or the 304 that If-None-Match asks for (RFC 9110 §15.4.5).
    ///
    /// What a token shows is for nobody else, and what has a tag is asked for again: a cache that is not told may keep it for as long
    /// as it likes (RFC 9111 §4.2.2).
    ///
    /// - Parameters:
    ///   - tag: of the body, when it is known already.
    ///   - fields: of both; what they say of caches holds.
    /// - Throws: `APIError` 412 when If-Match does not hold.
    static func tagged(
        _ body: [UInt8], as type: Field = jsonType, tag: EntityTag? = nil, fields: [Field] = [],
        _ conditions: Preconditions
    ) throws(APIError) -> Response {
        let tag = tag ?? EntityTag(of: body)
        var fields = (tag.map { [Field("ETag", $0.text)] } ?? []) + fields
        if !fields.contains(where: { $0.name == revalidate.name }) {
            fields.append(revalidate)
        }
        switch conditions.verdict(tag: tag, isRead: true) {
        case .proceed: return Response(status: 200, fields: [type] + fields, body: body)
        case .notModified: return Response(status: 304, fields: fields)
        case .failed: throw APIError(.preconditionFailed)
        }
    }
}

extension Response {
    /// This answer to a read whose representation has no validator, or what its conditions make of it.
    ///
    /// - Throws: `APIError` 412 when If-Match does not hold.
    func unless(_ conditions: Preconditions) throws(APIError) -> Response {
        switch conditions.verdict(tag: nil, isRead: true) {
        case .proceed: return self
        case .notModified: return Response(status: 304, fields: fields.filter { $0.name == "Vary" })
        case .failed: throw APIError(.preconditionFailed)
        }
    }
}

extension EntityTag {
    /// The tag of these octets: the first 96 bits of their digest, in hexadecimal digits. Nil when
    /// OpenSSL has no memory or may not: better no validator than one that is not theirs.
    init?(of body: [UInt8]) {
        let digits = try? withUnsafeTemporaryAllocation(byteCount: 12, alignment: 8) { digest in
            try body.withUnsafeBytes { try Digest.sha256($0, into: digest) }
            return Hex.encode(UnsafeRawBufferPointer(digest))
        }
        guard let digits else { return nil }
        self.init(digits)
    }
}

/// A JSON document as an answer: octets that are passed on as they came, a tree, or both where both are at hand.
struct Document {
    private let given: [UInt8]?
    /// Nil of octets that nobody has looked into.
    let tree: JSON?

    init(_ tree: JSON) { (given, self.tree) = (nil, tree) }

    /// - Parameter tree: what the octets say, where that is known.
    init(octets: [UInt8], tree: JSON? = nil) { (given, self.tree) = (octets, tree) }

    /// What is sent.
    var octets: [UInt8] { given ?? tree?.encoded ?? [] }

    /// The tree, read from the octets where there is none.
    /// - Throws: `APIError` 502 for octets that are no JSON.
    func json() throws(APIError) -> JSON {
        if let tree { return tree }
        do throws(JSONError) {
            return try JSON.parse(octets)
        } catch {
            throw APIError(.upstreamFailure)
        }
    }
}

/// The media types whose content is JSON.
enum JSONMediaType {
    /// `application/json` or a `+json` type (RFC 9110 §8.3, RFC 6839), unless a parameter says that it is in another charset
    /// than UTF-8, which JSON between systems always is (RFC 8259 §8.1).
    static func isOne(_ contentType: String) -> Bool {
        // What nearly everybody sends needs no reading by characters.
        if contentType == "application/json" { return true }
        let parts = contentType.split(separator: ";", omittingEmptySubsequences: false).map { part in
            part.filter { $0 != " " && $0 != "\t" }.lowercased()
        }
        let type = parts.first ?? ""
        guard type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json")) else {
            return false
        }
        return parts.dropFirst().allSatisfy { parameter in
            guard parameter.hasPrefix("charset=") else { return true }
            return ["utf-8", "utf8", "us-ascii"].contains(parameter.dropFirst(8).filter { $0 != "\"" })
        }
    }
}
