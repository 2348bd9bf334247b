import Core
import GatewayAPI
import HTTP
import IO
import Settings
import TestKit
import Testing

@testable import Gateway

/// From a request to its answer and its line in the log.
@Suite struct ApplicationTests {
    private static func luma() -> EmulatedLuma {
        let luma = EmulatedLuma()
        luma.answer("events/get", with: .json(200, ["id": "evt-1", "name": "Tea"]))
        return luma
    }

    @Test(arguments: [
        ("GET /health/live", 200, "", #"{"status":"alive"}"#), ("HEAD /health/live", 200, "", nil),
        ("GET /health", 503, "", #""reason":"starting""#), ("GET /nothing", 404, "", #""reason":"not_found""#),
        ("DELETE /events", 405, "Allow: GET, HEAD, POST, OPTIONS", #""reason":"method_not_allowed""#),
        ("OPTIONS /events/evt-1/", 204, "Allow: GET, HEAD, PUT, PATCH, DELETE, OPTIONS", nil),
        ("OPTIONS *", 204, "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", nil),
        ("OPTIONS /events/evt-1", 204, "Accept-Patch: application/json", nil),
        ("OPTIONS /mcp", 204, "Allow: GET, POST, DELETE, OPTIONS", nil),
        ("OPTIONS /nothing", 404, "", nil), ("GET /templates/workshp", 404, "", #""did_you_mean":"workshop""#),
        ("GET /events/evt-1", 200, "ETag: ", #""name":"Tea""#), ("GET /events?limit=0", 422, "", #""field":"limit""#),
        ("BREW /events", 501, "", #""reason":"not_implemented""#), ("TRACE /events", 501, "", nil),
        (
            "BREW /events", 501, "",
            "This method is not supported: use one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
        ),
    ])
    func everyPathIsAnsweredAndLogged(line: String, status: Int, field: String, body: String?) async throws {
        try await InProcess.serve(luma: Self.luma()) { (gateway: InProcess) async throws in
            let request = try await gateway.open(line, ["X-Request-Id: mine-1"])
            let answer = try await request.answer()
            #expect(answer.status == status)
            let octets = await request.octets()
            #expect(octets.hasPrefix("HTTP/1.1 \(status) "), "\(octets)")
            #expect(octets.contains("\r\nX-Request-Id: mine-1\r\n"))
            #expect(octets.contains("\r\nServer: luma-mcp\r\n"))
            #expect(octets.contains(field))
            if let body { #expect(octets.contains(body), "\(octets)") }
            let sent = octets.split(separator: "\r\n\r\n", maxSplits: 1).dropFirst().first?.utf8.count ?? 0
            let logged = try #require(await gateway.logLines().last)
            #expect(logged["request_id"] == "mine-1" && logged["status"]?.intValue == status)
            #expect(logged["bytes"]?.intValue == sent, "\(logged)")
        }
    }

    /// Every path of events, of templates, and of operations that are passed on.
    static let negotiated = Endpoint.allCases.filter { endpoint in
        ["/events", "/templates"].contains { endpoint.pattern.hasPrefix($0) } && !endpoint.namesItsFormat
    }

    /// Who takes no JSON is told so before anything in the query or the body is judged, by hand or by a row alike.
    @Test(arguments: negotiated) func whatCannotBeTakenIsRefusedFirst(endpoint: Endpoint) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            var path = endpoint.pattern
            for name in endpoint.parameterNames { path = path.replacing("{\(name)}", with: "evt-1") }
            let body: JSON? = endpoint.isWrite ? ["nonsense": 1] : nil
            let line = "\(endpoint.method.token) \(path)?nonsense=1"
            let refused = try await gateway.ask(line, ["Accept: application/json;q=0"], body)
            #expect(refused.status == 406 && refused.reason == "not_acceptable", "\(refused.text)")
            let judged = try await gateway.ask(line, [], body)
            #expect(judged.status == 422 && judged.reason == "validation_failed", "\(judged.text)")
            #expect(gateway.luma.asked == [])
        }
    }

    @Test func thereArePathsOfBothKinds() {
        let derived = Self.negotiated.filter { $0.surface != nil }
        #expect(!derived.isEmpty && derived.count + 5 < Self.negotiated.count)
    }

    @Test(arguments: [
        "/health/live", "/templates/", "/templates/workshop", "/openapi.json", "/", "/docs", "/events/",
        "/events/evt-1",
        "/events.csv", "/events.ics", "/tools/", "/status", "/nothing", "/events/?limit=0",
    ])
    func headIsGetWithoutTheBody(path: String) async throws {
        try await InProcess.serve(luma: Self.luma()) { (gateway: InProcess) async throws in
            // The first time costs a call to Luma, and says so.
            try await gateway.ask("GET \(path)", ["X-Request-Id: same"])
            var heads: [[String]] = []
            for method in ["GET", "HEAD"] {
                let request = try await gateway.open("\(method) \(path)", ["X-Request-Id: same"])
                let answer = try await request.answer()
                #expect(answer.text.isEmpty == (method == "HEAD"), "\(answer.text)")
                let head = await request.octets().split(separator: "\r\n\r\n", maxSplits: 1)[0]
                // What depends on the moment. A document about now may be longer the next time.
                let moment =
                    ["Date:", "RateLimit:", "Age:", "X-Cache:"] + (path == "/status" ? ["Content-Length:"] : [])
                heads.append(
                    head.split(separator: "\r\n").map(String.init).filter { line in
                        !moment.contains { line.hasPrefix($0) }
                    })
            }
            #expect(heads[0] == heads[1])
        }
    }

    @Test(arguments: [
        ("evil.example", 421), ("localhost", 200), ("LOCALHOST:1", 200), ("127.0.0.1", 200), ("[::1]:8000", 200),
        ("localhost.evil.example", 421),
    ])
    func theHostIsChecked(host: String, status: Int) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            #expect(try await gateway.ask("GET /health/live", ["Host: \(host)"]).status == status)
        }
    }

    @Test(arguments: ["a b", "\"quoted\"", String(repeating: "x", count: 129), "é"])
    func aRequestIDThatIsNotFitIsReplaced(id: String) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let answer = try await gateway.ask("GET /health/live", ["X-Request-Id: \(id)"])
            #expect(answer.field("x-request-id")?.isEmpty == false && answer.field("x-request-id") != id)
        }
    }

    /// Each in the shape of whom it is for, and in the log.
    @Test(arguments: [
        ("GET /events/ HTTP/1.1\r\n\r\n", 400, false), ("POST /mcp HTTP/1.1\r\n\r\n", 400, true),
        ("GET /events/ HTTP/2.0\r\nHost: localhost\r\n\r\n", 505, false),
        ("POST /events/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n", 413, false),
        ("POST /%6dcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n", 413, true),
    ])
    func whatIsNoRequestIsRefused(octets: String, status: Int, isMessage: Bool) async throws {
        try await InProcess.serve([.maxBodyBytes: "2048"]) { (gateway: InProcess) async throws in
            let answer = try await gateway.send(octets).answer()
            #expect(answer.status == status, "\(answer.text)")
            let reason = isMessage ? answer.json?["error"]?["data"]?["reason"] : answer.json?["reason"]
            #expect(reason?.stringValue?.isEmpty == false, "\(answer.text)")
            let logged = try #require(await gateway.logLines().last)
            #expect(logged["status"]?.intValue == status && logged["reason"] == reason)
            #expect(logged["request_id"]?.stringValue == answer.field("x-request-id"))
        }
    }

    /// Many at once on one loop, each with its own answer.
    @Test func requestsDoNotWaitForEachOther() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            gateway.luma.hold("events/get")
            let held = try await gateway.open("GET /events/evt-1")
            await withTaskGroup(of: Int?.self) { group in
                for _ in 0..<20 {
                    group.addTask { try? await gateway.ask("GET /templates/").status }
                }
                for await status in group { #expect(status == 200) }
            }
            #expect(await held.ending() == nil)
            gateway.luma.release("events/get")
            #expect(try await held.answer().status == 403)
        }
    }

    @Test func whoLeavesIsWaitedForByNobody() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            gateway.luma.hold("events/get")
            let request = try await gateway.open("GET /events/evt-1")
            #expect(await soon { gateway.luma.count("events/get") == 1 })
            await request.goAway()
            #expect(await soon { gateway.luma.cancelled == ["events/get"] })
            #expect(try await request.answer().status == 0)
        }
    }
}
