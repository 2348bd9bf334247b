import Core
import GatewayAPI
import LumaAPI
import MCP

/// `cancel_event`: its preview tells more than its row would, and a form asks for what only a person can decide.
extension ToolBox {
    func addCancelTool(to tools: inout ToolPolicy) {
        tools.add(
            SurfaceTool(
                surface: Surfaces.row(.cancelEvent), title: "Cancel an event",
                description: "Cancels an event for good; guests are told.",
                input: ToolSchemas.cancel, output: ToolSchemas.cancelOutput, isIdempotent: true,
                service: .confirmed(
                    Confirmer.Action(
                        tool: "cancel_event",
                        byHand:
                            "on the event's page at Luma, in the gateway's console, or with luma-mcp events cancel ID",
                        declined: "kept", tells: "name, start, guests, payment",
                        preview: { [self] arguments, call throws(APIError) in try await preview(arguments, call) },
                        question: Self.question, besides: Self.undecided,
                        perform: { [self] arguments, agreed, call throws(APIError) in
                            try await cancel(arguments, agreed, call)
                        }))))
    }

    /// Which event it is, with these guests.
    private func preview(_ arguments: JSONObject, _ call: Call) async throws(APIError) -> JSONObject {
        var terms = Self.terms(of: call)
        terms.isDryRun = true
        let described = try await carryOut(try Self.request(arguments, arguments["refund"]?.boolValue, terms), call)
        var preview = identity(described)
        preview[Confirmer.confirm] = described["confirm"]
        preview["expires_in_seconds"] = described["expires_in_seconds"]
        return preview
    }

    private func cancel(
        _ arguments: JSONObject, _ agreed: Confirmer.Agreed, _ call: Call
    ) async throws(APIError) -> JSONObject {
        var terms = Self.terms(of: call)
        (terms.confirm, terms.isAgreedInForm) = (agreed.confirm, agreed.isInForm)
        let refund = arguments["refund"]?.boolValue ?? agreed.answers["refund"]?.boolValue
        let described = try await carryOut(try Self.request(arguments, refund, terms), call)
        var result: JSONObject = ["status": "canceled", "notice": Self.notice]
        result.members += identity(described).members
        result["refunded"] = described["refunded"]
        return result
    }

    private static func request(
        _ arguments: JSONObject, _ refund: Bool?, _ terms: WriteTerms
    ) throws(APIError) -> WriteRequest {
        let id = try EventID(arguments["event_id"]?.stringValue ?? "")
        return WriteRequest(wanted: .cancel(id, refund: refund), terms: terms)
    }

    /// What a person knows the event by, of what the path answers.
    private func identity(_ described: JSON) -> JSONObject {
        [
            "event_id": described["id"] ?? "", "name": described["name"] ?? "",
            "starts": .string(clock.text(of: described, "start_at") ?? ""), "start_at": described["start_at"] ?? "",
            "timezone": described["timezone"] ?? "", "guest_count": described["guest_count"] ?? 0,
            "is_paid": described["is_paid"] ?? true,
        ]
    }

    private static func isPaid(_ preview: JSONObject) -> Bool { preview["is_paid"]?.boolValue ?? true }

    private static func question(_ arguments: JSONObject, _ preview: JSONObject) -> Confirmer.Question {
        // On one line: a name with line ends could add words of its own to the question.
        let name = Neutral.cited(APIError.shortened(preview["name"]?.stringValue ?? ""))
        let starts = preview["starts"]?.stringValue ?? ""
        let count = preview["guest_count"]?.intValue ?? 0
        let guests = Plural.count(count, "guest")
        let refund = arguments["refund"]?.boolValue
        var paid = isPaid(preview) ? " Guests have paid." : ""
        if isPaid(preview), let refund {
            paid += refund ? " They get their money back." : " They do not get their money back."
        }
        var question = Confirmer.Question(
            message: "Cancel the event \(name)\(starts.isEmpty ? "" : " on \(starts)")"
                + " (\(preview["event_id"]?.stringValue ?? ""))? It has \(guests).\(paid) This cannot be undone.",
            title: "Cancel the event")
        if isPaid(preview), refund == nil {
            question.fields["refund"] = [
                "type": "boolean", "title": "Refund", "description": "Give the guests their money back.",
            ]
        }
        return question
    }

    /// What a confirming call has to say besides.
    private static func undecided(_ arguments: JSONObject, _ preview: JSONObject) -> String {
        isPaid(preview) && arguments["refund"]?.boolValue == nil
            ? " and refund (true or false), as guests have paid" : ""
    }
}
