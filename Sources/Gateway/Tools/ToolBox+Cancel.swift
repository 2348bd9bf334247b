import Core
import GatewayAPI
import MCP

/// `cancel_event`: tells what would happen, has a person agree, and only then cancels.
extension ToolBox {
    /// What a person agrees to: this event, by this name and at this time, with these guests.
    private struct Preview {
        let id: String
        /// As people outside have written it.
        let name: String
        /// The instant.
        let start: String
        /// The same as a clock at the event shows it.
        let starts: String
        let zone: String
        let isPaid: Bool
        let guestCount: Int
        /// What it is agreed to with; empty once it is done.
        let confirm: String

        /// - Parameter told: the answer of the path.
        init(told: JSON, _ clock: EventClock) {
            self.init(told, id: told["id"], starts: clock.text(of: told, "start_at"))
        }

        /// - Parameter state: another one's.
        init(_ state: JSON) { self.init(state, id: state["event_id"], starts: state["starts"]?.stringValue) }

        private init(_ json: JSON, id: JSON?, starts: String?) {
            self.id = id?.stringValue ?? ""
            self.starts = starts ?? ""
            name = json["name"]?.stringValue ?? ""
            start = json["start_at"]?.stringValue ?? ""
            zone = json["timezone"]?.stringValue ?? ""
            isPaid = json["is_paid"]?.boolValue ?? true
            guestCount = json["guest_count"]?.intValue ?? 0
            confirm = json["confirm"]?.stringValue ?? ""
        }

        var json: JSONObject {
            [
                "event_id": .string(id), "name": .string(name), "starts": .string(starts), "start_at": .string(start),
                "timezone": .string(zone), "guest_count": .number(JSONNumber(guestCount)), "is_paid": .bool(isPaid),
            ]
        }

        /// For the next round of the call.
        var state: JSON {
            var members = json
            members["confirm"] = .string(confirm)
            return .object(members)
        }
    }

    func addCancelTool(to registry: inout Registry) {
        registry.add(
            Tool(
                "cancel_event", title: "Cancel an event",
                description: """
                    Cancels an event for good; guests are told. Without confirm it only previews: name, start, guests, \
                    payment and a confirm token. Show the preview to the user, and call again with confirm when they agree.
                    """,
                input: ToolSchemas.cancel, output: ToolSchemas.cancelOutput,
                hints: Tool.Hints(readOnly: false, destructive: true, idempotent: true, openWorld: true),
                isClosed: true, scope: .write
            ) { [self] call, arguments throws(CallFailure) in try await cancel(arguments, call) })
    }

    private func cancel(_ arguments: JSONObject, _ call: Call) async throws(CallFailure) -> ToolResult {
        let id = arguments["event_id"]?.stringValue ?? ""
        var refund = arguments["refund"]?.boolValue
        if asksByFormOnly, !call.canElicit { return Self.needsForm }
        if let token = arguments["confirm"]?.stringValue, !asksByFormOnly {
            return await cancel(id, token, refund, call, isAgreedInForm: false)
        }
        let preview: Preview
        if let asked = call.state {
            preview = Preview(asked)
        } else {
            do throws(APIError) {
                preview = try await self.preview(id, refund, call)
            } catch {
                return Self.failure(error)
            }
        }
        guard call.canElicit else { return .structured(needsConfirmation(preview, refund)) }
        do throws(CallFailure) {
            switch try await agreement(preview, refund, call) {
            case .accepted(let answers) where answers["confirm"]?.boolValue == true:
                refund = refund ?? answers["refund"]?.boolValue
            default:
                var kept: JSONObject = ["status": "kept", "notice": Self.notice]
                kept.members += preview.json.members
                return .structured(kept)
            }
        } catch .missingCapability {
            // The client has said that it can show a form, and could not.
            if asksByFormOnly { return Self.needsForm }
            return .structured(needsConfirmation(preview, refund))
        }
        return await cancel(id, preview.confirm, refund, call, isAgreedInForm: true)
    }

