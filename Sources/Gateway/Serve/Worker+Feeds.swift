import Core
import GatewayAPI
import HTTP
import LumaClient
import Store

extension Worker {
    /// Serves who manages feeds.
    func answerFeeds(_ input: RequestInput, _ turn: Turn) async {
        do throws(APIError) {
            let response =
                switch input.endpoint.kind {
                case .createFeed: try await feeds.create(input, creator: turn.principal.label)
                case .revokeFeed: try await feeds.revoke(input)
                default: try await feeds.list(input)
                }
            turn.finish(input.endpoint, response)
        } catch {
            turn.finish(input.endpoint, error)
        }
    }

    /// Serves a feed to whoever has its address. It is counted for the feed, and an address that is none for where it comes
    /// from; towards Luma it is in nobody's way.
    func answerFeed(_ input: RequestInput, _ turn: Turn) async {
        var turn = turn
        var calls: CallContext?
        do throws(APIError) {
            let feed = try await feeds.feed(input.parameter)
            if let feed { turn.admitted.principal = Principal(label: "feed " + feed.id, scopes: .read) }
            if let refusal = gate.charge(&turn) { throw refusal }
            guard let feed else { throw .notFound }
            let call = upstreamCall(input.timeout, .background, turn)
            calls = call.context
            let response = try await feeds.calendar(feed, input, call) {
                input.timeout == nil ? operations.upstreamCall(call.context) : call
            }
            turn.finish(.feed, response, calls: calls)
        } catch {
            turn.finish(.feed, error.forReadersOfFeeds, calls: calls)
        }
    }
}

extension APIError {
    /// What somebody is told who has nothing but a feed's address: that it failed. What Luma says to the gateway is for those
    /// who run it.
    var forReadersOfFeeds: APIError {
        switch reason {
        case .upstreamRefused, .upstreamAuth, .upstreamPlanRequired, .eventNotFound, .eventNotAccessible:
            APIError(.upstreamFailure)
        case .upstreamFailure, .upstreamUnreachable, .upstreamTimeout, .upstreamUnavailable:
            APIError(reason, retryAfter: retryAfter)
        default: self
        }
    }
}
