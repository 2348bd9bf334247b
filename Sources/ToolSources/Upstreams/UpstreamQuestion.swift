public import Core
public import MCP

/// What an upstream asks a caller's user before it goes on with a call: forms to fill in. A modern one ends the round
/// (2026-07-28, `input_required`); an older one waits in the course of the call (`elicitation/create`), which is held here meanwhile.
/// Between two rounds it travels with the caller as the state of the call, which nobody else can write.
public struct UpstreamQuestion: Sendable, Equatable {
    /// Rounds of one call.
    public static let maxRounds = 8
    private static let maxForms = 10
    private static let longestKey = 128
    fileprivate static let largestSchema = 32 << 10
    private static let longestState = 64 << 10

    fileprivate struct Form: Sendable, Equatable {
        let key: String
        let message: String
        let schema: JSONObject
    }

    private let round: Int
    private let forms: [Form]
    /// The upstream's own, as it came.
    public let requestState: String?
    /// Names the call that waits for the answer; nil when none does.
    public let held: String?

    /// What the result of a call asks for; nil for one that asks for nothing, or for what is not passed on.
    /// - Parameters:
    ///   - earlier: what was asked in the round before.
    ///   - source: who asks, for the user.
    public init?(_ result: JSONObject, after earlier: UpstreamQuestion?, from source: String) {
        guard result["resultType"] == "input_required" else { return nil }
        let requests = result["inputRequests"]?.objectValue ?? [:]
        var forms: [Form] = []
        for (key, request) in requests.members {
            guard request["method"] == "elicitation/create", key.utf8.count <= Self.longestKey,
                let form = Form(key, request["params"]?.objectValue ?? [:], from: source)
            else { return nil }
            forms.append(form)
        }
        requestState = result["requestState"]?.stringValue
        guard forms.count <= Self.maxForms, requestState?.utf8.count ?? 0 <= Self.longestState,
            !forms.isEmpty || requestState != nil
        else { return nil }
        round = (earlier?.round ?? 0) + 1
        // A modern caller comes back for each round with a call of its own.
        guard round <= Self.maxRounds else { return nil }
        self.forms = forms
        held = nil
    }

    /// What a call asks in its course, by the parameters of `elicitation/create`; nil for what is not passed on.
    /// - Parameters:
    ///   - earlier: what the same call has asked before.
    ///   - held: names the call.
    public init?(
        asked params: JSONObject, after earlier: UpstreamQuestion?, held: String, from source: String
    ) {
        guard let form = Form("form", params, from: source) else { return nil }
        round = (earlier?.round ?? 0) + 1
        guard round <= Self.maxRounds else { return nil }
        forms = [form]
        requestState = nil
        self.held = held
    }

    /// What was asked in an earlier round; nil in the first.
    public init?(state: JSON?) {
        guard let state, let round = state["round"]?.wholeValue, let forms = state["forms"]?.arrayValue else {
            return nil
        }
        self.round = round
        requestState = state["state"]?.stringValue
        held = state["held"]?.stringValue
        self.forms = forms.compactMap { form in
            guard let key = form["key"]?.stringValue, let message = form["message"]?.stringValue,
                let schema = form["schema"]?.objectValue
            else { return nil }
            return Form(key: key, message: message, schema: schema)
        }
    }

    /// The same for the next round.
    public var state: JSON {
        var state: JSONObject = ["round": .number(JSONNumber(round))]
        state["forms"] = .array(
            forms.map { ["key": .string($0.key), "message": .string($0.message), "schema": .object($0.schema)] })
        state["state"] = requestState.map { .string($0) }
        state["held"] = held.map { .string($0) }
        return .object(state)
    }

    /// For the caller. Their keys are other ones in each round, so that no answer is taken for that to a later question.
    public var requests: [(key: String, request: InputRequest)] {
        forms.map { ("\(round).\($0.key)", .form($0.message, schema: $0.schema)) }
    }

    /// The answers, in the order of the requests, under the upstream's keys.
    public func responses(_ answers: [JSON]) -> JSONObject {
        JSONObject(zip(forms, answers).map { (name: $0.key, value: $1) })
    }
}

extension UpstreamQuestion.Form {
    /// What can be shown of a form; nil for what is none, or is too large.
    fileprivate init?(_ key: String, _ params: JSONObject, from source: String) {
        guard (params["mode"] ?? "form") == "form", let message = params["message"]?.stringValue,
            let schema = params["requestedSchema"]?.objectValue,
            JSON.object(schema).isEncoded(within: UpstreamQuestion.largestSchema),
            let clean = OutsideText.json(.object(schema)).objectValue
        else { return nil }
        self.init(key: key, message: "\(source) asks: " + OutsideText.text(message, max: 4096), schema: clean)
    }
}
