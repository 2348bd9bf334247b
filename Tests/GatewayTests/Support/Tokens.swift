import Settings

/// Who may ask a gateway that asks for tokens.
enum Tokens {
    static let reader = "reader-reader-reader-1"
    static let writer = "writer-writer-writer-2"
    static let admin = "admin-admin-admin-admin-3"
    static let setting = "ann:read:\(reader),bot:write:\(writer),ops:admin:\(admin)"
    static let guarded: [Setting: String] = [.authTokens: setting]

    /// The field that shows a token.
    static func bearer(_ token: String) -> [String] { ["Authorization: Bearer \(token)"] }
}
