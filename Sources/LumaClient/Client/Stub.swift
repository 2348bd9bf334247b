public import Core
public import HTTP

public struct LumaError: Error {
    public var status: Int
    public var text: String
    public static let malformedAnswer = LumaError(status: 0, text: "malformed")
}
public final class CallContext {
    public init(deadline: MonotonicTime) { self.deadline = deadline }
    let deadline: MonotonicTime
    public var calls = 0
    public var retries = 0
}
public struct LumaAnswer {
    public var body: [UInt8]
    public var json: JSON? { try? JSON.parse(body) }
}
public struct LumaPage {
    public var entries: [JSON]
    public var hasMore: Bool
    public var nextCursor: String?
}
public struct CancellationRequest {
    public var isPaid: Bool
    public var guestCount: Int
    public var token: String
}
public final class LumaClient {
    let base: String
    let key: Secret
    let transport: any Transport
    public init(base: String, key: Secret, transport: any Transport) {
        self.base = base
        self.key = key
        self.transport = transport
    }
    func call(_ m: OutboundRequest.Method, _ path: String, _ body: JSON?, _ c: CallContext) async throws(LumaError)
        -> LumaAnswer
    {
        c.calls += 1
        do throws(TransportError) {
            let r = try await transport.send(
                OutboundRequest(
                    method: m, url: base + path,
                    fields: [Field("x-luma-api-key", key.reveal()), Field("content-type", "application/json")],
                    body: body?.encoded ?? [], deadline: c.deadline))
            guard r.status == 200 else { throw .init(.other, neverSent: false, detail: "\(r.status)") }
            return LumaAnswer(body: r.body)
        } catch { throw LumaError(status: Int(error.detail) ?? 0, text: error.detail) }
    }
    public func getSelf(_ c: CallContext) async throws(LumaError) -> LumaAnswer {
        try await call(.get, "/v1/users/get-self", nil, c)
    }
    public func getEvent(_ id: String, _ c: CallContext) async throws(LumaError) -> LumaAnswer {
        try await call(.get, "/v1/events/get?event_id=" + id, nil, c)
    }
    public func createEvent(_ b: JSONObject, _ c: CallContext) async throws(LumaError) -> String {
        try await call(.post, "/v1/events/create", .object(b), c).json?["id"]?.stringValue ?? ""
    }
    public func updateEvent(_ id: String, _ b: JSONObject, _ c: CallContext) async throws(LumaError) {
        var b = b
        b["event_id"] = .string(id)
        _ = try await call(.post, "/v1/events/update", .object(b), c)
    }
    public func listTicketTypes(_ id: String, includeHidden: Bool, _ c: CallContext) async throws(LumaError) -> [JSON] {
        try await call(.get, "/v1/events/ticket-types/list?event_id=" + id, nil, c).json?["entries"]?.arrayValue ?? []
    }
    public func updateTicketType(_ b: JSON, _ c: CallContext) async throws(LumaError) {
        _ = try await call(.post, "/v1/events/ticket-types/update", b, c)
    }
    public func requestCancellation(_ id: String, _ c: CallContext) async throws(LumaError) -> CancellationRequest {
        let j = try await call(.post, "/v1/events/cancel/request", ["event_id": .string(id)], c).json
        return CancellationRequest(
            isPaid: j?["is_paid"]?.boolValue ?? false, guestCount: j?["guest_count"]?.intValue ?? 0,
            token: j?["cancellation_token"]?.stringValue ?? "")
    }
    public func cancelEvent(_ id: String, token: String, refund: Bool?, _ c: CallContext) async throws(LumaError) {
        var b: JSONObject = ["event_id": .string(id), "cancellation_token": .string(token)]
        if let refund { b["should_refund"] = .bool(refund) }
        _ = try await call(.post, "/v1/events/cancel", .object(b), c)
    }
    public func listEvents(_ q: [(name: String, value: String)], _ c: CallContext) async throws(LumaError) -> LumaPage {
        let j = try await call(.get, "/v1/calendars/events/list?" + QueryString(q).text, nil, c).json
        return LumaPage(
            entries: j?["entries"]?.arrayValue ?? [], hasMore: j?["has_more"]?.boolValue ?? false,
            nextCursor: j?["next_cursor"]?.stringValue)
    }
}
