import Core
import HTTP

/// The fields of a request to `/mcp` that the protocol reads, copied out of the connection's buffer.
struct MCPHeaders: Sendable {
    /// The values of `MCP-Protocol-Version`, each once.
    var versions: [String] = []
    var session: String?
    /// All `Mcp-Method` and `Mcp-Name` lines; two of one kind are refused.
    var methods: [String] = []
    var names: [String] = []
    var accept: Accept?
    /// Nil also for plain JSON.
    var contentType: String?
    /// What is chosen by the path or by a field.
    var toolset: Toolset?

    init() {}

    init(_ request: RequestView) {
        for line in request.fields(named: "mcp-protocol-version") {
            guard line.utf8.contains(UInt8(ascii: ",")) else {
                if !line.isEmpty, !versions.contains(line) { versions.append(line) }
                continue
            }
            // Some clients send the field twice, and proxies join the two.
            for value in line.split(separator: ",").map({ String($0.filter { $0 != " " && $0 != "\t" }) })
            where !versions.contains(value) {
                versions.append(value)
            }
        }
        session = request.field("mcp-session-id")
        methods = request.fields(named: "mcp-method")
        names = request.fields(named: "mcp-name")
        // Nearly all clients send one of a few texts, which need no closer look.
        if let value = request.value(of: .accept), !value.isEmpty, !Self.takesAll.contains(where: value.elementsEqual) {
            accept = request.combined("accept").map { Accept($0) }
        }
        if let value = request.value(of: .contentType), !value.elementsEqual(Self.json) {
            contentType = request.field("content-type")
        }
    }

    private static let takesAll = ["application/json, text/event-stream", "text/event-stream, application/json", "*/*"]
        .map { Array($0.utf8) }
    private static let json = Array("application/json".utf8)

    /// Whether the client takes a media type: named, by a range, or because it says nothing (RFC 9110 §12.5.1).
    private func accepts(_ type: String) -> Bool {
        guard let accept else { return true }
        return accept.preference(for: type).map { $0.weight > 0 } ?? false
    }

    var acceptsJSON: Bool { accepts("application/json") }
    var acceptsStream: Bool { accepts("text/event-stream") }

    /// The value of a routing header as it was before it was made safe for HTTP: `=?base64?…?=` is UTF-8 in base 64.
    /// Nil when it is not well-formed.
    static func decoded(_ value: String) -> String? {
        guard value.utf8.first == UInt8(ascii: "="), value.hasPrefix("=?base64?"), value.hasSuffix("?="),
            value.utf8.count >= 11
        else { return value }
        let digits = value.dropFirst(9).dropLast(2)
        guard let bytes = Base64.decode(digits) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
