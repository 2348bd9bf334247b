import Core
import GatewayAPI
import MCP

/// Has a person agree before a tool does what reaches people or their money, or cannot be taken back: in one way for all tools.
///
/// A preview tells what would be done and gives a `confirm` (`ConfirmationToken`), without which nothing is done. Where the client can show a
/// form, its user is asked by the words of the preview; else the tool is called again with `confirm`.
struct Confirmer {
    /// Takes a person's word only by a form that the client shows to its user.
    let takesFormsOnly: Bool
    let confirmations: Confirmations

    /// The argument, the member of a result and the field of a form by which somebody agrees.
    static let confirm = "confirm"
    private static let expires = "expires_in_seconds"
    /// Names the form in a call.
    private static let form = "agree"

    /// How one tool asks, and what it does then.
    struct Action {
        /// As it stands in a sentence.
        let tool: String
        /// Where a person does it without an assistant, for `do it …`.
        let byHand: String
        /// The status of what a person has not agreed to.
        let declined: String
        /// What its preview tells, as its description lists it; empty for what is to be sent.
        var tells = ""
        /// The result of an earlier call with the same key; nil when nothing was done under it, and of a tool without keys.
        var repeated: (JSONObject, Call) async throws(APIError) -> JSONObject? = { _, _ in nil }
        /// What would be done, by a fresh look, with `confirm` and for how long that is good.
        let preview: (JSONObject, Call) async throws(APIError) -> JSONObject
        /// What a form asks of these arguments, by a preview.
        let question: (JSONObject, JSONObject) -> Question
        /// What an assistant has to do besides asking, by a preview; empty for nothing.
        var besides: (JSONObject, JSONObject) -> String = { _, _ in "" }
        /// Does it, if the confirmation is good.
        let perform: (JSONObject, Agreed, Call) async throws(APIError) -> JSONObject
    }

    /// What a form says, on one line, and the fields that it has besides `confirm`.
    struct Question {
        let message: String
        /// Beside the box that agrees.
        let title: String
        /// All of them are required.
        var fields: JSONObject = [:]
    }

    /// How somebody has agreed.
    struct Agreed {
        /// What the preview gave.
        let confirm: String
        /// What was filled in besides.
        var answers: JSONObject = [:]
        /// In a form, which its user may have looked at for longer than a token is good.
        var isInForm = false
    }

    /// What the description of a tool says of how it asks, so that a model knows what it has to do.
    func manner(_ action: Action) -> String {
        if takesFormsOnly { return "The client asks its user in a form first; without one nothing is done." }
        let preview = action.tells.isEmpty ? ": show" : ": \(action.tells) and a confirm token. Show"
        return
            "Without confirm it only previews\(preview) the preview to the user, and call again with confirm when they agree."
    }

    /// Serves a call.
    func serve(_ action: Action, _ arguments: JSONObject, _ call: Call) async throws(CallFailure) -> ToolResult {
        if !takesFormsOnly, let confirm = arguments[Self.confirm]?.stringValue {
            return await perform(action, arguments, Agreed(confirm: confirm), call)
        }
        let preview: JSONObject
        if let shown = call.state?.objectValue {
            if takesFormsOnly, !call.canElicit { return Self.needsForm(action) }
            preview = shown
        } else {
            do throws(APIError) {
                // What is done already needs nobody's word.
                if let done = try await action.repeated(arguments, call) { return .structured(done) }
                if takesFormsOnly, !call.canElicit { return Self.needsForm(action) }
                preview = try await action.preview(arguments, call)
            } catch {
                return ToolBox.failure(error, call)
            }
        }
        guard call.canElicit else { return Self.needsConfirmation(action, arguments, preview) }
        let answer: ElicitationAnswer
        do throws(CallFailure) {
            answer = try await ask(action.question(arguments, preview), preview, call)
        } catch .missingCapability {
            // The client has said that it can show a form, and could not.
            return takesFormsOnly ? Self.needsForm(action) : Self.needsConfirmation(action, arguments, preview)
        }
        let confirm = preview[Self.confirm]?.stringValue ?? ""
        guard case .accepted(let answers) = answer, answers[Self.confirm]?.boolValue == true else {
            // Not by the state of an earlier round either, nor at another gateway.
            await confirmations.void(confirm)
            return .structured(Self.result(action.declined, preview))
        }
        return await perform(action, arguments, Agreed(confirm: confirm, answers: answers, isInForm: true), call)
    }

    private func ask(
        _ question: Question, _ preview: JSONObject, _ call: Call
    ) async throws(CallFailure) -> ElicitationAnswer {
        var properties: JSONObject = [Self.confirm: ["type": "boolean", "title": .string(question.title)]]
        properties.members += question.fields.members
        return try await call.elicit(
            Self.form, question.message,
            schema: [
                "type": "object", "required": .array(properties.names.map { .string($0) }),
                "properties": .object(properties),
            ], state: .object(preview))
    }

    private func perform(
        _ action: Action, _ arguments: JSONObject, _ agreed: Agreed, _ call: Call
    ) async -> ToolResult {
        do throws(APIError) {
            return .structured(try await action.perform(arguments, agreed, call))
        } catch {
            guard error.reason == .confirmationStale else { return ToolBox.failure(error, call) }
            if agreed.isInForm {
                return .failure(
                    "Nothing was done: it has changed since the user was asked, was already done or declined, or the user took"
                        + " too long. Call \(action.tool) again to ask again.")
            }
            guard error.details["changed"] == true else { return .failure(Self.notAgreed) }
        }
        do throws(APIError) {
            return Self.needsConfirmation(
                action, arguments, try await action.preview(arguments, call), hasChanged: true)
        } catch {
            return ToolBox.failure(error, call)
        }
    }

    // MARK: Results

    private static let notAgreed =
        "This confirmation is not valid for these arguments, or no longer valid. Call again without confirm for a new preview, and"
        + " show it to the user."

    /// An answer for a gateway that takes no token for a person's word.
    private static func needsForm(_ action: Action) -> ToolResult {
        .failure(
            "Nothing was done. This gateway accepts a confirmation only through a form, and this client does not support forms."
                + " Tell the user to do it \(action.byHand).")
    }

    /// A status with what the preview has shown.
    private static func result(_ status: String, _ preview: JSONObject) -> JSONObject {
        let shown = preview.members.filter { ![confirm, expires].contains($0.name) }
        return JSONObject([("status", .string(status)), ("notice", ToolBox.notice)] + shown)
    }

    private static func needsConfirmation(
        _ action: Action, _ arguments: JSONObject, _ preview: JSONObject, hasChanged: Bool = false
    ) -> ToolResult {
        var described = result("needs_confirmation", preview)
        if hasChanged { described["changed"] = true }
        described[confirm] = preview[confirm]
        described[expires] = preview[expires]
        let begin = hasChanged ? "It has changed since that preview. " : ""
        let besides = action.besides(arguments, preview)
        described["next_step"] = .string(
            "\(begin)Nothing has happened yet. Tell the user what would be done, and to what; if they agree, call"
                + " \(action.tool) again with confirm\(besides).")
        return .structured(described)
    }
}
