public import Core

/// How a service knows this gateway.
public enum AuthRule: Sendable, Equatable {
    case none
    /// A field of every request: a key, or a token behind a word.
    case field(name: String, prefix: String, Secret)
    /// A parameter of every URL, for services that know nothing better.
    case query(name: String, Secret)
    /// RFC 7617.
    case basic(user: Secret, password: Secret)
    /// OAuth 2.0 client credentials (RFC 6749 §4.4).
    case clientCredentials(ClientCredentials)
    /// A request that answers with a token.
    case login(Login)

    /// Whether a token has to be fetched, and renewed.
    public var isDynamic: Bool {
        switch self {
        case .clientCredentials, .login: true
        case .none, .field, .query, .basic: false
        }
    }
}

/// What an authorization server is asked.
public struct ClientCredentials: Sendable, Equatable {
    let tokenURL: String
    let id: Secret
    let secret: Secret
    /// Id and secret go in the body instead of in `Authorization`.
    let isInBody: Bool
    /// `scope`, `audience`, `resource` and others.
    let parameters: [Parameter]
    let sending: TokenSending
    let refreshOn: [Int]

    struct Parameter: Sendable, Equatable {
        let name: String
        let value: String
    }
}

/// What a service's own login is asked.
public struct Login: Sendable, Equatable {
    /// Where the answer has the token.
    enum Source: Sendable, Equatable {
        /// By the name of a cookie.
        case cookie(String)
        case json(ValuePointer)
        /// By the name of a field, in lower case.
        case field(String)
    }

    /// Where the answer says how long the token lives, in the order in which they are asked.
    enum LifetimeSource: String, Sendable, CaseIterable {
        case json, cookie, jwt
    }

    let request: RequestTemplate
    let expect: StatusSet
    let source: Source
    let sending: TokenSending
    let lifetimes: [LifetimeSource]
    let lifetimePointer: ValuePointer
    let defaultSeconds: Int
    let refreshOn: [Int]
}

/// How a token that was fetched goes with a request.
enum TokenSending: Sendable, Equatable {
    /// In lower case.
    case field(name: String, prefix: String)
    case cookie(String)
}

extension AuthRule {
    /// The statuses that say that a token is no longer good.
    var refreshOn: [Int] {
        switch self {
        case .clientCredentials(let rule): rule.refreshOn
        case .login(let rule): rule.refreshOn
        case .none, .field, .query, .basic: []
        }
    }
}
