import Core
import GatewayAPI
import LumaClient

/// `require_rsvp_approval`: Luma keeps it on the ticket types of an event, so setting it is a step of its own.
extension EventsService {
    /// Why approval is not what was asked for.
    struct ApprovalFailure {
        /// Of the first ticket type, or of reading them.
        let error: APIError
        /// Names every ticket type that did not follow.
        let remark: EventRemark
        /// Some ticket types have followed.
        let isPartial: Bool
    }

    /// Sets `require_approval` on every ticket type that differs. One that fails does not keep the others back.
    /// - Returns: nil when all are as they should be.
    func setApproval(_ approval: Bool, eventID: String, _ call: UpstreamCall) async -> ApprovalFailure? {
        let types: [JSON]
        do throws(LumaError) {
            types = try await luma.listTicketTypes(
                eventID: eventID, includeHidden: true, deadline: call.deadline, context: call.context)
        } catch {
            return Self.unread(approval, APIError(error, subject: eventID))
        }
        var failures: [(type: String, data: JSON, error: APIError)] = []
        var changed = 0
        for type in types where type["require_approval"]?.boolValue != approval {
            let id = type["id"]?.stringValue
            do throws(LumaError) {
                guard let id else { throw .malformedAnswer }
                _ = try await luma.updateTicketType(
                    id, of: eventID, ["require_approval": .bool(approval)], deadline: call.deadline,
                    context: call.context)
                changed += 1
            } catch {
                let error = APIError(error, subject: eventID)
                let name = type["name"]?.stringValue.map { APIError.shortened($0, to: 60) }
                var data: JSONObject = [
                    "reason": .string(error.reason.rawValue), "message": .string(error.sentence),
                ]
                if let id { data["id"] = .string(id) }
                if let name { data["name"] = .string(name) }
                let named = [name.map { "\"\($0)\"" }, id.map { "(\($0))" }].compactMap(\.self)
                failures.append((named.joined(separator: " "), .object(data), error))
            }
        }
        guard let first = failures.first else { return nil }
        let remark = EventRemark(
            code: .approvalNotSet, field: "require_rsvp_approval",
            values: [
                "approval": .bool(approval), "total": .number(JSONNumber(types.count)),
                "ticket_types": .array(failures.map(\.data)),
            ],
            words: "could not be set to \(approval) on \(failures.count) of \(types.count) ticket types: "
                + failures.map { "\($0.type): \($0.error.sentence)" }.joined(separator: "; "))
        return ApprovalFailure(error: first.error.saying(remark.sentence), remark: remark, isPartial: changed > 0)
    }

    /// The ticket types could not be read, so none has followed.
    private static func unread(_ approval: Bool, _ error: APIError) -> ApprovalFailure {
        let remark = EventRemark(
            code: .approvalNotSet, field: "require_rsvp_approval",
            values: [
                "approval": .bool(approval), "reason": .string(error.reason.rawValue),
                "message": .string(error.sentence),
            ],
            words: "could not be set to \(approval) on the ticket types: \(error.sentence)")
        return ApprovalFailure(error: error.saying(remark.sentence), remark: remark, isPartial: false)
    }
}

extension APIError {
    /// The message with Luma's own words, where there are some, as a part of another sentence.
    fileprivate var sentence: String {
        guard let luma = details["luma"]?["message"]?.stringValue, !luma.isEmpty else { return message }
        return "\(message) (\(luma))"
    }

    /// The same error in other words.
    fileprivate func saying(_ words: String) -> APIError {
        var error = self
        error.message = words
        return error
    }
}
