import Core
import GatewayAPI
import HTTP
import IO
import LumaClient

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
