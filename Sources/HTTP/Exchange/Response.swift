/// One header field of an answer. The server itself adds Date, Server, Content-Length and Connection.
public struct Field: Sendable, Hashable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Field lines that were checked and written once, for answers that are given at every request.
public struct FieldBlock: Sendable, Equatable {
    /// The lines with their line ends, as they go on the wire.
    let bytes: [UInt8]
    /// What the lines say.
    let fields: [Field]

    /// - Throws: for a field that no answer may have.
    public init(_ fields: [Field]) throws(ResponseError) {
        var out = ByteBuffer()
        for field in fields { try ResponseEncoder.append(field, to: &out) }
        bytes = Array(out.bytes)
        self.fields = fields
    }
}

/// A whole answer whose body is in memory. Streams go through the exchange instead.
public struct Response: Sendable, Equatable {
    /// The status code, 200–599 (RFC 9110 §15).
    public var status: Int
    /// Fields in front of `fields`.
    public var prepared: FieldBlock?
    public var fields: [Field]
    public var body: [UInt8]
    /// Asks the server to close the connection after this answer.
    public var closes = false

    public init(status: Int, fields: [Field] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// Those that were prepared, and the others.
    public var allFields: [Field] { (prepared?.fields ?? []) + fields }
}
