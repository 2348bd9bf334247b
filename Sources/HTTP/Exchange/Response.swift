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
    /// Without those that framing decides, such as Content-Length.
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

/// The registered phrase of a status code (RFC 9110 §15); empty for codes that have none.
enum ReasonPhrase {
    static func of(_ status: Int) -> StaticString {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 205: "Reset Content"
        case 206: "Partial Content"
        case 207: "Multi-Status"
        case 300: "Multiple Choices"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 407: "Proxy Authentication Required"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 423: "Locked"
        case 424: "Failed Dependency"
        case 425: "Too Early"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 451: "Unavailable For Legal Reasons"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 507: "Insufficient Storage"
        case 508: "Loop Detected"
        default: ""
        }
    }
}

/// Writes Server-Sent Events (HTML Living Standard §9.2.6).
public enum EventStreamEncoder {
    /// A line that no client reports; keeps what stands between from closing a quiet stream.
    public static let keepAlive = Array(": ping\n\n".utf8)

    /// Appends one event. A line end within the data begins another `data:` line, as a client puts them together again.
    public static func append(event: String, data: [UInt8], to output: inout [UInt8]) {
        output.append(contentsOf: "event: ".utf8)
        output.append(contentsOf: event.utf8)
        for line in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            output.append(contentsOf: "\ndata: ".utf8)
            output.append(contentsOf: line)
        }
        output.append(contentsOf: "\n\n".utf8)
    }
}
