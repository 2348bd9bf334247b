/// Luma's own words about a refusal, bounded; fit to be shown to the caller.
public struct LumaMessage: Sendable, Equatable {
    public var message: String?
    public var code: String?

    /// Whether Luma itself said it, as far as its shape tells: all its refusals have a message. A page of something in
    /// between has none, and proves nothing about what the request has done or what it names.
    public var isLumas: Bool { message != nil }

    public init(message: String? = nil, code: String? = nil) {
        self.message = message
        self.code = code
    }
}
