import Core
import Foundation
import Testing

/// `/status` as the console asks for it.
@Suite struct StatusJourneyTests {
    private func status(_ root: String, _ arguments: [String] = []) async throws -> JSON {
        let answer = try await curl(arguments + [root + "/status"])
        #expect(answer.status == 200)
        #expect(answer.field("cache-control") == "no-store")
        return try JSON.parse(answer.body)
    }

    @Test func itTellsHowTheGatewayIs() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let root = gateway.address
        #expect(try await curl(root + "/events/").status == 200)
        let told = try await status(root)
        #expect(told["mode"] == "sandbox" && told["read_only"] == false)
        #expect(told["caller"] == ["label": "local", "scopes": ["read", "write", "admin"]])
        #expect(told["health"]?["status"] == "healthy" && told["health"]?["circuit"] == "closed")
        let budget = told["budget"]
        let (limit, left) = (budget?["get"]?["limit"]?.intValue, budget?["get"]?["remaining"]?.intValue)
        #expect(try #require(limit) > 0)
        #expect(try #require(left) < #require(limit))
        for curve in ["get", "post", "waiting"] {
            #expect(budget?["history"]?[curve]?.arrayValue?.isEmpty == false, "\(curve)")
        }
        #expect(try #require(told["calls"]?["count"]?.intValue) > 0)
        #expect(told["calls"]?["outcomes"]?["200"] != nil)
    }

    @Test func theLastRequestsOfAllLoopsNewestFirst() async throws {
        let gateway = try await RunningGateway.start(.inProcess, environment: ["LUMA_WORKERS": "3"])
        let root = gateway.address
        for number in 0..<120 {
            let answer = try await curl("-H", "X-Request-Id: n\(number)", root + "/events/evt-secret-\(number)?x=1")
            #expect(answer.status == 422)
        }
        // Programs that watch would fill the list.
        for path in ["/health", "/health/live", "/metrics", "/status"] { _ = try await curl(root + path) }
        let answer = try await curl(root + "/status")
        #expect(!answer.body.contains("evt-secret"))
        let requests = try #require(try JSON.parse(answer.body)["requests"]?.arrayValue)
        #expect(requests.map { $0["request_id"] } == (20..<120).reversed().map { .string("n\($0)") })
        for request in requests {
            #expect(request["route"] == "/events/{event_id}" && request["method"] == "GET")
            #expect(request["status"] == 422 && request["reason"] == "validation_failed" && request["label"] == .null)
        }
    }

    @Test func itSaysWhoAsksAndNeverWithWhat() async throws {
        let tokens = ["reader": "r-0123456789abcdefghijkl", "writer": "w-0123456789abcdefghijkl"]
        let gateway = try await RunningGateway.start(
            .inProcess,
            environment: [
                "LUMA_AUTH_TOKENS": "reader:read:\(tokens["reader"] ?? ""),writer:write:\(tokens["writer"] ?? "")"
            ])
        let root = gateway.address
        #expect(try await curl(root + "/status").status == 401)
        #expect(try await curl(root + "/events/").status == 401)
        for (label, scopes) in [("reader", ["read"]), ("writer", ["read", "write"])] as [(String, [JSON])] {
            let answer = try await curl(AccessJourneyTests.bearer(tokens[label] ?? "") + [root + "/status"])
            let told = try JSON.parse(answer.body)
            #expect(told["caller"] == ["label": .string(label), "scopes": .array(scopes)])
            for token in tokens.values { #expect(!answer.body.contains(token)) }
        }
        let bearer = AccessJourneyTests.bearer(tokens["writer"] ?? "")
        #expect(try await curl(bearer + [root + "/events/"]).status == 200)
        let requests = try await status(root, bearer)["requests"]?.arrayValue ?? []
        #expect(requests.map { $0["label"] } == ["writer", .null])
        #expect(requests.map { $0["status"] } == [200, 401])
    }

    @Test func aGatewayThatChangesNothingSaysSo() async throws {
        let gateway = try await RunningGateway.start(.inProcess, environment: ["LUMA_READ_ONLY": "true"])
        let told = try await status(gateway.address)
        #expect(told["read_only"] == true)
        #expect(told["caller"]?["scopes"]?.arrayValue?.contains("write") == false)
    }

    @Test func itTakesNoParameters() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        #expect(try await curl(gateway.address + "/status?limit=5").status == 422)
        #expect(try await curl("-H", "Accept: application/json;q=0", gateway.address + "/status").status == 406)
        #expect(try await curl("-I", gateway.address + "/status/").status == 200)
    }
}
