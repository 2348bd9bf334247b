import Core
import GatewayAPI
import IOTestKit
import Settings
import Synchronization
import TestKit
import Testing

@testable import Gateway

/// Lumenore's tools against a service on a socket: its three kinds of results, and its login.
@Suite struct LumenoreTests {
    private static let question: JSONObject = ["userQuery": "  Sales by month ", "schemaId": 5]

    /// The service, as far as its own document describes it.
    private final class Lumenore: Sendable {
        private let state = Mutex((logins: 0, taken: ""))
        /// What the analyses answer.
        let analysis: FakeService.Answer

        init(_ analysis: FakeService.Answer) { self.analysis = analysis }

        var logins: Int { state.withLock { $0.logins } }
        /// The token has come to its end.
        func expire() { state.withLock { $0.taken = "" } }

        func answer(_ request: SocketServer.Request) -> FakeService.Answer {
            if request.line == "POST /api/secure/client/user-login" {
                #expect(request.text == #"{"data":{"clientId":"client-id-1","secret":"lumenore-secret"}}"#)
                let token = state.withLock { state in
                    state.logins += 1
                    state.taken = "lumenore-token-\(state.logins)"
                    return state.taken
                }
                return .json(#"{"status":"ok"}"#, fields: "Set-Cookie: access_token=\(token); Path=/; HttpOnly\r\n")
            }
            guard request.field("authorization") == "Bearer " + state.withLock({ $0.taken }) else {
                return .json(#"{"message":"token expired"}"#, "401 Unauthorized")
            }
            switch request.line {
            case "GET /api/askme-manager/get-domain": return .json(#"{"data":[{"domain_id":5}]}"#)
            case "POST /api/askme-manager/metadata/get/5":
                return .json(#"{"data":{"result":{"resultSet":[{"column_name":"sales"}]}}}"#)
            default: return analysis
            }
        }
    }

    private static func serve(
        _ analysis: FakeService.Answer, _ body: (InProcess, FakeService, Lumenore) async throws -> Void
    ) async throws {
        let lumenore = Lumenore(analysis)
        let answer: @Sendable (SocketServer.Request) -> FakeService.Answer = { lumenore.answer($0) }
        try await FakeService.serve(answer) { service in
            let settings: [Setting: String] = [
                .lumenoreURL: service.url + "/", .lumenoreClient: "client-id-1", .lumenoreSecret: "lumenore-secret",
            ]
            try await InProcess.serve(settings) { (gateway: InProcess) async throws in
                try await body(gateway, service, lumenore)
                let told = await gateway.logLines().map { String(decoding: $0.encoded, as: UTF8.self) }.joined()
                #expect(!told.contains("lumenore-secret") && !told.contains("lumenore-token"))
            }
        }
    }

    private static let analyses = [
        "get_trend_data", "get_prediction_data", "get_outlier_data", "get_correlation_data", "get_change_data",
        "get_pareto_data", "nlq_to_data",
    ]

    @Test func aSuccessHasItsData() async throws {
        try await Self.serve(.json(#"{"points":[1,2]}"#)) {
            (gateway: InProcess, service: FakeService, lumenore: Lumenore) async throws in
            #expect(
                Set(try await gateway.forwardedTools())
                    == Set(Self.analyses + ["get_dataset_metadata", "get_metadata_info"]))
            for tool in Self.analyses {
                let result = try await gateway.call(tool, Self.question)
                #expect(result["structuredContent"] == ["data": ["points": [1, 2]], "status": "success"], "\(result)")
                #expect(result["isError"] == false)
                let request = try #require(service.requests.last)
                #expect(
                    request.line == "POST /api/ai-engine/mcp/" + tool.replacing("_", with: "-")
                        && request.text == #"{"userQuery":"Sales by month","schemaId":5}"#)
            }
            let datasets = try await gateway.call("get_dataset_metadata")
            #expect(
                datasets["structuredContent"] == ["data": ["data": [["domain_id": 5]]], "status": "success"])
            // A model writes a number as a text now and then.
            let columns = try await gateway.call("get_metadata_info", ["schemaId": "5"])
            #expect(
                columns["structuredContent"] == ["data": [["column_name": "sales"]], "status": "success"], "\(columns)")
            #expect(lumenore.logins == 1)
        }
    }

    @Test func anInvalidRequestSaysSoAndReachesNothing() async throws {
        try await Self.serve(.json("{}")) { (gateway: InProcess, service: FakeService, _: Lumenore) async throws in
            let long = JSON.string(String(repeating: "x", count: 5001))
            let cases: [JSONObject] = [
                ["userQuery": "   ", "schemaId": 5], ["userQuery": long, "schemaId": 5], ["userQuery": "x"],
                ["userQuery": "x", "schemaId": 0], ["userQuery": "x", "schemaId": "five"],
                ["userQuery": "x", "schemaId": 5, "other": 1],
            ]
            for arguments in cases {
                let result = try await gateway.call("get_trend_data", arguments)
                let content = result["structuredContent"]
                #expect(result["isError"] == true && content?["status"] == "validation_error", "\(result)")
                #expect(
                    content?["error"]?.stringValue?.hasPrefix("Invalid request parameters: ") == true, "\(result)")
                #expect(content?["schema_id"] == arguments["schemaId"], "\(result)")
            }
            #expect(service.asked == [])
            let outcomes = await gateway.logLines().filter { $0["tool"] == "get_trend_data" }.map { $0["outcome"] }
            #expect(outcomes == cases.map { _ in "invalid_arguments" })
        }
    }

    @Test func aFailureSaysSo() async throws {
        try await Self.serve(.json(#"{"error":"secret stack trace"}"#, "500 Internal Server Error")) {
            (gateway: InProcess, _: FakeService, _: Lumenore) async throws in
            let trend = try await gateway.call("get_trend_data", Self.question)
            #expect(
                trend["structuredContent"] == [
                    "error": "Trend analysis failed: the service answered 500", "status": "error",
                    "query": "Sales by month", "schema_id": 5,
                ], "\(trend)")
            #expect(trend["isError"] == true)
            // The status counts before what comes in pieces.
            let question = try await gateway.call("nlq_to_data", Self.question)["structuredContent"]
            #expect(
                question?["error"] == "Analysis failed: the service answered 500"
                    && question?["suggestion"]?.stringValue?.isEmpty == false, "\(question ?? .null)")
        }
    }

    @Test func aTokenThatHasEndedIsRenewed() async throws {
        try await Self.serve(.json("[]")) { (gateway: InProcess, _: FakeService, lumenore: Lumenore) async throws in
            for round in 1...3 {
                #expect(try await gateway.call("get_change_data", Self.question)["isError"] == false)
                #expect(lumenore.logins == round)
                lumenore.expire()
            }
        }
    }

    /// A service that is not there costs its own tools alone.
    @Test func aServiceThatIsAwayStopsNothing() async throws {
        let settings: [Setting: String] = [
            .lumenoreURL: "http://127.0.0.1:\(try unusedPort())", .lumenoreClient: "client-id-1",
            .lumenoreSecret: "lumenore-secret",
        ]
        try await InProcess.serve(settings) { (gateway: InProcess) async throws in
            let result = try await gateway.call("get_trend_data", Self.question)["structuredContent"]
            #expect(result?["status"] == "error", "\(result ?? .null)")
            #expect(try await gateway.ask("GET /health/live").status == 200)
            #expect(try await gateway.forwardedTools().count == 9)
        }
    }
}
