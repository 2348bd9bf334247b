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

    public init(
        requestLine: Int = 8192, headBytes: Int = 32 << 10, fields: Int = 100, bodyBytes: Int = 1 << 20
    ) {
        // Offsets in a head are kept in 32 bits.
        precondition(headBytes > 0 && headBytes < 1 << 30 && requestLine > 0 && fields > 0 && bodyBytes >= 0)
        self.requestLine = requestLine
        self.headBytes = headBytes
        self.fields = fields
        self.bodyBytes = bodyBytes
    }
}
