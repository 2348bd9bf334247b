package import Core

extension Endpoint {
    /// Answered without a token: probes, browsers and readers of the description have none, and what these tell is no
    /// secret. The address of a feed is its own token.
    package var isOpen: Bool {
        switch self {
        case .health, .live, .openAPI, .feed: true
        default: isPage
        }
    }

    /// What a principal needs. What MCP's tools need besides is theirs to say.
    ///
    /// A feed can be read long after the token that made it is gone: to make one is to operate the gateway.
    package var scope: Principal.Scopes {
        switch self {
        case .createFeed, .revokeFeed: .admin
        default: isWrite ? .write : .read
        }
    }
}
