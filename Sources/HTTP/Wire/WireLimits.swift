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
    public static let mostHeadBytes = 1 << 24
    /// What `bodyBytes` may be at most.
    public static let mostBodyBytes = 1 << 30

    public init(
        requestLine: Int = 8192, headBytes: Int = 32 << 10, fields: Int = 100, bodyBytes: Int = 1 << 20
    ) {
        // Offsets in a request are kept in 32 bits.
        precondition(headBytes > 0 && headBytes <= Self.mostHeadBytes && requestLine > 0 && fields > 0)
        precondition(bodyBytes >= 0 && bodyBytes <= Self.mostBodyBytes)
        self.requestLine = requestLine
        self.headBytes = headBytes
        self.fields = fields
        self.bodyBytes = bodyBytes
    }
}
