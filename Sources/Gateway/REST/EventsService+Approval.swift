import Core
import LumaClient

/// `require_rsvp_approval`: Luma keeps it on the ticket types of an event, so setting it is a step of its own.
extension EventsService {
    /// Why approval is not what was asked for.
    struct ApprovalFailure {
        /// Of the first ticket type, or of reading them.
        let error: APIError
        /// Names every ticket type that did not follow.
        let warning: String
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
            return Self.failure(approval, "the ticket types", APIError(error, subject: eventID))
        }
        var failures: [(type: String, error: APIError)] = []
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
                let name = type["name"]?.stringValue.map { "\"\(APIError.shortened($0, to: 60))\"" }
                failures.append(
                    (
                        [name, id.map { "(\($0))" }].compactMap(\.self).joined(separator: " "),
                        APIError(error, subject: eventID)
                    ))
            }
        }
        guard let first = failures.first else { return nil }
        let warning =
            "require_rsvp_approval could not be set to \(approval) on \(failures.count) of \(types.count) ticket types: "
            + failures.map { "\($0.type): \($0.error.sentence)" }.joined(separator: "; ")
        return ApprovalFailure(error: first.error.saying(warning), warning: warning, isPartial: changed > 0)
    }

    private static func failure(_ approval: Bool, _ subject: String, _ error: APIError) -> ApprovalFailure {
        let warning = "require_rsvp_approval could not be set to \(approval) on \(subject): \(error.sentence)"
        return ApprovalFailure(error: error.saying(warning), warning: warning, isPartial: false)
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
