import Core
import HTTP
import MCP

/// `cancel_event`: tells what would happen, has a person agree, and only then cancels.
extension ToolBox {
    /// How long the token of a preview is good, in seconds.
    private static let confirmationSeconds = 600.0

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

        var json: JSONObject {
            [
                "event_id": .string(id), "name": .string(name), "starts": .string(starts), "start_at": .string(start),
                "timezone": .string(zone), "guest_count": .number(JSONNumber(guestCount)), "is_paid": .bool(isPaid),
            ]
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
        if cancelsByFormOnly, !call.canElicit { return Self.needsForm }
        let principal = call.caller.principal
        let preview: Preview
        do throws(APIError) {
            if let token = arguments["confirm"]?.stringValue, !cancelsByFormOnly {
                guard let agreed = opened(token, refund, principal) else {
                    return .failure(Self.invalidConfirmation)
                }
                let now = try await self.preview(id, agreed.told, call)
                guard agreed.digest == digest(now) else { return .failure(Self.invalidConfirmation) }
                return await cancel(now, refund, call, otherwise: Self.invalidConfirmation)
            }
            if let asked = call.state {
                preview = try await self.preview(id, AgreedCancel(asked), call)
                guard asked == .object(preview.json) else { return .failure(Self.changed) }
            } else {
                preview = try await self.preview(id, nil, call)
            }
        } catch {
            return Self.failure(error)
        }
        guard call.canElicit else { return .structured(needsConfirmation(preview, refund, principal)) }
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
            if cancelsByFormOnly { return Self.needsForm }
            return .structured(needsConfirmation(preview, refund, principal))
        }
        // A user may take minutes over a form. A round that has a state has looked at the event just now.
        if call.state == nil {
            do throws(APIError) {
                let told = AgreedCancel(isPaid: preview.isPaid, guestCount: preview.guestCount)
                guard try await self.preview(id, told, call).json == preview.json else {
                    return .failure(Self.changed)
                }
            } catch {
                return Self.failure(error)
            }
        }
        return await cancel(preview, refund, call, otherwise: Self.changed)
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

    /// - Parameter known: what Luma has said of the cancel before, when the cancel itself asks whether that still holds; nil
    ///   to ask it now.
    private func preview(_ id: String, _ known: AgreedCancel?, _ call: Call) async throws(APIError) -> Preview {
        let told: AgreedCancel
        if let known {
            told = known
        } else {
            let answer = try await rest(
                RequestInput(endpoint: .cancelEvent, parameter: id, query: [("dry_run", "true")]), call)
            told = AgreedCancel(answer)
        }
        // As it is now, not as it was kept: this is what is agreed to.
        let event = try await rest(
            RequestInput(endpoint: .getEvent, parameter: id, wish: ReadWish("no-cache")), call)
        return Preview(
            id: id, name: event["name"]?.stringValue ?? "", start: event["start_at"]?.stringValue ?? "",
            starts: clock.text(of: event, "start_at") ?? "", zone: event["timezone"]?.stringValue ?? "",
            isPaid: told.isPaid, guestCount: told.guestCount)
    }

    /// Cancels what was agreed to, in one request to the gateway: that asks Luma once what a cancel would mean, and goes on
    /// only if that is what the user was told.
    /// - Parameter otherwise: what is said when it is not.
    private func cancel(
        _ preview: Preview, _ refund: Bool?, _ call: Call, otherwise: String
    ) async -> ToolResult {
        var input = RequestInput(endpoint: .cancelEvent, parameter: preview.id)
        input.principal = call.caller.principal.label
        input.agreedCancel = AgreedCancel(isPaid: preview.isPaid, guestCount: preview.guestCount)
        if let refund { input.query.append(("refund", refund ? "true" : "false")) }
        do throws(APIError) {
            let answer = try await rest(input, call)
            var result: JSONObject = ["status": "canceled", "notice": Self.notice]
            result.members += preview.json.members
            result["refunded"] = answer["refunded"]
            return .structured(result)
        } catch {
            return error.reason == .preconditionFailed ? .failure(otherwise) : Self.failure(error)
        }
    }

    // MARK: By a form

    private func agreement(
        _ preview: Preview, _ refund: Bool?, _ call: Call
    ) async throws(CallFailure) -> ElicitationAnswer {
        // On one line: a name with line ends could add words of its own to the question.
        let name = APIError.shortened(Neutral.line(preview.name))
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
        let message = "Cancel the event \"\(name)\"\(time) (\(preview.id))? It has \(guests).\(paid)"
        return try await call.elicit(
            "cancel", message,
            schema: ["type": "object", "properties": .object(properties), "required": .array(required)],
            state: .object(preview.json))
    }

    // MARK: By a token

    private func needsConfirmation(_ preview: Preview, _ refund: Bool?, _ principal: Principal) -> JSONObject {
        var result: JSONObject = ["status": "needs_confirmation", "notice": Self.notice]
        result.members += preview.json.members
        result["confirm"] = .string(token(preview, refund, principal))
        result["expires_in_seconds"] = .number(JSONNumber(Int(Self.confirmationSeconds)))
        let decision = preview.isPaid && refund == nil ? " and refund (true or false), as guests have paid" : ""
        result["next_step"] = .string(
            "Nothing has happened yet. Tell the user which event this is; if they agree, call cancel_event again with confirm\(decision)."
        )
        return result
    }

    private func digest(_ preview: Preview) -> String { seal.digest(JSON.object(preview.json).encoded) }

    /// Binds who asked, the event, what was told of it, and what was decided about the money, if anything was.
    private func token(_ preview: Preview, _ refund: Bool?, _ principal: Principal) -> String {
        let expiry = seal.now.advanced(seconds: Self.confirmationSeconds).milliseconds
        let payload: JSON = [
            .string(principal.label), .string(digest(preview)), refund.map { .bool($0) } ?? .null,
            .number(JSONNumber(Int(expiry))), .bool(preview.isPaid), .number(JSONNumber(preview.guestCount)),
        ]
        return seal.seal(payload.encoded, for: "confirm")
    }

    /// What a token that is still good was given for; nil when it is none of this caller's. What the preview left open may be
    /// decided with the confirmation; what it said may not be changed by it.
    private func opened(
        _ token: String, _ refund: Bool?, _ principal: Principal
    ) -> (digest: String, told: AgreedCancel)? {
        guard let bytes = seal.open(token, for: "confirm"), let items = (try? JSON.parse(bytes))?.arrayValue,
            items.count == 6, items[0].stringValue == principal.label, let digest = items[1].stringValue,
            items[2].isNull || items[2].boolValue == refund, let expiry = items[3].intValue,
            Int64(expiry) > seal.now.milliseconds, let isPaid = items[4].boolValue, let guests = items[5].intValue
        else { return nil }
        return (digest, AgreedCancel(isPaid: isPaid, guestCount: guests))
    }
}

extension AgreedCancel {
    /// What an answer or a preview says, by its members.
    fileprivate init(_ json: JSON) {
        self.init(isPaid: json["is_paid"]?.boolValue ?? true, guestCount: json["guest_count"]?.intValue ?? 0)
    }
}