    private static let invalidConfirmation =
        "This confirmation is not valid (any more) for this event as it is now, with this refund. Call cancel_event without"
        + " confirm for a new preview, and show it to the user."
    private static let changed = "The event has changed since the user was asked. Call cancel_event again."

    /// An answer for a gateway that takes no token for a person's word.
    private static let needsForm = ToolResult.failure(
        "Nothing was cancelled. This gateway cancels only when its user agrees in a form, and this client shows none."
            + " Tell the user to cancel the event on its page at Luma, in the gateway's console, or with"
            + " luma-mcp events cancel.")

    private func preview(_ id: String, _ refund: Bool?, _ call: Call) async throws(APIError) -> Preview {
        var terms = Self.terms(of: call)
        terms.isDryRun = true
        let request = WriteRequest(wanted: .cancel(try EventID(id), CancelTerms(refund: refund)), terms: terms)
        return Preview(told: try await carryOut(request, call), clock)
    }

    /// Cancels what was agreed to, if the event is still as the user was told.
    private func cancel(
        _ id: String, _ confirm: String, _ refund: Bool?, _ call: Call, isAgreedInForm: Bool
    ) async -> ToolResult {
        let cancel = CancelTerms(refund: refund, confirm: confirm, isAgreedInForm: isAgreedInForm)
        do throws(APIError) {
            let request = WriteRequest(wanted: .cancel(try EventID(id), cancel), terms: Self.terms(of: call))
            let answer = try await carryOut(request, call)
            var result: JSONObject = ["status": "canceled", "notice": Self.notice]
            result.members += Preview(told: answer, clock).json.members
            result["refunded"] = answer["refunded"]
            return .structured(result)
        } catch {
            guard error.reason == .confirmationStale else { return Self.failure(error) }
            return .failure(isAgreedInForm ? Self.changed : Self.invalidConfirmation)
        }
    }

    // MARK: By a form

    private func agreement(
        _ preview: Preview, _ refund: Bool?, _ call: Call
    ) async throws(CallFailure) -> ElicitationAnswer {
        // On one line: a name with line ends could add words of its own to the question.
        let name = Neutral.cited(APIError.shortened(preview.name))
        var properties: JSONObject = [
            "confirm": ["type": "boolean", "title": "Cancel the event", "description": "This cannot be undone."]
        ]
        var required: [JSON] = ["confirm"]
        if preview.isPaid, refund == nil {
            properties["refund"] = [
                "type": "boolean", "title": "Refund", "description": "Give the guests their money back.",
            ]
            required.append("refund")
        }
        let guests = preview.guestCount == 1 ? "1 guest" : "\(preview.guestCount) guests"
        var paid = preview.isPaid ? " Guests have paid." : ""
        if preview.isPaid, let refund {
            paid += refund ? " They get their money back." : " They do not get their money back."
        }
        let time = preview.starts.isEmpty ? "" : " on \(preview.starts)"
        let message = "Cancel the event \(name)\(time) (\(preview.id))? It has \(guests).\(paid)"
        return try await call.elicit(
            "cancel", message,
            schema: ["type": "object", "properties": .object(properties), "required": .array(required)],
            state: preview.state)
    }

    // MARK: By a token

    private func needsConfirmation(_ preview: Preview, _ refund: Bool?) -> JSONObject {
        var result: JSONObject = ["status": "needs_confirmation", "notice": Self.notice]
        result.members += preview.json.members
        result["confirm"] = .string(preview.confirm)
        result["expires_in_seconds"] = .number(JSONNumber(Int(CancelConfirmation.lifetime)))
        let decision = preview.isPaid && refund == nil ? " and refund (true or false), as guests have paid" : ""
        result["next_step"] = .string(
            "Nothing has happened yet. Tell the user which event this is; if they agree, call cancel_event again with confirm\(decision)."
        )
        return result
    }
}
