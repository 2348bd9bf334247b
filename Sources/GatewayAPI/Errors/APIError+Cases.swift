package import Core
package import HTTP
package import LumaAPI

extension APIError {
    package static let notFound = APIError(.notFound, details: ["documentation": "/docs"])
    /// A method that no path answers (501, RFC 9110 §9.1).
    package static let methodNotImplemented: APIError = {
        let methods = Method.allCases.filter { ![Method.trace, .connect, .other].contains($0) }.map(\.token)
        return APIError(
            .notImplemented, "This method is not supported: use one of \(methods.joined(separator: ", "))",
            details: ["methods": .array(methods.map { .string($0) })])
    }()
    package static let hostNotAllowed = APIError(.hostNotAllowed)
    package static let originNotAllowed = APIError(.originNotAllowed)
    package static let notAcceptable = APIError(.notAcceptable)

    package static let storeUnavailable = APIError(.storeUnavailable, retryAfter: 5)
    /// - Parameter count: how many the caller has.
    package static func tooManyKeys(_ count: Int) -> APIError {
        APIError(.tooManyKeys, details: ["keys": .number(JSONNumber(count))])
    }
    package static let idempotencyKeyInvalid = APIError(.idempotencyKeyInvalid)
    package static let idempotencyKeyReused = APIError(.idempotencyKeyReused)

    /// - Parameter state: `running` while it is being answered, `settling` while what it did is looked for.
    package static func requestInProgress(_ state: String) -> APIError {
        APIError(
            .requestInProgress, details: JSONObject([("state", .string(state))]), retryAfter: state == "running" ? 1 : 2
        )
    }

    /// - Parameter id: of the thing that is there already; nil while it is being created.
    package static func duplicate(of kind: Operation.Kind, _ id: String?) -> APIError {
        var details = JSONObject()
        if let id { details[kind.idMember] = .string(id) }
        return APIError(.duplicate(kind), details: details, retryAfter: id == nil ? 1 : nil)
    }

    /// Luma's refusal of the request itself: keeps Luma's status and words.
    package init(lumaRefused status: Int, _ words: LumaMessage) {
        self.init(.upstreamRefused, details: JSONObject([("luma", words.details)]))
        if (400...499).contains(status) { self.status = status }
    }

    /// The calendar has no plan with which Luma answers programs.
    package static func planRequired(_ words: LumaMessage) -> APIError {
        APIError(.upstreamPlanRequired, details: JSONObject([("luma", words.details)]))
    }

    /// A thing of this kind is not there.
    /// - Parameter words: Luma's; nil when the id is none by its form, so that Luma was not asked.
    package static func notFound(_ kind: Operation.Kind, _ id: String, _ words: LumaMessage? = nil) -> APIError {
        APIError(.absent(kind), details: absence(of: kind, id, words))
    }

    /// Luma answers so for an id that does not exist, for an event that was cancelled, and for another calendar's.
    package static func eventNotAccessible(_ id: String, _ words: LumaMessage) -> APIError {
        APIError(.eventNotAccessible, details: absence(of: .event, id, words))
    }

    private static func absence(of kind: Operation.Kind, _ id: String, _ words: LumaMessage?) -> JSONObject {
        var details = JSONObject([(kind.idMember, .string(shortened(id)))])
        details["luma"] = words?.details
        return details
    }

    /// No template of that type, with those that there are and the nearest one.
    package static func templateNotFound(_ type: String, known: [String]) -> APIError {
        var details = JSONObject([
            ("template_type", .string(shortened(type))), ("known", .array(known.map { .string($0) })),
        ])
        if let nearest = NearestName.suggest(for: type, among: known) { details["did_you_mean"] = .string(nearest) }
        return APIError(.templateNotFound, details: details)
    }

    /// No feed with that id.
    package static func feedNotFound(_ id: String) -> APIError {
        APIError(.feedNotFound, details: JSONObject([("feed_id", .string(shortened(id)))]))
    }

    /// The store cannot be asked for feeds.
    package static let feedsUnavailable = APIError(
        .storeUnavailable, "The state store is unavailable, so feeds cannot be read or changed", retryAfter: 5)

    /// Guests have paid, and nothing was said of a refund.
    package static func refundUndecided(guestCount: Int) -> APIError {
        APIError(
            .refundDecisionRequired,
            details: JSONObject([("is_paid", true), ("guest_count", .number(JSONNumber(guestCount)))]))
    }

    /// Bytes that are no request (400 and its kin).
    package init(_ error: ProtocolError) {
        let reason: Reason =
            switch error.status {
            case 408: .requestTimeout
            case 413: .payloadTooLarge
            case 414: .uriTooLong
            case 421: .misdirectedRequest
            case 417: .expectationFailed
            case 431: .fieldsTooLarge
            case 501: .notImplemented
            case 503: .overloaded
            case 505: .httpVersionNotSupported
            default: .badRequest
            }
        switch error {
        case .connectUnsupported: self = .methodNotImplemented
        case .unsupportedTransferCoding:
            self.init(
                .notImplemented,
                "This transfer coding is not supported: send the body with Content-Length or as chunked"
            )
        default: self.init(reason)
        }
        details.members.append(("problem", .string(error.label)))
    }
}

extension LumaMessage {
    /// What `details.luma` holds.
    package var details: JSON {
        var luma: JSONObject = ["message": .string(APIError.shortened(message ?? "", to: 1000))]
        if let code { luma["code"] = .string(APIError.shortened(code)) }
        return .object(luma)
    }
}
