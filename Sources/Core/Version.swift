/// The version of this program, in one place.
public enum Version {
    public static let number = "0.1.0"
    public static let product = "luma-mcp/\(number)"
}
