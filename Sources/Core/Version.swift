/// The version of this program, in one place.
public enum Version {
    /// Semantic versioning 2.0.0.
    public static let number = "0.1.0"
    /// As the field User-Agent has it (RFC 9110 §10.1.5).
    public static let product = "luma-mcp/\(number)"
}
