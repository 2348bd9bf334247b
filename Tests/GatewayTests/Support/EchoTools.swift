import Core
import MCP

@testable import Gateway

/// Two tools of a source outside of the gateway, which answer always the same: one for everybody, and one to be hidden.
enum EchoTools {
    static let maker: ToolSourceFeed.Maker = { _ in
        ["zz__echo", "zz__hidden"].map { name in
            Tool(
                name, title: "", description: "",
                input: ["type": "object", "properties": ["n": ["type": "integer"], "text": ["type": "string"]]],
                hints: Tool.Hints(readOnly: true, destructive: false, idempotent: true, openWorld: false), scope: .read
            ) { _, _ throws(CallFailure) in .text("said") }
        }
    }
}

extension InProcess {
    /// The lines of the log about calls of tools.
    func toolCalls() async -> [JSON] { await logLines().filter { $0["message"] == "Tool call" } }
}
