import Core

/// What passes from one round of a call to the next, through the client's hands.
struct RoundState {
    /// What the state belongs to; with any other it is refused.
    struct Binding {
        let principal: String
        let method: String
        let name: String
        let arguments: String

        var json: JSON { [.string(principal), .string(method), .string(name), .string(arguments)] }
    }

    /// A user may take this long over a form, in seconds.
    static let lifetime = 900.0

    /// The client's answers so far, by key.
    var responses: JSONObject = [:]
    /// The handler's own.
    var state: JSON?
    /// Names the call through all its rounds; nil before the first state is given out.
    private(set) var call: String?

    init() {}

    /// Reads `inputResponses` and `requestState` of a request.
    /// - Throws: -32602 when the state is not ours, not for this call, or too old.
    init(_ params: JSONObject?, _ binding: Binding, _ seal: any StateSeal) throws(CallFailure) {
        if let text = params?["requestState"], !text.isNull {
            guard let text = text.stringValue, let bytes = seal.open(text), let json = try? JSON.parse(bytes),
                json["b"] == binding.json, let call = json["c"]?.stringValue, let expiry = json["e"]?.intValue,
                Int64(expiry) > seal.now.milliseconds
            else {
                throw .error(
                    .invalidParams("Invalid params: requestState is not valid for this request; start it anew"))
            }
            responses = json["r"]?.objectValue ?? [:]
            state = json["s"]
            self.call = call
        }
        let given = params?["inputResponses"] ?? .null
        guard given.isNull || given.objectValue != nil else {
            throw .error(.invalidParams("Invalid params: inputResponses must be an object"))
        }
        for (key, value) in given.objectValue?.members ?? [] { responses[key] = value }
    }

    func sealed(_ binding: Binding, _ seal: any StateSeal) -> String {
        var object: JSONObject = [
            "b": binding.json, "c": .string(call ?? seal.nonce()), "r": .object(responses),
            "e": .number(JSONNumber(Int(seal.now.advanced(seconds: Self.lifetime).milliseconds))),
        ]
        object["s"] = state
        return seal.seal(JSON.object(object).encoded)
    }
}
