public import HTTP

/// One request to the emulator, complete in memory and decoded from its wire form.
public struct SandboxRequest: Sendable {
    public var method: Method
    /// The path without its query, as it was sent.
    public var path: String
    /// Query parameters in their order, percent-decoded; a name may repeat.
    public var query: [(name: String, value: String)]
    /// The field `x-luma-api-key`.
    public var apiKey: String?
    /// The field `x-luma-calendar-id`.
    public var calendarId: String?
    /// The field `content-type`.
    public var contentType: String?
    public var body: [UInt8]

    public init(
        method: Method, path: String, query: [(name: String, value: String)] = [], apiKey: String? = nil,
        calendarId: String? = nil, contentType: String? = nil, body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.apiKey = apiKey
        self.calendarId = calendarId
        self.contentType = contentType
        self.body = body
    }
}
