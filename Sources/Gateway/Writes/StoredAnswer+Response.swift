import Core
import GatewayAPI
import HTTP
import Store

/// How answers are kept for those who repeat a request.
extension StoredAnswer {
    /// A longer answer is kept without the event that it shows.
    private static let longestBody = 64 << 10

    /// The answer of a request that was served.
    /// - Parameter id: of the event that it is about.
    init(_ response: Response, id: String?) {
        let fields = response.allFields.map { JSON.array([.string($0.name), .string($0.value)]) }
        var body = response.body
        if body.count > Self.longestBody {
            let remark = EventRemark(
                code: .answerNotKept, field: "", values: [:],
                words: "The first answer was too long to be kept: read the event")
            var kept: JSONObject = ["id": id.map { .string($0) } ?? .null]
            kept.members += [remark].members
            body = JSON.object(kept).encoded
        }
        self.init(status: response.status, head: JSON.array(fields).encoded, body: body)
    }

    /// The refusal of a request, if it is one that repeating cannot change.
    init?(_ error: APIError) {
        switch error.reason {
        case .eventNotFound, .eventNotAccessible, .guestNotFound, .preconditionFailed: break
        // Luma's own: not those that a later attempt is meant to get past.
        case .upstreamRefused where (400..<500).contains(error.status) && ![408, 409, 425, 429].contains(error.status):
            break
        default: return nil
        }
        let head: JSON = [
            "reason": .string(error.reason.rawValue), "message": .string(error.message),
            "details": .object(error.details),
        ]
        self.init(status: error.status, head: head.encoded, body: [])
    }

    /// The answer again.
    /// - Throws: the refusal again.
    func replayed() throws(APIError) -> Written {
        guard let head = try? JSON.parse(head) else { throw APIError(.internal) }
        if let fields = head.arrayValue {
            let kept = fields.compactMap { field -> Field? in
                guard let name = field.arrayValue?.first?.stringValue, let value = field.arrayValue?.last?.stringValue
                else { return nil }
                return Field(name, value)
            }
            return Written(
                kind: .kept(status: status, fields: kept), document: Document(octets: body), eventID: nil,
                isChange: false,
                isReplayed: true)
        }
        guard let reason = head["reason"]?.stringValue.flatMap(Reason.init) else { throw APIError(.internal) }
        var error = APIError(
            reason, head["message"]?.stringValue, details: head["details"]?.objectValue ?? JSONObject())
        error.status = status
        error.isReplayed = true
        throw error
    }
}
