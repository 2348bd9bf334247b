import Core
import Synchronization

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

    /// The client's answers so far, by key. After a state these are answers to what was asked; before the first one nobody
    /// was asked, and only a handler that keeps no state takes them.
    private(set) var responses: JSONObject = [:]
    /// The handler's own.
    private(set) var state: JSON?
    /// Names the call through all its rounds; nil before the first state is given out.
    private(set) var call: String?

    init() {}

    /// Reads `inputResponses` and `requestState` of a request.
    /// An answer to a question that this call was not asked is left out.
    /// - Throws: -32602 when the state is not ours, not for this call, or too old.
    init(_ params: JSONObject?, _ binding: Binding, _ seal: any StateSeal) throws(CallFailure) {
        var asked: Set<String>?
        if let text = params?["requestState"], !text.isNull {
            guard let text = text.stringValue, let bytes = seal.decrypt(text), let json = try? JSON.parse(bytes),
                json["b"] == binding.json, let call = json["c"]?.stringValue, let expiry = json["e"]?.intValue,
                Int64(expiry) > seal.now.milliseconds
            else {
                throw .error(
                    .invalidParams(
                        "Invalid params: requestState is not valid for this request; send it again without requestState"
                    ))
            }
            asked = Set(json["q"]?.arrayValue?.compactMap(\.stringValue) ?? [])
            responses = json["r"]?.objectValue ?? [:]
            state = json["s"]
            self.call = call
        }
        let given = params?["inputResponses"] ?? .null
        guard given.isNull || given.objectValue != nil else {
            throw .error(.invalidParams("Invalid params: inputResponses must be an object"))
        }
        for (key, value) in given.objectValue?.members ?? [] where asked?.contains(key) ?? true {
            responses[key] = value
        }
    }

    /// The state that goes along with new questions; nil when there is nothing to remember. Before the first state only those
    /// answers are remembered that the handler has taken: any other would pass for the answer to a question that comes later.
    /// The client cannot read it: what a handler remembers may be worth as much as the user's answer.
    /// - Throws: -32603 when it cannot be encrypted.
    func sealed(
        asking input: InputRequired, taken: Set<String>, _ binding: Binding, _ seal: any StateSeal
    ) throws(CallFailure) -> String? {
        let kept = call == nil ? JSONObject(responses.members.filter { taken.contains($0.name) }) : responses
        guard input.state != nil || !kept.isEmpty else { return nil }
        var object: JSONObject = [
            "b": binding.json, "c": .string(call ?? seal.nonce()), "r": .object(kept),
            "q": .array(input.requests.map { .string($0.key) }),
            "e": .number(JSONNumber(Int(seal.now.advanced(seconds: Self.lifetime).milliseconds))),
        ]
        object["s"] = input.state
        guard let text = seal.encrypt(JSON.object(object).encoded) else { throw .error(.internalError()) }
        return text
    }
}

/// Which calls of several rounds (2026-07-28) are at their end, so that what a user has declined cannot be accepted later
/// with a state of an earlier round. Each has a name that nobody can guess.
///
/// Safe to use from any thread. In this process only, and bounded: a state expires by itself, and a handler for whom that is not
/// enough keeps in its state what is good once.
public final class OpenRounds: Sendable {
    /// Ended calls that are remembered; one more forgets the oldest.
    static let capacity = 10_000

    private struct State {
        var running: Set<String> = []
        var ended: Set<String> = []
        var inOrder: [(call: String, until: Timestamp)] = []
    }
    private let state = Mutex(State())

    /// Remembers nothing yet.
    public init() {}

    /// Takes a call for one round; it must be given back. False when it is at its end, or another round of it is served.
    func begin(_ call: String) -> Bool {
        state.withLock { !$0.ended.contains(call) && $0.running.insert(call).inserted }
    }

    /// The round has asked again: another one may follow.
    func goOn(_ call: String) { _ = state.withLock { $0.running.remove(call) } }

    /// The call is at its end; all its states are void, and have expired at `until`.
    func end(_ call: String, until: Timestamp, now: Timestamp) {
        state.withLock { state in
            state.running.remove(call)
            guard state.ended.insert(call).inserted else { return }
            state.inOrder.append((call, until))
            let expired = state.inOrder.prefix { $0.until <= now }.count
            let gone = max(expired, state.inOrder.count - Self.capacity)
            for old in state.inOrder.prefix(gone) { state.ended.remove(old.call) }
            state.inOrder.removeFirst(gone)
        }
    }
}
