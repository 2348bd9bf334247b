/// Why bytes are no request that this server serves. The connection is closed after the answer.
///
/// A bounded set without text from outside: fit for a metric label.
public enum ProtocolError: String, Error, Sendable, Hashable, CaseIterable {
    // MARK: The request line
    case malformedRequestLine = "malformed_request_line"
    /// A target that is none of the four forms, has octets outside RFC 3986, a bad escape or a fragment (RFC 9112 §3.2).
    case malformedTarget = "malformed_target"
    case unsupportedVersion = "unsupported_version"
    /// CONNECT: this server is no tunnel, and what follows such a request need not be HTTP.
    case connectUnsupported = "connect_unsupported"
    case requestLineTooLong = "request_line_too_long"

    // MARK: Fields
    /// A line that ends with LF alone (RFC 9112 §2.2: tolerated by some, and then a way to smuggle).
    case bareLineFeed = "bare_line_feed"
    /// A field line that goes on in the next one (RFC 9112 §5.2).
    case foldedField = "folded_field"
    /// An empty name, a name that is no token, or space before the colon (RFC 9112 §5.1).
    case malformedFieldName = "malformed_field_name"
    /// NUL, bare CR or another control character in a value (RFC 9110 §5.5).
    case malformedFieldValue = "malformed_field_value"
    case tooManyFields = "too_many_fields"
    case fieldsTooLarge = "fields_too_large"
    case missingHost = "missing_host"
    case duplicateHost = "duplicate_host"
    case malformedHost = "malformed_host"
    /// An https URL over a connection that nothing secures (RFC 9110 §7.4).
    case misdirectedRequest = "misdirected_request"
    /// Another expectation than 100-continue (RFC 9110 §10.1.1).
    case unknownExpectation = "unknown_expectation"

    // MARK: Framing
    case malformedContentLength = "malformed_content_length"
    case duplicateContentLength = "duplicate_content_length"
    /// Two framings at once are the classic of request smuggling (RFC 9112 §6.3).
    case contentLengthWithTransferEncoding = "content_length_with_transfer_encoding"
    case transferEncodingInHTTP10 = "transfer_encoding_in_http_1_0"
    /// The last transfer coding is not one plain `chunked`: nobody can tell where the body ends (RFC 9112 §6.3).
    case transferEncodingNotChunked = "transfer_encoding_not_chunked"
    /// Another transfer coding below `chunked`.
    case unsupportedTransferCoding = "unsupported_transfer_coding"
    case bodyTooLarge = "body_too_large"
    case malformedChunk = "malformed_chunk"
    /// Far more chunk sizes and extensions than data.
    case excessiveChunkOverhead = "excessive_chunk_overhead"

    // MARK: The connection
    /// The peer ended its side in the middle of a request.
    case incompleteRequest = "incomplete_request"
    case headTimeout = "head_timeout"
    case bodyTimeout = "body_timeout"
    case tooManyConnections = "too_many_connections"
    /// Plain HTTP on a port that speaks TLS.
    case tlsRequired = "tls_required"

    /// Who broke it.
    public enum Party: String, Sendable { case peer, server }

    /// The peer, save where this server has no room left.
    public var who: Party { self == .tooManyConnections ? .server : .peer }

    /// A stable word for logs and metrics.
    public var label: String { rawValue }

    /// The status code that fits (RFC 9110 §15).
    public var status: Int {
        switch self {
        case .unsupportedVersion: 505
        case .connectUnsupported, .unsupportedTransferCoding: 501
        case .requestLineTooLong: 414
        case .tooManyFields, .fieldsTooLarge: 431
        case .unknownExpectation: 417
        case .misdirectedRequest: 421
        case .bodyTooLarge: 413
        case .headTimeout, .bodyTimeout: 408
        case .tooManyConnections: 503
        default: 400
        }
    }
}

/// How much of a request is read before it is refused. Bytes, save for the count of fields.
public struct WireLimits: Sendable, Hashable {
    /// The request line without its line end; beyond it 414.
    public var requestLine: Int
    /// Request line, fields and line ends; beyond it 431.
    public var headBytes: Int
    /// Field lines of a head, and of a trailer section; beyond it 431.
    public var fields: Int
    /// The decoded body; beyond it 413.
    public var bodyBytes: Int

    /// What `headBytes` may be at most.
    public static let maxHeadBytes = 1 << 24
    /// What `bodyBytes` may be at most.
    public static let maxBodyBytes = 1 << 30

    public init(
        requestLine: Int = 8192, headBytes: Int = 32 << 10, fields: Int = 100, bodyBytes: Int = 1 << 20
    ) {
        // Offsets in a request are kept in 32 bits.
        precondition(headBytes > 0 && headBytes <= Self.maxHeadBytes && requestLine > 0 && fields > 0)
        precondition(bodyBytes >= 0 && bodyBytes <= Self.maxBodyBytes)
        self.requestLine = requestLine
        self.headBytes = headBytes
        self.fields = fields
        self.bodyBytes = bodyBytes
    }
}
