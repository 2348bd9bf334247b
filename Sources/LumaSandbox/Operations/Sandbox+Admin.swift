import Core
import HTTP
import LumaAPI

/// The view from behind: what an emulator holds and has been asked. No key, no budget, not part of Luma's API.
extension Sandbox {
    mutating func administer(_ request: SandboxRequest, now: Timestamp) -> Response {
        switch (request.method, request.path) {
        case (.get, "/_sandbox"), (.get, "/_sandbox/"): return .json(Self.index)
        case (.get, "/_sandbox/state"): return .json(overview)
        case (.get, "/_sandbox/events"): return .json(["entries": .array(allEvents)])
        case (.get, "/_sandbox/changes"): return .json(changes.json)
        case (.post, "/_sandbox/reset"):
            reset()
            if configuration.startsWithEvents { state.seed(now: now) }
            return .json(overview)
        case (.post, "/_sandbox/rate-limit"):
            guard let body = try? JSON.parse(request.body, limits: JSONLimits(maxDepth: 4, maxBytes: 1024)),
                let limit = body["limit"]?.intValue, (1...1_000_000).contains(limit),
                case let seconds = body["window_seconds"].map({ $0.intValue ?? 0 }) ?? Int(RateLimiter.usualWindow),
                (1...3600).contains(seconds)
            else {
                return Refusal.invalid(
                    "The body must be {\"limit\": N} with N from 1 to 1000000, and may have "
                        + "\"window_seconds\" from 1 to 3600."
                ).response
            }
            limiter.limit = limit
            limiter.windowSeconds = Double(seconds)
            limiter.forget()
            return .json(overview)
        case (.post, "/_sandbox/guests"):
            guard let body = try? JSON.parse(request.body, limits: JSONLimits(maxDepth: 4, maxBytes: 1024)) else {
                return Refusal.invalid("The body must be {\"event_id\": ID, \"count\": N}.").response
            }
            do throws(Refusal) {
                return .json(try registerGuests(body, now: now))
            } catch {
                return error.response
            }
        case (_, "/_sandbox"), (_, "/_sandbox/"), (_, "/_sandbox/state"), (_, "/_sandbox/events"),
            (_, "/_sandbox/changes"):
            return Refusal(status: 405, message: "Method not allowed.", fields: [Field("Allow", "GET")]).response
        case (_, "/_sandbox/reset"), (_, "/_sandbox/rate-limit"), (_, "/_sandbox/guests"):
            return Refusal(status: 405, message: "Method not allowed.", fields: [Field("Allow", "POST")]).response
        default: return Refusal.noRoute.response
        }
    }

    /// What can be asked here, and what the emulator is not.
    static let index: JSON = [
        "routes": [
            "GET /_sandbox/state": "counts of events, creates, updates, cancels, requests by operation; seed and limit",
            "GET /_sandbox/events": "every event with its settings",
            "GET /_sandbox/changes": "every change in order, with the ids of the event and of what was changed",
            "POST /_sandbox/reset": "start over: the initial events, counts at zero, a full budget",
            "POST /_sandbox/rate-limit":
                "{\"limit\": N} requests per minute, and a full budget, with \"window_seconds\" windows of other length",
            "POST /_sandbox/guests":
                "{\"event_id\": ID, \"count\": N} people who register, with \"status\" of this status",
            "GET /_sandbox/faults": "the fault rules, with how often each was checked and triggered",
            "PUT /_sandbox/faults": "replace the rules: {\"seed\": N, \"rules\": [...]}",
            "POST /_sandbox/faults": "append rules",
            "DELETE /_sandbox/faults": "none",
        ],
        "not_emulated": .array(notEmulated.map(JSON.string)),
    ]

    /// What the emulator does not do, in plain words.
    public static let notEmulated = [
        "mail, invitations and notifications: nothing is sent",
        "payments and refunds: no money moves; amounts are only recorded",
        "people: they register only by POST /_sandbox/guests, and answer no questions, use no coupons and never check in",
        "geocoding, images and webhooks",
        "operations that the gateway does not know: they answer 404",
        "what Luma does not publish: the texts of most errors, the largest page, the shape of cursors and some defaults "
            + "are plausible choices",
    ]

    private var overview: JSON {
        let requests = counters.requests.sorted { $0.key < $1.key }.map { (name: $0.key, value: JSON.number($0.value)) }
        return [
            "events": .number(state.events.count), "guests": .number(state.events.guestCount),
            "creates": .number(counters.creates),
            "updates": .number(counters.updates), "cancels": .number(counters.cancels),
            "refunds": .number(counters.refunds),
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
                "is_paid": .bool(event.tally.hasPaid),
                "settings": .object(
                    JSONObject(event.settings.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) })),
            ]
        }
    }
}
