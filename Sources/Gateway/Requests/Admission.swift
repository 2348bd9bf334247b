import Core
import GatewayAPI
import HTTP

/// What the gateway knows of who makes a request, beyond what it knows of everybody. Requests of which there is
/// nothing to know have none, and cost nothing.
final class Admission {
    /// Whose token it came with; nil when there was none, or when it is not asked for.
    var principal: Principal?
    /// The limits that the request counts against.
    var limits: [RateLimitStatus] = []
    /// The origin of the page in a browser that made it, when that is one of another server.
    var origin: String?

    /// Where it stands in its caller's trace, when it says so.
    var trace: TraceContext?

    /// What every answer to the request carries.
    var fields: [Field] { fields(limits) }

    /// The same for these limits.
    func fields(_ limits: [RateLimitStatus]) -> [Field] {
        let crossing = origin.map { CrossOrigin.fields(for: $0) } ?? []
        return crossing + RateLimitStatus.fields(limits)
    }
}
