import Core
import GatewayAPI
import HTTP
import LumaClient

extension EventsService {
    /// Holds a write to what its caller has seen of the event (RFC 9110 §13.1.1). Asked last, just before the write; Luma
    /// has no conditions of its own, so what others change between this look and the write is not noticed.
    ///
    /// - Throws: `APIError` 412 when a condition does not hold, or what reading the event throws.
    /// - Parameter seen: the event, when it was read just now.
    func check(
        _ conditions: Preconditions, _ id: String, seen: LumaAnswer? = nil, _ call: UpstreamCall
    ) async throws(APIError) {
        if conditions.isEmpty { return }
        let event: LumaAnswer
        if let seen { event = seen } else { event = try await current(id, call) }
        guard conditions.verdict(tag: EntityTag(of: event.body), isRead: false) == .proceed else {
            throw APIError(.preconditionFailed, details: JSONObject([("event_id", .string(id))]))
        }
    }

    /// The same for a path that makes something new and has no validator.
    ///
    /// - Parameter hasRepresentation: the path can be read.
    static func check(_ conditions: Preconditions, hasRepresentation: Bool) throws(APIError) {
        let verdict = conditions.verdict(tag: nil, isRead: false, exists: hasRepresentation)
        guard verdict == .proceed else { throw APIError(.preconditionFailed) }
    }
}
