import Core
import TestKit

/// Asks a gateway by the newest revision of MCP with `curl`.
struct ModernAsker: ModernMCP {
    let root: String
    /// Arguments for `curl`, such as a token.
    var arguments: [String] = []
    var capabilities: JSON = [:]

    init(_ gateway: RunningGateway, _ arguments: [String] = [], capabilities: JSON = [:]) {
        root = gateway.address
        self.arguments = arguments
        self.capabilities = capabilities
    }

    func answer(to message: JSON, _ fields: [String]) async throws -> String {
        try await curl(
            ["-X", "POST", "-H", "Content-Type: application/json", "--data-binary"]
                + [String(decoding: message.encoded, as: UTF8.self), root + "/mcp"]
                + fields.flatMap { ["-H", $0] } + arguments
        ).body
    }
}
