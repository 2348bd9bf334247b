import Core
import Foundation
import Settings
import TestKit
import Testing

/// The examples for assistants, of the README and of docs/assistants.md, are what those programs can read, and lead to a server that answers.
@Suite struct AssistantExamplesTests {
    private static let token = "0123456789abcdef0123456789abcdef"

    private static var examples: [JSON] {
        ["README.md", "docs/assistants.md"].flatMap { ReadmeTests.blocks("json", of: $0) }.compactMap {
            try? JSON.parse($0)
        }.compactMap { $0["mcpServers"] ?? $0["servers"] }
            .compactMap { $0["luma"] }
    }

    private func gateway() async throws -> RunningGateway {
        try await RunningGateway.start(.inProcess, environment: ["LUMA_AUTH_TOKENS": "assistant:write:\(Self.token)"])
    }

    /// Shakes hands and lists the tools, as an assistant with this address and these fields would.
    private func connect(_ url: String, _ fields: [String]) async throws {
        func post(_ method: String, _ params: JSON, _ more: [String]) async throws -> CurlAnswer {
            let body: JSON = ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": params]
            let all = fields + more + ["Accept: application/json, text/event-stream", "Content-Type: application/json"]
            return try await curl(
                ["-X", "POST", url, "--data-binary", String(decoding: body.encoded, as: UTF8.self)]
                    + all.flatMap { ["-H", $0] })
        }
        let greeting = try await post(
            "initialize",
            [
                "protocolVersion": "2025-06-18", "capabilities": [:],
                "clientInfo": ["name": "example", "version": "1"],
            ], [])
        #expect(greeting.status == 200, "\(greeting.body)")
        let session = try #require(greeting.field("mcp-session-id"))
        let tools = try await post("tools/list", [:], ["Mcp-Session-Id: \(session)"])
        #expect(tools.json?["result"]?["tools"]?.arrayValue?.count == OfferedTools.all.count)
    }

    @Test func everyAddressAnswersWithItsFields() async throws {
        let gateway = try await gateway()
        let remote = Self.examples.filter { $0["url"] != nil }
        #expect(remote.count == 4)
        for example in remote {
            let url = try #require(example["url"]?.stringValue)
            let fields = (example["headers"]?.objectValue?.members ?? []).map { name, value in
                let text = (value.stringValue ?? "").replacing(/\$\{[a-zA-Z_:-]+\}/, with: Self.token)
                return "\(name): \(text)"
            }
            #expect(fields == ["Authorization: Bearer \(Self.token)"])
            try await connect(url.replacingOccurrences(of: "http://localhost:8000", with: gateway.address), fields)
        }
    }

    @Test func theExampleInTOMLIsRead() async throws {
        let gateway = try await gateway()
        let text = try #require(ReadmeTests.blocks("toml", of: "docs/assistants.md").first)
        let program = "import sys, tomllib, json; print(json.dumps(tomllib.loads(sys.argv[1])))"
        let read = try await run("python3", ["-c", program, text])
        let example = try #require(try JSON.parse(read.out)["mcp_servers"]?["luma"])
        #expect(example["bearer_token_env_var"] == "LUMA_MCP_TOKEN")
        let url = try #require(example["url"]?.stringValue)
        try await connect(
            url.replacingOccurrences(of: "http://localhost:8000", with: gateway.address),
            ["Authorization: Bearer \(Self.token)"])
    }

    @Test func theCommandSpeaksOnStandardInput() async throws {
        let local = try #require(Self.examples.first { $0["command"] != nil })
        #expect(local["command"] == "/usr/local/bin/luma-mcp" && local["env"]?["LUMA_API_KEY"] != nil)
        let arguments = (local["args"]?.arrayValue ?? []).compactMap(\.stringValue)
        let line =
            #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","#
            + #""capabilities":{},"clientInfo":{"name":"example","version":"1"}}}"#
        let command = ([Program.path] + arguments).joined(separator: " ")
        let result = try await run("sh", ["-c", "echo '\(line)' | LUMA_SANDBOX=true \(command)"])
        #expect(result.code == 0)
        #expect(try JSON.parse(result.out.trimmingCharacters(in: .newlines))["result"]?["serverInfo"] != nil)
    }
}
