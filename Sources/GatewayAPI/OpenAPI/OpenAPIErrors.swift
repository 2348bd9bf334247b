package import Core
import LumaAPI

/// The errors of the document: one response for each status and set of reasons, shared by the paths that have it.
package struct OpenAPIErrors {
    /// The reasons that an operation gives with one status.
    package struct Group {
        /// The status, or `4XX` for those that are Luma's own.
        package var status: String
        package var reasons: [Reason]
    }

    /// What an operation may refuse with, by status.
    package func groups(_ endpoint: Endpoint, _ documentation: EndpointDocumentation) -> [Group] {
        var byStatus: [Int: [Reason]] = [:]
        for reason in documentation.reasons where reason != .upstreamRefused {
            byStatus[documentation.statusOfReasons ?? reason.status, default: []].append(reason)
        }
        for reason in Reason.everywhere + (endpoint.isOpen ? [] : Reason.access) {
            byStatus[reason.status, default: []].append(reason)
        }
        let keepsLumasStatus = documentation.reasons.contains(.upstreamRefused)
        var groups = byStatus.sorted { $0.key < $1.key }.map { status, reasons in
            // Luma's refusal may have any status that is the caller's fault.
            let all = keepsLumasStatus && status < 500 ? reasons + [.upstreamRefused] : reasons
            return Group(status: String(status), reasons: all)
        }
        if keepsLumasStatus {
            groups.append(Group(status: "4XX", reasons: [.upstreamRefused]))
            if let index = groups.firstIndex(where: { $0.status == "502" }) {
                groups[index].reasons.append(.upstreamRefused)
            }
        }
        return groups
    }

    /// The name of the group's response among the shared ones, where it is put when it is new.
    package func define(_ group: Group, _ responses: inout JSONObject) -> String {
        let response = Self.response(group)
        var number = 1
        while true {
            let name = "Error" + group.status + (number == 1 ? "" : "-\(number)")
            guard let known = responses[name] else {
                responses[name] = response
                return name
            }
            if known == response { return name }
            number += 1
        }
    }

    private static func response(_ group: Group) -> JSON {
        let status = Int(group.status)
        var examples = JSONObject()
        for reason in group.reasons {
            var error = example(reason)
            if let status { error.status = status }
            examples[reason.rawValue] = ["value": error.body(requestID: OpenAPIExamples.requestID)]
        }
        let code: JSON =
            status.map { ["const": .string(String($0))] } ?? ["pattern": "^4[0-9]{2}$"]
        var fields: [DocumentedField] = [.requestID]
        if status == 429 || status == 503 { fields.append(.retryAfter) }
        return [
            "description": .string(group.reasons.map { "`\($0.rawValue)`: \($0.message)." }.joined(separator: " ")),
            "headers": OpenAPIDocument.headers(fields),
            "content": [
                Representation.json.rawValue: [
                    "schema": [
                        "allOf": [
                            EventSchemas.reference("Error"),
                            [
                                "type": "object",
                                "properties": [
                                    "code": code,
                                    "reason": ["enum": .array(group.reasons.map { .string($0.rawValue) })],
                                ],
                            ],
                        ]
                    ], "examples": .object(examples),
                ]
            ],
        ]
    }

    /// An error as it is really made.
    private static func example(_ reason: Reason) -> APIError {
        switch reason {
        case .malformedJSON:
            do throws(JSONError) { _ = try JSON.parse(#"{"name": }"#) } catch { return APIError(error) }
            return APIError(reason)
        case .validationFailed:
            return APIError(invalid: [
                FieldProblem("end_at", "must be after start_at, which is 2027-07-01T23:00:00.000Z")
            ])
        case .rateLimited: return APIError(reason, retryAfter: 12)
        case .absent(let kind): return .notFound(kind, (kind.row.idPrefix ?? "") + "unknown")
        case .duplicate(let kind): return .duplicate(of: kind, (kind.row.idPrefix ?? "") + "first")
        case .eventNotAccessible:
            return .eventNotAccessible("evt-unknown", LumaMessage(message: "You don't have access to this event."))
        case .upstreamPlanRequired:
            return .planRequired(
                LumaMessage(message: "Your calendar must have an active Luma Plus plan to make API requests."))
        case .refundDecisionRequired: return .refundUndecided(guestCount: 57)
        case .upstreamRefused: return APIError(lumaRefused: 400, LumaMessage(message: "slug is already taken."))
        case .methodNotAllowed: return APIError(methodNotAllowed: "GET, HEAD, OPTIONS")
        case .outcomeUnknown:
            return APIError(
                reason,
                details: ["operation": .string(Operation.createEvent.name), "cause": "timeout", "finding": "not_found"])
        default: return APIError(reason)
        }
    }
}
