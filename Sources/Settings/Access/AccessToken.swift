public import Core
import Crypto

/// One token that opens the gateway, known by its digest alone.
public struct AccessToken: Sendable, Equatable {
    /// Names its holder in the log; several tokens may have one label, so that a token can be replaced without a gap.
    public let label: String
    public let scope: AccessScope
    /// SHA-256. A token is long and random, so nothing slower is needed to keep it from being guessed.
    package let digest: [UInt8]

    package var principal: Principal { Principal(label: label, scopes: scope.scopes) }
}

/// Where the tokens are written.
public enum TokenSource: Sendable, Equatable {
    /// In the setting itself.
    case listed([AccessToken])
    /// In a file of this path, read at the start and on SIGHUP.
    case file(String)
}
