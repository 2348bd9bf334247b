import Core
import GatewayAPI
import HTTP

/// What the calls of a read have brought.
struct Fetched {
    let body: [UInt8]
    var format = Representation.json
    /// When the first of them was sent that is part of it; nil when none was.
    let asOf: MonotonicTime?
    /// What the octets say, where they were made of it.
    var tree: JSON?
}

/// A representation that Luma gave, as it is passed on to whoever asks for it.
struct CachedResponse: Sendable {
    let body: [UInt8]
    /// Made once, when the answer came.
    let tag: EntityTag?
    /// It shows a list and not one event.
    let isList: Bool
    let format: Representation
    /// The instant whose state it shows at the earliest: when the call was sent.
    let asOf: MonotonicTime

    init(_ body: [UInt8], as format: Representation = .json, isList: Bool, asOf: MonotonicTime) {
        self.format = format
        self.body = body
        tag = EntityTag(of: body)
        self.isList = isList
        self.asOf = asOf
    }

    /// Without octets, and so without a tag.
    private init(isList: Bool, asOf: MonotonicTime) {
        (body, tag, format) = ([], nil, .json)
        (self.isList, self.asOf) = (isList, asOf)
    }

    /// Whole seconds since `asOf`.
    func age(_ now: MonotonicTime) -> Int { Int(max(0, min(now.seconds(since: asOf), 1e9))) }

    /// The fields of a 200 or a 304. A client may keep what it got, and must ask before it uses it again: what a
    /// write changes is known here and not there.
    func fields(_ source: ReadSource, age: Int, cause: String? = nil, isNew: Bool = true) -> [Field] {
        var fields: [Field] = []
        fields.reserveCapacity(7)
        if isNew { fields.append(format.contentType) }
        // What is there in JSON is there in other formats, too.
        if format == .json { fields.append(Representation.varies) }
        fields.append(Response.revalidate)
        fields.append(Self.marks[source] ?? Field("X-Cache", source.rawValue))
        switch source {
        case .miss, .shared: break
        case .hit: fields.append(Field("Age", String(age)))
        case .stale:
            fields.append(Field("Age", String(age)))
            // RFC 9211; its predecessor Warning is obsolete.
            fields.append(Field("Cache-Status", "luma-mcp; hit; fwd=stale; detail=\(cause ?? "unknown")"))
        }
        // At the end, as where the others were written before.
        if let tag { fields.append(Field("ETag", tag.text)) }
        return fields
    }

    /// The 200, or what the caller's conditions make of it.
    /// - Throws: `APIError` 412 when If-Match does not hold.
    func response(
        _ source: ReadSource, _ conditions: Preconditions, age: Int = 0, cause: String? = nil
    ) throws(APIError) -> Response {
        switch conditions.verdict(tag: tag, isRead: true) {
        case .proceed: whole(source, age: age, cause: cause)
        case .notModified: Response(status: 304, fields: fields(source, age: age, cause: cause, isNew: false))
        case .failed: throw APIError(.preconditionFailed)
        }
    }

    private func whole(_ source: ReadSource, age: Int, cause: String?) -> Response {
        guard format == .json, let prepared = Self.prepared[source] else {
            return Response(status: 200, fields: fields(source, age: age, cause: cause), body: body)
        }
        var fields: [Field] = []
        // Two more come to it: how much of the budget is left.
        fields.reserveCapacity(3)
        if let tag { fields.append(Field("ETag", tag.text)) }
        var response = Response(status: 200, fields: fields, body: body)
        response.prepared = prepared
        return response
    }

    /// All fields but the tag of an answer in JSON that has no age, written once.
    private static let prepared: [ReadSource: FieldBlock] = {
        var blocks: [ReadSource: FieldBlock] = [:]
        for source in [ReadSource.miss, .shared] {
            let bare = CachedResponse(isList: false, asOf: MonotonicTime(nanoseconds: 0))
            blocks[source] = try? FieldBlock(bare.fields(source, age: 0))
        }
        return blocks
    }()

    private static let marks: [ReadSource: Field] = [
        .miss: Field("X-Cache", "MISS"), .shared: Field("X-Cache", "SHARED"), .hit: Field("X-Cache", "HIT"),
        .stale: Field("X-Cache", "STALE"),
    ]
}

/// The answer to a read, and how it came about.
struct ReadAnswer {
    let cached: CachedResponse
    let source: ReadSource
    /// Whole seconds since what it shows was so.
    var age = 0
    /// Why it is one of before.
    var cause: String?
    /// What its octets say, where that is at hand.
    var tree: JSON?

    var document: Document { Document(octets: cached.body, tree: tree) }

    /// As REST gives it.
    /// - Throws: `APIError` 412 when If-Match does not hold.
    func response(_ conditions: Preconditions) throws(APIError) -> Response {
        try cached.response(source, conditions, age: age, cause: cause)
    }
}
