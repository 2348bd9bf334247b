package import Settings

extension Configuration {
    /// There is a key of Luma's, a token or a certificate's key in memory.
    package var holdsSecrets: Bool { apiKey != nil || access.tokens != nil || tls != nil }
}
