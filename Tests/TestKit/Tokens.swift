public import Settings

/// Who may ask a gateway that asks for tokens.
public enum Tokens {
    public static let reader = "reader-reader-reader-1"
    public static let writer = "writer-writer-writer-2"
    public static let admin = "admin-admin-admin-admin-3"
    /// All three, as the setting lists them.
    public static let setting = "ann:read:\(reader),bot:write:\(writer),ops:admin:\(admin)"
    public static let guarded: [Setting: String] = [.authTokens: setting]

    /// The field that shows a token.
    public static func bearer(_ token: String) -> [String] { ["Authorization: Bearer \(token)"] }
}
