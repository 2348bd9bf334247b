import Core
import GatewayAPI
import HTTP
import Settings
import TestKit
import Testing

@testable import Gateway

/// What pages in browsers may do, told by the Host and Origin of their requests.
@Suite struct OriginTests {
    private static let app = "https://app.example.com"
    private static let lines = [
        "GET /health", "GET /health/live", "GET /events/", "POST /events/", "GET /events/evt-x", "PUT /events/evt-x",
        "PATCH /events/evt-x", "DELETE /events/evt-x", "GET /templates/", "POST /templates/create", "POST /mcp",
        "GET /mcp", "DELETE /mcp", "GET /sse", "POST /messages/", "GET /feeds/", "GET /status", "GET /metrics",
        "OPTIONS /events/", "OPTIONS *", "GET /nothing", "TRACE /health", "BREW /health",
    ]

    private static func crossing(_ answer: Answer) -> [Field] {
        answer.fields.filter { $0.name.lowercased().hasPrefix("access-control") }
    }

    @Test func aForeignPageGetsNothingAnywhere() async throws {
        try await InProcess.serve([.allowedOrigins: Self.app]) { (gateway: InProcess) async throws in
            for line in Self.lines {
                for origin in ["https://evil.example", "null", "http://app.example.com", "\(Self.app).evil.example"] {
                    let answer = try await gateway.ask(line, ["Origin: \(origin)"])
                    #expect(answer.status == 403 && answer.reason == "origin_not_allowed", "\(line) \(origin)")
                    #expect(Self.crossing(answer) == [])
                }
                #expect(try await gateway.ask(line, ["Host: evil.example"]).status == 421, "\(line)")
            }
            #expect(gateway.luma.asked == [])
        }
    }

    @Test func aPageThatIsAllowedMayReadTheAnswers() async throws {
        let settings: [Setting: String] = [
            .allowedOrigins: "https://other.example, \(Self.app)", .authTokens: Tokens.setting,
        ]
        try await InProcess.serve(settings) { (gateway: InProcess) async throws in
            let token = Tokens.bearer(Tokens.reader)
            for (fields, path, status) in [
                (token, "/events/", 200), ([], "/events/", 401), (token, "/events/evt-none", 403), ([], "/health", 200),
                ([], "/nothing", 404),
                // Streams too.
                (token + ["Accept: application/x-ndjson"], "/events/", 200),
            ] as [([String], String, Int)] {
                let answer = try await gateway.ask("GET \(path)", fields + ["Origin: \(Self.app)"])
                #expect(answer.status == status, "\(path)")
                #expect(answer.field("access-control-allow-origin") == Self.app)
                #expect(answer.field("access-control-allow-credentials") == nil)
                #expect(answer.fields.contains { $0.name == "Vary" && $0.value.contains("Origin") })
                let exposed = answer.field("access-control-expose-headers") ?? ""
                for name in ["X-Request-Id", "Mcp-Session-Id", "RateLimit", "ETag", "Location", "WWW-Authenticate"] {
                    #expect(exposed.contains(name), "\(name)")
                }
            }
            // Without an Origin nothing is said of origins.
            let plain = try await gateway.ask("GET /events/", token)
            #expect(plain.status == 200 && Self.crossing(plain) == [])
            #expect(!plain.fields.contains { $0.value.contains("Origin") })
        }
    }

    @Test(arguments: [("/events/", "POST"), ("/events/evt-x", "PATCH"), ("/mcp", "DELETE")])
    func aPreflightNeedsNoToken(path: String, method: String) async throws {
        try await InProcess.serve([.allowedOrigins: Self.app, .authTokens: Tokens.setting]) {
            (gateway: InProcess) async throws in
            let answer = try await gateway.ask(
                "OPTIONS \(path)",
                [
                    "Origin: \(Self.app)", "Access-Control-Request-Method: \(method)",
                    "Access-Control-Request-Headers: authorization,content-type",
                ])
            #expect(answer.status == 204)
            #expect(answer.field("access-control-allow-origin") == Self.app)
            #expect(answer.field("access-control-allow-methods")?.contains(method) == true)
            let allowed = answer.field("access-control-allow-headers")?.lowercased() ?? ""
            for name in ["authorization", "content-type", "mcp-session-id", "mcp-protocol-version", "idempotency-key"] {
                #expect(allowed.contains(name), "\(name)")
            }
            #expect(answer.field("access-control-max-age").flatMap { Int($0) }.map { $0 > 0 } == true)
            // What is no preflight is an ordinary question for the methods.
            let options = try await gateway.ask("OPTIONS \(path)")
            #expect(options.status == 204 && Self.crossing(options) == [])
            #expect(options.field("allow")?.contains(method) == true)
        }
    }

