import Core
import Crypto
import GatewayAPI
import IO
import Store

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
    /// How long the user of a form may take, in seconds. No confirmation is good for longer.
    static let formLifetime = 3600.0

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
    private let ledger: any ConfirmationLedger

    init(_ seal: Seal, _ ledger: any ConfirmationLedger) {
        self.seal = seal
        self.ledger = ledger
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
        let lifetime = isInForm ? ConfirmationToken.formLifetime : ConfirmationToken.lifetime
        return (0..<lifetime).contains(confirmation.age(at: now)) ? confirmation : nil
    }

    /// Whether that is what was shown.
    func covers(_ confirmation: ConfirmationToken, _ now: JSON) -> Bool { confirmation.shown == digest(of: now) }

    /// Does what was agreed to. After a failure that surely changed nothing the confirmation is still good.
    /// - Parameter refusal: of a confirmation by which it was done before, or is being done, and of one that was declined.
    /// - Throws: 503 when it is not known whether it is one of these; nothing is done then.
    func redeem<T>(
        _ confirmation: ConfirmationToken, _ call: UpstreamCall, refusal: APIError,
        _ work: () async throws(APIError) -> T
    ) async throws(APIError) -> T {
        let taken = try await take(confirmation, by: call.deadline, refusal: refusal)
        do throws(APIError) {
            return try await work()
        } catch {
            if error.described(after: call.context).reason != .outcomeUnknown { ledger.giveBack(taken) }
            throw error
        }
    }

    private func take(
        _ confirmation: ConfirmationToken, by deadline: MonotonicTime, refusal: APIError
    ) async throws(APIError) -> TakenNonce {
        let standing: NonceStanding
        do throws(WaitError<StoreFailure>) {
            standing = try await ledger.take(
                confirmation.nonce, for: ConfirmationToken.formLifetime, by: deadline)
        } catch {
            throw .confirmationUnchecked
        }
        switch standing {
        case .taken(let taken): return taken
        case .used: throw refusal
        case .full: throw .tooManyConfirmations
        }
    }

    /// Somebody was shown it, and does not agree: nothing is ever done by it. Of any other text than what `issue` gave there is
    /// nothing to note.
    func void(_ text: String) async {
        guard let bytes = seal.decrypt(text, for: "confirmation"), let items = (try? JSON.parse(bytes))?.arrayValue,
            items.count == 5, let nonce = items[2].stringValue
        else { return }
        await ledger.void(nonce, for: ConfirmationToken.formLifetime)
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

    /// The store does not say whether a confirmation was used before, so nothing is done by it.
    static let confirmationUnchecked = APIError(
        .storeUnavailable,
        "The state store is unavailable, so it is not known whether this confirmation was used; nothing was done",
        retryAfter: 5)
    /// One that is used must be remembered, and there is no room for it.
    static let tooManyConfirmations = APIError(
        .storeUnavailable,
        "More confirmations were used in the last hour than the state store remembers; nothing was done", retryAfter: 60
    )
}
