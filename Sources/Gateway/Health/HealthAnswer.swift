import Core
import GatewayAPI
import HTTP
import IO
import LumaClient
import Store

/// Renders `/health` from what is known of Luma, which costs no call. Per loop; the healthy answer is kept while the
/// verdict stays the same.
final class HealthAnswer {
    private let account: LumaAccount
    private let started: Timestamp
    private let healthy: Response
    private let healthyBody: JSONObject
    private let store: any StateStore
    private let firstCheck: Milestone
    private let clock: any TimeSource

    init(
        account: LumaAccount, mode: String, started: Timestamp, store: any StateStore, firstCheck: Milestone,
        clock: any TimeSource
    ) {
        self.account = account
        self.started = started
        self.store = store
        self.firstCheck = firstCheck
        self.clock = clock
        healthyBody = [
            "status": "healthy", "message": "Luma API connection successful", "mode": .string(mode),
            "version": .string(Version.number), "circuit": .string(CircuitBreaker.State.closed.rawValue),
        ]
        healthy = .uncachedJSON(JSON.object(healthyBody).encoded)
    }

    /// The prepared 200.
    /// - Throws: the error of the 503.
    func answer() throws(APIError) -> Response {
        let known = account.reachability
        let cause = store.condition.cause
        if known.last == .reachable { return cause.map(degraded) ?? healthy }
        var details = JSONObject([(name: "status", value: "unhealthy")])
        var reason = firstCheck.isOver ? Reason.notAsked : .starting
        if case .failing(let cause) = known.last {
            reason = Self.reason(for: cause)
            details["cause"] = .string(cause)
            details["failures"] = .number(JSONNumber(known.failures))
        }
        if let cause { details["store"] = ["status": "unusable", "cause": .string(cause.rawValue)] }
        details["circuit"] = .string(account.breaker.state.rawValue)
        if let at = known.lastSuccessAt { details["last_success_at"] = .string(at.rfc3339) }
        details["checked_at"] = .string((known.lastAt ?? started).rfc3339)
        var error = APIError(reason, details: details)
        error.status = 503
        if reason == .notAsked { tellBudget(&error) }
        throw error
    }

    /// Says until when the budget lets nobody ask.
    private func tellBudget(_ error: inout APIError) {
        let now = clock.now
        guard let closed = account.budget.snapshot(now: now).closedUntil, closed > now else { return }
        let seconds = Int(closed.seconds(since: now).rounded(.up))
        error.message += ": the budget is closed for \(seconds) s"
        error.retryAfter = Double(seconds)
    }

    /// The same as a part of another answer.
    var summary: JSONObject {
        var described: JSONObject
        do throws(APIError) {
            _ = try answer()
            described = ["status": "healthy", "message": "Luma answers and accepts the key"]
            if let cause = store.condition.cause {
                described["status"] = "degraded"
                described["store"] = ["status": "unusable", "cause": .string(cause.rawValue)]
            }
            described["circuit"] = .string(account.breaker.state.rawValue)
            if let at = account.reachability.lastAt { described["checked_at"] = .string(at.rfc3339) }
        } catch {
            described = error.details
            described["reason"] = .string(error.reason.rawValue)
            described["message"] = .string(error.message)
        }
        return described
    }

    /// Luma is there and the store is not: most requests are served, so the answer is still 200.
    private func degraded(_ cause: StoreFailure.Cause) -> Response {
        var body = healthyBody
        body["status"] = "degraded"
        body["store"] = ["status": "unusable", "cause": .string(cause.rawValue)]
        return .uncachedJSON(JSON.object(body).encoded)
    }

    /// The account's labels are a bounded set; all that are not named here are ways of not getting through.
    private static func reason(for cause: String) -> Reason {
        switch cause {
        case "authentication_refused": .upstreamAuth
        case "plan_required": .upstreamPlanRequired
        case "timeout": .upstreamTimeout
        case "upstream_failure", "malformed_answer": .upstreamFailure
        default: .upstreamUnreachable
        }
    }
}

extension StoreCondition {
    fileprivate var cause: StoreFailure.Cause? { if case .unusable(let cause) = self { cause } else { nil } }
}

/// The health of the gateway for an assistant, who may have started it a moment ago: waits for the first check of Luma, which
/// another loop may make.
struct ToolHealth {
    /// How long it waits, in seconds.
    private static let patience = 10.0

    private let health: HealthAnswer
    private let account: LumaAccount
    private let firstCheck: Milestone
    private let reactor: Reactor

    init(_ health: HealthAnswer, account: LumaAccount, firstCheck: Milestone, reactor: Reactor) {
        self.health = health
        self.account = account
        self.firstCheck = firstCheck
        self.reactor = reactor
    }

    func answer() async throws(APIError) -> Response {
        if account.reachability.last == nil {
            let now = reactor.now
            // What is known then is told, whether or not it has ended.
            try? await reactor.wait(for: firstCheck, by: now.advanced(seconds: Self.patience), now: now)
        }
        return try health.answer()
    }
}
