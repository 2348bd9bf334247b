public import Core

/// Why a handler has no result. What a model can repair is not among them: that is a `ToolResult` with `isError`.
public enum CallFailure: Error, Sendable {
    /// An error of the protocol.
    case error(JSONRPCError)
    /// There is no resource of this URI.
    case notFound(uri: String)
    /// The client cannot do what the call needs; in the shape of a client's capabilities.
    case missingCapability(JSON)
    /// The client is asked first, and calls again with its answers (2026-07-28).
    case inputRequired(InputRequired)
    /// What the client was asked on the way was taken back before it had an answer.
    case withdrawn
    /// Nobody waits for the result any more.
    case cancelled
}

/// What a call needs of the client before it can go on.
public struct InputRequired: Sendable {
    /// By a key that the client repeats with its answer.
    var requests: [(key: String, request: InputRequest)]
    /// Comes back with the answers, sealed; nil when there is nothing to remember.
    var state: JSON?
}

/// A request of the server to the client.
public struct InputRequest: Sendable {
    /// The capability that the client must have declared for it.
    public enum Need: Sendable { case elicitationForm, elicitationURL, sampling, roots }

    /// The method, such as `elicitation/create`.
    public let method: String
    public let params: JSONObject?
    let need: Need

    /// Asks the user to fill in a form.
    /// - Parameter schema: a flat object of texts, numbers, booleans and choices.
    public static func form(_ message: String, schema: JSONObject) -> InputRequest {
        InputRequest(
            method: "elicitation/create", params: ["message": .string(message), "requestedSchema": .object(schema)],
            need: .elicitationForm)
    }

    /// Asks the client's model.
    public static func sample(_ params: JSONObject) -> InputRequest {
        InputRequest(method: "sampling/createMessage", params: params, need: .sampling)
    }

    /// Asks for the client's folders.
    public static var roots: InputRequest { InputRequest(method: "roots/list", params: nil, need: .roots) }

    /// The capability that it needs, in the shape of a client's capabilities.
    var requirement: JSON {
        switch need {
        case .elicitationForm: ["elicitation": ["form": [:]]]
        case .elicitationURL: ["elicitation": ["url": [:]]]
        case .sampling: ["sampling": [:]]
        case .roots: ["roots": [:]]
        }
    }

    func isPossible(for caller: Caller) -> Bool {
        switch need {
        case .elicitationForm: caller.capabilities.elicitationForm && caller.revision >= .june2025
        case .elicitationURL: caller.capabilities.elicitationURL && caller.revision >= .november2025
        case .sampling: caller.capabilities.sampling
        case .roots: caller.capabilities.roots
        }
    }

    /// The client's answer as it was asked for; nil when it is no answer to this.
    func fitting(_ answer: JSON) -> JSON? {
        switch need {
        case .sampling:
            guard answer["role"]?.stringValue != nil, answer["content"] != nil else { return nil }
            return answer
        case .roots:
            guard answer["roots"]?.arrayValue != nil else { return nil }
            return answer
        case .elicitationURL, .elicitationForm:
            guard let action = answer["action"]?.stringValue else { return nil }
            if action == "decline" || action == "cancel" { return answer }
            guard action == "accept" else { return nil }
            guard need == .elicitationForm, let schema = params?["requestedSchema"]?.objectValue else { return answer }
            guard let content = answer["content"]?.objectValue,
                case .success(let read) = ArgumentSchema.read(content, schema: schema, takesEmptyTexts: true)
            else { return nil }
            return ["action": "accept", "content": .object(read)]
        }
    }

    /// What stands for an answer that does not fit, where nobody can be asked again; nil when nothing can.
    var refusal: JSON? {
        guard need == .elicitationForm || need == .elicitationURL else { return nil }
        return ["action": "cancel"]
    }

    var json: JSON {
        var object: JSONObject = ["method": .string(method)]
        object["params"] = params.map { .object($0) }
        return .object(object)
    }
}

/// What a user did with a form.
public enum ElicitationAnswer: Sendable, Equatable {
    case accepted(JSONObject)
    case declined
    case cancelled

    /// Reads a client's answer that fits.
    init(_ json: JSON) {
        switch json["action"]?.stringValue {
        case "accept": self = .accepted(json["content"]?.objectValue ?? [:])
        case "decline": self = .declined
        default: self = .cancelled
        }
    }
}
