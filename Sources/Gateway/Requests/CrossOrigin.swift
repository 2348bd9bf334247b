import HTTP

/// What a browser asks of an answer before a page of another origin may see it (Fetch Standard §3.2).
///
/// Credentials are never allowed in that sense: a token is sent by the page itself, so a browser has nothing to add.
enum CrossOrigin {
    /// How long a browser may go by a preflight, in seconds.
    private static let maxAge = "600"
    private static let requestFields = [
        "Accept", "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID",
        "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Session-Id", "Prefer", "X-Request-Id",
        "X-Request-Timeout", "traceparent", "tracestate",
    ].joined(separator: ", ")
    private static let answerFields = [
        "Age", "Allow", "ETag", "Idempotency-Replayed", "Location", "MCP-Protocol-Version", "Mcp-Session-Id",
        "RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate", "X-Cache", "X-Request-Id",
    ].joined(separator: ", ")

    /// The fields of an answer to a page of an allowed origin.
    static func fields(for origin: String) -> [Field] {
        [
            Field("Access-Control-Allow-Origin", origin), Field("Access-Control-Expose-Headers", answerFields),
            Field("Vary", "Origin"),
        ]
    }

    /// What the answer to a preflight has besides.
    static func preflightFields(allow: String) -> [Field] {
        [
            Field("Access-Control-Allow-Methods", allow), Field("Access-Control-Allow-Headers", requestFields),
            Field("Access-Control-Max-Age", maxAge),
        ]
    }
}