    @Test(arguments: ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:8000"])
    func aPageOfTheGatewayItselfIsNoStranger(origin: String) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let answer = try await gateway.ask("GET /templates/", ["Origin: \(origin)"])
            #expect(answer.status == 200 && answer.field("access-control-allow-origin") == nil)
        }
    }

    /// Browsers send no Origin with an image or a frame, and say from where it is asked for.
    @Test func whatAPageEmbedsCostsNoCallToLuma() async throws {
        try await InProcess.serve([.allowedOrigins: Self.app]) { (gateway: InProcess) async throws in
            for line in Self.lines {
                for site in ["cross-site", "same-site"] {
                    let answer = try await gateway.ask(line, ["Sec-Fetch-Site: \(site)", "Sec-Fetch-Dest: image"])
                    #expect(answer.status == 403 && answer.reason == "origin_not_allowed", "\(line) \(site)")
                }
            }
            for dest in ["image", "script", "style", "empty", "iframe", "object", "embed"] {
                let answer = try await gateway.ask(
                    "GET /events/", ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: \(dest)"])
                #expect(answer.status == 403, "\(dest)")
            }
            let local = "Origin: http://localhost:3000"
            for fields in [
                ["Sec-Fetch-Site: cross-site"],
                // A page of another server on this machine is no better than one of another site.
                [local, "Sec-Fetch-Site: same-site", "Sec-Fetch-Dest: empty"],
                // The browser looks ahead without anybody having gone there.
                ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: document", "Sec-Purpose: prefetch"],
            ] {
                #expect(try await gateway.ask("GET /events/", fields).status == 403, "\(fields)")
            }
            #expect(gateway.luma.asked == [])
            // Who follows a link, types an address, or looks at the gateway's own pages; programs; pages that are allowed.
            for fields in [
                ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: document"],
                ["Sec-Fetch-Site: none", "Sec-Fetch-Dest: document"],
                ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: empty"], [],
                ["Origin: \(Self.app)", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: empty"],
            ] {
                #expect(try await gateway.ask("GET /events/", fields).status == 200, "\(fields)")
            }
        }
    }

    @Test func noAnswerIsTakenForAnotherType() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            for line in Self.lines + ["GET /", "GET /assets/dom.js", "GET /events.csv"] where line != "GET /sse" {
                let request = try await gateway.open(line)
                _ = try await request.answer()
                let octets = await request.octets()
                for field in ["X-Content-Type-Options: nosniff", "Cross-Origin-Resource-Policy: same-origin"] {
                    #expect(octets.split(separator: "\r\n").count { $0 == field } == 1, "\(line) \(field)")
                }
            }
            let stream = try await gateway.open("GET /sse")
            try await stream.begins()
            #expect(await stream.octets().contains("\r\nX-Content-Type-Options: nosniff\r\n"))
        }
    }

    /// A page of another program on this machine may send a body without a type unasked, and writes nothing by it.
    @Test func aBodyWithoutATypeIsNotTakenFromAPage() async throws {
        let tea: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]
        let text = String(decoding: tea.encoded, as: UTF8.self)
        try await InProcess.serve { (gateway: InProcess) async throws in
            func post(_ path: String, _ fields: [String]) async throws -> Answer {
                let head = ["POST \(path) HTTP/1.1", "Host: localhost", "Content-Length: \(text.utf8.count)"] + fields
                return try await gateway.send(head.joined(separator: "\r\n") + "\r\n\r\n" + text).answer()
            }
            let local = "Origin: http://localhost:3000"
            for path in ["/events/", "/templates/create", "/mcp"] {
                for type in [[], ["Content-Type: text/plain"]] {
                    let answer = try await post(path, [local] + type)
                    #expect(answer.status == 415, "\(path)\(type) \(answer.text)")
                }
            }
            #expect(gateway.luma.asked == [])
            let plain = try await post("/events/", [])
            #expect(plain.status == 201, "\(plain.text)")
            let preflight = try await gateway.ask(
                "OPTIONS /events/", [local, "Access-Control-Request-Method: POST"])
            #expect(preflight.field("access-control-allow-origin") == nil)
        }
    }
}
