/// What one request to the gateway cost towards Luma, for its log line.
///
/// Not `Sendable`: it belongs to the request and its loop.
public final class CallContext {
    /// Requests that were handed to the transport, retries and look-ups included.
    public internal(set) var upstreamCalls = 0
    /// Requests that were sent again after a failure.
    public internal(set) var retries = 0
    /// Seconds spent in the queue for the budget.
    public internal(set) var budgetWait = 0.0

    public init() {}
}
