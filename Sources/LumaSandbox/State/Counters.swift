/// What an emulator has been asked since its start, for tests and for people who watch it.
public struct SandboxCounters: Sendable, Equatable {
    /// Events that were created.
    public internal(set) var creates = 0
    /// Changes of events.
    public internal(set) var updates = 0
    /// Events that were cancelled.
    public internal(set) var cancels = 0
    /// Cancellations that refunded guests, and guests who were refunded when their status changed.
    public internal(set) var refunds = 0
    /// Requests answered with 429.
    public internal(set) var rateLimited = 0
    /// Requests refused for want of a good key.
    public internal(set) var unauthorized = 0
    /// Requests with a good key, by the name of their operation, whatever their outcome.
    public internal(set) var requests: [String: Int] = [:]

    public init() {}
}
