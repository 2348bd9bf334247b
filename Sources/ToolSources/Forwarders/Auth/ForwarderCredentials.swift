import Core

/// What goes with a request so that the service knows this gateway.
public struct ForwarderCredentials: Sendable {
    /// Names in lower case.
    let fields: [(name: String, value: Secret)]
    let query: [(name: String, value: Secret)]
    /// Of the token in it, counted from 1; 0 for what never changes.
    public let generation: UInt64
    /// Takes the token out of what the service answers; nil without one.
    let mask: Redactor?

    /// Nothing: the service is open to all.
    public static let none = ForwarderCredentials(fields: [], query: [], generation: 0, mask: nil)
}

extension AuthRule {
    /// The credentials of a rule that needs no token; nil for one that does.
    public var fixedCredentials: ForwarderCredentials? {
        switch self {
        case .none: return ForwarderCredentials.none
        case .field(let name, let prefix, let secret):
            return .init(fields: [(name, Secret(prefix + secret.reveal()))], query: [], generation: 0, mask: nil)
        case .query(let name, let secret):
            return .init(fields: [], query: [(name, secret)], generation: 0, mask: nil)
        case .basic(let user, let password):
            let text = "Basic " + Base64.encode(Array("\(user.reveal()):\(password.reveal())".utf8))
            return .init(fields: [("authorization", Secret(text))], query: [], generation: 0, mask: nil)
        case .clientCredentials, .login: return nil
        }
    }

    /// The credentials with a token.
    func credentials(_ token: Secret, generation: UInt64) -> ForwarderCredentials {
        let sending: TokenSending
        switch self {
        case .clientCredentials(let rule): sending = rule.sending
        case .login(let rule): sending = rule.sending
        case .none, .field, .query, .basic: return .none
        }
        let mask = Redactor([token])
        switch sending {
        case .field(let name, let prefix):
            return .init(
                fields: [(name, Secret(prefix + token.reveal()))], query: [], generation: generation, mask: mask)
        case .cookie(let name):
            return .init(
                fields: [("cookie", Secret(name + "=" + token.reveal()))], query: [], generation: generation, mask: mask
            )
        }
    }
}
