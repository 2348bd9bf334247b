import Core
import GatewayAPI
import HTTP
import IO
import LumaAPI
import Settings
import TestKit
import Testing

@testable import Gateway

/// One loop of a gateway over a socket, before the emulator: asked by REST and as an assistant asks.
struct SurfaceStage {
    struct Reply {
        let status: Int
        let head: String
        let json: JSON

        /// The fields of which a refusal says what is wrong with them.
        var refused: [String] { json["details"]?["fields"]?.arrayValue?.compactMap { $0["field"]?.stringValue } ?? [] }
    }

    static let writer = "writer-writer-writer-1"
    static let reader = "reader-reader-reader-1"

    let luma: EmulatedLuma
    private let port: Int

    /// Plays a scene on a stage of its own.
    /// - Parameters:
    ///   - given: settings of the gateway.
    ///   - hasTokens: it asks for one, of `writer` and `reader`.
    /// - Returns: what was logged.
    @discardableResult static func play(
        _ given: [Setting: String] = [:], hasTokens: Bool = false, _ scene: (SurfaceStage) async throws -> Void
    ) async throws -> String {
        let luma = EmulatedLuma()
        let output = try LogFile()
        var settings = given
        if hasTokens { settings[.authTokens] = "w:write:\(writer),r:read:\(reader)" }
        let (node, port) = try await GatewayNode.start(
            try GatewayNode.shared(settings, log: output.sink), answer: { luma.answer($0) })
        var failure: (any Error)?
        do { try await scene(SurfaceStage(luma: luma, port: port)) } catch { failure = error }
        await node.end(seconds: 5)
        await node.stop()
        if let failure { throw failure }
        output.sink.flush()
        return output.text
    }

    private init(luma: EmulatedLuma, port: Int) { (self.luma, self.port) = (luma, port) }

    private func ask(_ line: String, _ body: JSON?, _ fields: [String], token: String?) async throws -> Reply {
        var fields = fields
        if body != nil { fields.append("Content-Type: application/json") }
        if let token { fields.append("Authorization: Bearer \(token)") }
        let sent = body.map { String(decoding: $0.encoded, as: UTF8.self) } ?? ""
        let text = try await Socket.ask(port, line, fields, body: sent)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
        let told = try? JSON.parse(String(parts.dropFirst().first ?? ""))
        return Reply(
            status: Int(text.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0, head: String(parts.first ?? ""),
            json: told ?? .null)
    }

    // MARK: REST

    /// - Parameters:
    ///   - input: Luma's.
    ///   - query: parameters beside it.
    func rest(
        _ surface: Surface, _ input: JSONObject, query: [(name: String, value: String)] = [], key: String? = nil,
        token: String? = nil
    ) async throws -> Reply {
        let (line, body) = surface.request(input, query: query)
        return try await ask(line, body, key.map { ["Idempotency-Key: \"\($0)\""] } ?? [], token: token)
    }

    // MARK: As an assistant

    /// The answer to a message of the newest revision.
    func message(_ method: String, _ params: JSONObject, token: String? = nil) async throws -> JSON {
        var params = params
        params["_meta"] = [
            "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": [:],
        ]
        let body: JSON = ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": .object(params)]
        var fields = ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: \(method)"]
        if let name = params["name"]?.stringValue { fields.append("Mcp-Name: \(name)") }
        return try await ask("POST /mcp", body, fields, token: token).json
    }

    /// The names of the tools that a token sees.
    func tools(token: String? = nil) async throws -> [String] {
        let answer = try await message("tools/list", [:], token: token)
        #expect(answer["result"]?["nextCursor"] == nil, "one page holds them all")
        return (answer["result"]?["tools"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    }

    func call(_ tool: String, _ arguments: JSONObject, token: String? = nil) async throws -> JSON {
        let answer = try await message(
            "tools/call", ["name": .string(tool), "arguments": .object(arguments)], token: token)
        return try #require(answer["result"], "\(tool): \(answer)")
    }

    /// The structured result of a tool that has not failed, without its notice.
    func result(_ tool: String, _ arguments: JSONObject) async throws -> JSON {
        let answer = try await call(tool, arguments)
        #expect(answer["isError"] == false, "\(tool): \(answer)")
        var result = try #require(answer["structuredContent"]?.objectValue, "\(tool): \(answer)")
        #expect(result["notice"] == ToolBox.notice)
        result["notice"] = nil
        return .object(result)
    }

    /// Has a tool do what a row's input says, with the agreement that it wants.
    func perform(_ surface: Surface, _ input: JSONObject, key: String? = nil) async throws -> JSON {
        let tool = try #require(surface.tool)
        var arguments = surface.given(input)
        if let key { arguments["idempotency_key"] = .string(key) }
        if surface.needsConfirmation { arguments["confirm"] = try await result(tool, arguments)["confirm"] }
        return try await result(tool, arguments)
    }
}

extension Surface {
    /// The row of an operation that a test is about.
    static func row(_ operation: String) throws -> Surface { try #require(Surfaces[operation: operation]) }

    /// The status of its success.
    var success: Int { operation.makesThing ? 201 : 200 }

    /// The request line and the body of REST that give Luma this input.
    func request(
        _ input: JSONObject, query more: [(name: String, value: String)]
    ) -> (line: String, body: JSON?) {
        var target = route?.pattern ?? ""
        for name in pathMembers {
            target = target.replacing("{\(name)}", with: PercentCoding.encode(input[name]?.stringValue ?? ""))
        }
        let open = JSONObject(given(input).members.filter { !pathMembers.contains($0.name) })
        var query = QueryString(more)
        for (name, value) in operation.body == nil ? open.members : [] {
            for item in value.arrayValue ?? [value] {
                query.append(name, item.stringValue ?? String(decoding: item.encoded, as: UTF8.self))
            }
        }
        if !query.isEmpty { target += "?" + query.text }
        return ("\(route?.method.token ?? "") \(target)", operation.body == nil ? nil : .object(open))
    }

    /// Luma's input in the words of this gateway.
    func given(_ input: JSONObject) -> JSONObject {
        let isDescending = input["sort_direction"]?.stringValue?.hasPrefix("desc") ?? false
        var given = JSONObject()
        for (name, value) in input.members {
            switch name {
            case "pagination_cursor": given["cursor"] = value
            case "pagination_limit": given["limit"] = value
            case "sort_column": given["sort"] = isDescending ? .string("-" + (value.stringValue ?? "")) : value
            case "sort_direction": break
            default: given[name] = value
            }
        }
        return given
    }

    /// The input with another id as the last that its path names.
    func other(than input: JSONObject) throws -> JSONObject {
        let name = try #require(pathMembers.last)
        var other = input
        other[name] = .string((input[name]?.stringValue ?? "") + "x")
        return other
    }
}
