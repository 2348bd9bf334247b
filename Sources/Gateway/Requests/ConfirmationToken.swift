import Core
import Crypto
import GatewayAPI
import MCP

/// What somebody agrees to: that this is done, for them.
struct ConfirmationBinding {
    let principal: String
    /// The operation's name.
    let operation: String
    /// What is sent, without what only the operation before it can give.
    let input: JSONObject
}

/// That somebody was shown what would be done, and what it would be done to. A preview gives it as a text, its `confirm`, and
/// the write takes it back: what was shown is what is done, once. Its bearer cannot read or change it.
struct ConfirmationToken {
    /// How long a caller may take to agree, in seconds.
    static let lifetime = 600.0

    /// Of what was shown of the thing that changes.
    fileprivate let shown: String
    /// Names it among those that were used.
    fileprivate let nonce: String
    let issued: Timestamp
    /// What the write needs of the preview besides.
    let enclosed: JSON

    /// Seconds since it was given.
    func age(at now: Timestamp) -> Double { now.seconds(since: issued) }
}

/// Gives confirmations, and takes each back once.
struct Confirmations {
    private let seal: Seal
    /// Those that were used, as calls of several rounds are at their end.
    private let used: OpenRounds

    init(_ seal: Seal, used: OpenRounds = OpenRounds()) {
        self.seal = seal
        self.used = used
    }

    /// What a preview gives.
    /// - Parameters:
    ///   - shown: what must be as it is now when it is done.
    ///   - enclosing: what the write needs besides.
    /// - Throws: 500 when OpenSSL cannot encrypt.
    func issue(
        _ binding: ConfirmationBinding, shown: JSON, enclosing enclosed: JSON = .null, at now: Timestamp
    ) throws(APIError) -> String {
        let payload: JSON = [
            .string(digest(of: binding)), .string(digest(of: shown)), .string(seal.nonce()),
            .number(JSONNumber(Int(now.milliseconds))), enclosed,
        ]
        do throws(CryptoError) {
            return try seal.encrypt(payload.encoded, for: "confirmation")
        } catch {
            throw APIError(.internal)
        }
    }

    /// Reads what `issue` gave.
    /// - Parameter isInForm: it was agreed to in a form, which has a time of its own.
    /// - Returns: nil for any other text, for one that was given for another binding, and for one that has expired.
    func open(_ text: String, _ binding: ConfirmationBinding, at now: Timestamp, isInForm: Bool) -> ConfirmationToken? {
        guard let bytes = seal.decrypt(text, for: "confirmation"), let items = (try? JSON.parse(bytes))?.arrayValue,
            items.count == 5, let of = items[0].stringValue, let shown = items[1].stringValue,
            let nonce = items[2].stringValue, let issued = items[3].intValue, of == digest(of: binding)
        else { return nil }
        let confirmation = ConfirmationToken(
            shown: shown, nonce: nonce, issued: Timestamp(milliseconds: Int64(issued)), enclosed: items[4])
        return isInForm || (0..<ConfirmationToken.lifetime).contains(confirmation.age(at: now)) ? confirmation : nil
    }

    /// Whether that is what was shown.
    func covers(_ confirmation: ConfirmationToken, _ now: JSON) -> Bool { confirmation.shown == digest(of: now) }

    /// Does what was agreed to. After a failure that surely changed nothing the confirmation is still good.
    /// - Parameter refusal: of a confirmation by which it was done before, or is being done.
    func redeem<T>(
        _ confirmation: ConfirmationToken, at now: Timestamp, _ call: UpstreamCall, refusal: APIError,
        _ work: () async throws(APIError) -> T
    ) async throws(APIError) -> T {
        guard used.begin(confirmation.nonce) else { throw refusal }
        do throws(APIError) {
            let done = try await work()
            end(confirmation, at: now)
            return done
        } catch {
            if error.told(after: call.context).reason == .outcomeUnknown {
                end(confirmation, at: now)
            } else {
                used.goOn(confirmation.nonce)
            }
            throw error
        }
    }

    private func end(_ confirmation: ConfirmationToken, at now: Timestamp) {
        used.end(confirmation.nonce, until: now.advanced(seconds: ConfirmationToken.lifetime), now: now)
    }

    private func digest(of binding: ConfirmationBinding) -> String {
        digest(of: [.string(binding.principal), .string(binding.operation), JSON.object(binding.input).canonical])
    }

    private func digest(of shown: JSON) -> String { seal.digest(shown.encoded) }
}

extension APIError {
    /// What was agreed to does not hold.
    /// - Parameters:
    ///   - members: of the input, that name what it was about.
    ///   - hasChanged: it is the thing that is not as it was shown; a new preview tells how it is now.
    static func confirmationStale(_ members: [(name: String, value: JSON)], hasChanged: Bool = false) -> APIError {
        var details = JSONObject(members)
        if hasChanged { details["changed"] = true }
        return APIError(.confirmationStale, details: details)
    }
}
