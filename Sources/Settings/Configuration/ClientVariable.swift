/// What `luma-mcp events` reads of the environment and a server does not.
public enum ClientVariable {
    /// Where the gateway is.
    public static let url = "LUMA_GATEWAY_URL"
    public static let token = "LUMA_GATEWAY_TOKEN"
    package static let names: Set<String> = [url, token]
}
