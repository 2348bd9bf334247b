import Core
import HTTP
import LumaAPI

/// The view from behind: what an emulator holds and has been asked. No key, no budget, not part of Luma's API.
extension Sandbox {
    mutating func administer(_ request: SandboxRequest, now: Timestamp) -> Response {
        switch (request.method, request.path) {
        case (.get, "/_sandbox/state"): return .json(overview)
        case (.get, "/_sandbox/events"): return .json(["entries": .array(allEvents)])
        case (.post, "/_sandbox/reset"):
            reset()
            if configuration.startsWithEvents { state.seed(now: now) }
            return .json(overview)
        case (.post, "/_sandbox/rate-limit"):
            guard let body = try? JSON.parse(request.body, limits: JSONLimits(maxDepth: 4, maxBytes: 1024)),
                let limit = body["limit"]?.intValue, (1...1_000_000).contains(limit)
            else { return Refusal.invalid("The body must be {\"limit\": N} with N from 1 to 1000000.").response }
            limiter.limit = limit
            limiter.forget()
            return .json(overview)
        case (_, "/_sandbox/state"), (_, "/_sandbox/events"):
            return Refusal(status: 405, message: "Method not allowed.", fields: [Field("Allow", "GET")]).response
        case (_, "/_sandbox/reset"), (_, "/_sandbox/rate-limit"):
            return Refusal(status: 405, message: "Method not allowed.", fields: [Field("Allow", "POST")]).response
        default: return Refusal.noRoute.response
        }
    }

    private var overview: JSON {
        let requests = counters.requests.sorted { $0.key < $1.key }.map { (name: $0.key, value: JSON.number($0.value)) }
        return [
            "events": .number(state.events.count), "creates": .number(counters.creates),
            "cancels": .number(counters.cancels), "refunds": .number(counters.refunds),
            "rate_limited": .number(counters.rateLimited), "unauthorized": .number(counters.unauthorized),
            "requests": .object(JSONObject(requests)), "rate_limit": .number(limiter.limit),
            "seed": .string(String(configuration.seed)), "calendar_id": .string(state.calendarId),
            "user_id": .string(state.userId),
        ]
    }

    private var allEvents: [JSON] {
        state.events.order.compactMap { state.events[$0.id] }.map { event in
            [
                "id": .string(event.id), "platform": .string(event.platform.rawValue),
                "name": event.settings["name"] ?? "", "start_at": .string(event.startAt.rfc3339),
                "created_at": .string(event.createdAt.rfc3339), "url": .string(EventAnswer.url(event)),
                "is_paid": .bool(event.guests.hasPaid),
            ]
        }
    }
}
