import Core
import Dispatch
import GatewayAPI
import IO
import Settings
import TestKit
import Testing

@testable import Gateway

/// `/status` as the console asks for it, and what a request leaves behind.
@Suite struct StatusServiceTests {
    private func status(_ gateway: InProcess, _ fields: [String] = []) async throws -> JSON {
        let answer = try await gateway.ask("GET /status", fields)
        #expect(answer.status == 200 && answer.field("cache-control") == "no-store")
        return try #require(answer.json)
    }

    @Test(arguments: [([:], "luma"), ([.sandbox: "true"], "sandbox")] as [([Setting: String], String)])
    func itTellsHowTheGatewayIs(settings: [Setting: String], mode: String) async throws {
        try await InProcess.serve(settings) { (gateway: InProcess) async throws in
            #expect(try await status(gateway)["health"]?["reason"] == "starting")
            #expect(try await gateway.ask("GET /events/").status == 200)
            let told = try await status(gateway)
            #expect(told["mode"]?.stringValue == mode && told["upstream"]?.stringValue == EmulatedLuma.origin)
            #expect(told["read_only"] == false && told["version"]?.stringValue == Version.number)
            let all = Permissions.all.scopeWords.map { JSON.string($0) }
            #expect(
                told["caller"] == [
                    "label": "local", "scopes": ["read", "write", "admin"], "permissions": .array(all),
                ])
            #expect(told["health"]?["status"] == "healthy" && told["health"]?["circuit"] == "closed")
            let budget = told["budget"]
            let (limit, left) = (budget?["get"]?["limit"]?.intValue, budget?["get"]?["remaining"]?.intValue)
            #expect(try #require(limit) > 0)
            #expect(try #require(left) < #require(limit))
            for curve in ["get", "post", "waiting"] {
                #expect(budget?["history"]?[curve]?.arrayValue?.isEmpty == false, "\(curve)")
            }
            #expect(told["calls"]?["count"]?.intValue == gateway.luma.asked.count)
            #expect(told["calls"]?["outcomes"]?["200"] != nil)
            #expect(told["calls"]?["retries"] == 0)
        }
    }

    /// Each kind of request, and the line that it leaves.
    @Test(arguments: [
        ("GET /events/evt-secret", "GET", "/events/{event_id}", 422, "validation_failed", "?x=1"),
        ("GET /nothing/secret", "GET", "-", 404, "not_found", ""),
        ("BREW /events/secret", "OTHER", "-", 501, "not_implemented", ""),
        ("DELETE /templates/secret", "DELETE", "-", 405, "method_not_allowed", ""),
        ("GET /events/evt-none", "GET", "/events/{event_id}", 403, "event_not_accessible", ""),
    ])
    func aRequestLeavesALine(
        line: String, method: String, route: String, status: Int, reason: String, query: String
    ) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            #expect(try await gateway.ask(line + query, ["X-Request-Id: one"]).status == status)
            let told = try await gateway.ask("GET /status")
            #expect(!told.text.contains("secret"), "\(told.text)")
            let requests = try #require(told.json?["requests"]?.arrayValue)
            #expect(requests.count == 1)
            let left = try #require(requests.first)
            #expect(left["request_id"] == "one" && left["method"]?.stringValue == method)
            #expect(left["route"]?.stringValue == route && left["status"]?.intValue == status)
            #expect(left["reason"]?.stringValue == reason && left["label"] == .null)
            #expect(left["upstream_calls"]?.intValue == gateway.luma.asked.count)
        }
    }

    @Test func theLastRequestsOfAllLoopsNewestFirst() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let loops = [gateway, try await InProcess(beside: gateway), try await InProcess(beside: gateway)]
            for number in 0..<120 {
                let answer = try await loops[number % 3].ask(
                    "GET /events/evt-secret-\(number)?x=1", ["X-Request-Id: n\(number)"])
                #expect(answer.status == 422)
            }
            // Programs that watch would fill the list.
            for path in ["/health", "/health/live", "/metrics", "/status"] { try await gateway.ask("GET \(path)") }
            let requests = try #require(try await status(gateway)["requests"]?.arrayValue)
            let numbers = requests.compactMap { $0["request_id"]?.stringValue?.dropFirst() }.compactMap { Int($0) }
            // Loops may have had theirs in the same millisecond, and then either is the older; one loop never loses its order.
            #expect(numbers.count == 100 && Set(numbers).count == 100)
            for loop in 0..<3 {
                let own = numbers.filter { $0 % 3 == loop }
                #expect(own == own.sorted(by: >))
            }
            for loop in loops.dropFirst() { await loop.end() }
        }
    }

    /// A loop that does not answer is told by what is missing, and holds nobody up for long.
    @Test func aLoopThatHangsIsLeftOut() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let other = try await InProcess(beside: gateway)
            #expect(try await other.ask("GET /nothing", ["X-Request-Id: there"]).status == 404)
            let held = DispatchSemaphore(value: 0)
            other.loop.executor.execute { held.wait() }
            let request = try await gateway.open("GET /metrics")
            await gateway.leap(seconds: 2)
            let text = try PrometheusText(try await request.answer().text)
            #expect(text.values("luma_mcp_loops") == [2] && text.values("luma_mcp_loop_lag_seconds").count <= 1)
            held.signal()
            await other.end()
        }
    }

    @Test func itSaysWhoAsksAndNeverWithWhat() async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            #expect(try await gateway.ask("GET /status").status == 401)
            #expect(try await gateway.ask("GET /events/").status == 401)
            for (token, label, scopes) in [
                (Tokens.reader, "ann", ["read"]), (Tokens.writer, "bot", ["read", "write"]),
                (Tokens.admin, "ops", ["read", "write", "admin"]),
            ] as [(String, String, [JSON])] {
                let answer = try await gateway.ask("GET /status", Tokens.bearer(token))
                let caller = answer.json?["caller"]
                #expect(caller?["label"]?.stringValue == label && caller?["scopes"] == .array(scopes))
                #expect(caller?["permissions"]?.arrayValue?.contains("events:write") == scopes.contains("write"))
                for token in [Tokens.reader, Tokens.writer, Tokens.admin] { #expect(!answer.text.contains(token)) }
            }
            #expect(try await gateway.ask("GET /events/", Tokens.bearer(Tokens.writer)).status == 200)
            let requests = try await status(gateway, Tokens.bearer(Tokens.writer))["requests"]?.arrayValue ?? []
            #expect(requests.map { $0["label"] } == ["bot", .null])
            #expect(requests.map { $0["status"] } == [200, 401])
        }
    }

    @Test func aGatewayThatChangesNothingSaysSo() async throws {
        try await InProcess.serve([.readOnly: "true"]) { (gateway: InProcess) async throws in
            let told = try await status(gateway)
            #expect(told["read_only"] == true)
            #expect(told["caller"]?["scopes"]?.arrayValue?.contains("write") == false)
        }
    }

    @Test func itTakesNoParameters() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            #expect(try await gateway.ask("GET /status?limit=5").status == 422)
            #expect(try await gateway.ask("GET /status", ["Accept: application/json;q=0"]).status == 406)
            #expect(try await gateway.ask("HEAD /status/").status == 200)
        }
    }
}
