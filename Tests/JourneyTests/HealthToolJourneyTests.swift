import Core
import Foundation
import Testing

/// What the tool `health` tells of a gateway that was just started.
@Suite struct HealthToolJourneyTests {
    private let meta: JSON = [
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": [:],
    ]

    private func ask(_ root: String, _ method: String, _ params: JSONObject = [:]) async throws -> JSON {
        var params = params
        params["_meta"] = meta
        let body: JSON = ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": .object(params)]
        var headers = ["-H", "MCP-Protocol-Version: 2026-07-28", "-H", "Mcp-Method: \(method)"]
        if let name = (params["name"] ?? params["uri"])?.stringValue { headers += ["-H", "Mcp-Name: \(name)"] }
        let answer = try await curl(
            ["-X", "POST", "-H", "Content-Type: application/json", "--data-binary"]
                + [String(decoding: body.encoded, as: UTF8.self), root + "/mcp"] + headers)
        return try #require(answer.json)
    }

    private func call(_ root: String, _ tool: String, _ arguments: JSON = [:]) async throws -> JSON {
        let answer = try await ask(root, "tools/call", ["name": .string(tool), "arguments": arguments])
        return try #require(answer["result"], "\(tool): \(answer)")
    }

    /// Whoever was just started is asking Luma already: its first check is waited for, not made twice.
    @Test func healthRightAfterTheStartWaitsForTheFirstCheck() async throws {
        let sandbox = try Program(["sandbox", "--port", "0", "--fault", "latency=1500,on=users/get-self"])
        let gateway = try Program(
            ["serve"],
            environment: [
                "LUMA_PORT": "0", "LUMA_WORKERS": "2", "LUMA_API_KEY": "secret-journey",
                "LUMA_BASE_URL": try await sandbox.address(),
            ])
        let root = try await gateway.address()
        let health = try await call(root, "health")
        #expect(health["structuredContent"]?["status"] == "healthy")
        #expect(health["structuredContent"]?["circuit"] == "closed")
        let metrics = try await curl(root + "/metrics").body.split(separator: "\n")
        let calls = metrics.filter { $0.contains("upstream_calls_total") && $0.contains("users/get-self") }
        #expect(calls.map { $0.split(separator: " ").last } == ["1"])
    }

    /// The last program was told by Luma to wait: the first check of the next one is not sent, so nothing is to be waited for.
    @Test func healthSaysWhyLumaCouldNotBeAskedSinceTheStart() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mcp-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let sandbox = try Program([
            "sandbox", "--port", "0", "--fault", "status=429,retry_after=600,on=calendars/events/list",
        ])
        let environment = [
            "LUMA_PORT": "0", "LUMA_WORKERS": "2", "LUMA_API_KEY": "secret-journey", "LUMA_DATA_DIR": folder.path,
            "LUMA_BASE_URL": try await sandbox.address(),
        ]
        let first = try Program(["serve"], environment: environment)
        #expect(try await curl(try await first.address() + "/events/").status == 429)
        first.signal(SIGTERM)
        #expect(try await first.exitCode() == 0)
        let second = try Program(["serve"], environment: environment)
        let root = try await second.address()
        let told = try await call(root, "health")["structuredContent"]
        #expect(told?["status"] == "unhealthy")
        let words = try #require(told?["message"]?.stringValue)
        #expect(words.contains("the budget is closed for "), "\(words)")
        let health = try await curl(root + "/health")
        #expect(health.status == 503)
        #expect(health.json?["reason"] == "not_asked")
        let seconds = try #require(health.field("retry-after").flatMap(Int.init))
        // Rounded up, and a little longer than Luma has said.
        #expect((500...601).contains(seconds))
    }
}
