import Core
import Foundation
import Settings
import Testing

/// What pages in browsers may do, told by the Host and Origin of their requests.
@Suite struct OriginJourneyTests {
    private static let app = "https://app.example.com"
    private static let paths = [
        ("GET", "/health"), ("GET", "/health/live"), ("GET", "/events/"), ("POST", "/events/"),
        ("GET", "/events/evt-x"), ("PUT", "/events/evt-x"), ("PATCH", "/events/evt-x"), ("DELETE", "/events/evt-x"),
        ("GET", "/templates/"), ("POST", "/templates/create"), ("POST", "/mcp"), ("GET", "/mcp"), ("DELETE", "/mcp"),
        ("GET", "/sse"), ("POST", "/messages/"), ("OPTIONS", "/events/"), ("OPTIONS", "*"), ("GET", "/nothing"),
        ("TRACE", "/health"), ("BREW", "/health"),
    ]

    private func ask(_ root: String, _ method: String, _ path: String, _ fields: [String]) async throws -> CurlAnswer {
        let target = path == "*" ? ["--request-target", "*", root] : [root + path]
        return try await curl(
            ["-X", method, "--max-time", "5"] + fields.flatMap { ["-H", $0] } + target)
    }

    @Test func aForeignPageGetsNothingAnywhere() async throws {
        let gateway = try await RunningGateway.start(.inProcess, environment: ["LUMA_ALLOWED_ORIGINS": Self.app])
        for (method, path) in Self.paths {
            for origin in ["https://evil.example", "null", "http://app.example.com", "\(Self.app).evil.example"] {
                let answer = try await ask(gateway.address, method, path, ["Origin: \(origin)"])
                #expect(answer.status == 403, "\(method) \(path) \(origin)")
                #expect(answer.json?["reason"] == "origin_not_allowed")
                #expect(!answer.fields.contains { $0.name.lowercased().hasPrefix("access-control") })
            }
            let rebound = try await ask(gateway.address, method, path, ["Host: evil.example"])
            #expect(rebound.status == 421, "\(method) \(path)")
        }
    }

    @Test func aPageThatIsAllowedMayReadTheAnswers() async throws {
        let gateway = try await RunningGateway.start(
            .inProcess,
            environment: [
                "LUMA_ALLOWED_ORIGINS": "https://other.example, \(Self.app)",
                "LUMA_AUTH_TOKENS": AccessJourneyTests.tokens,
            ])
        let root = gateway.address
        let token = "Authorization: Bearer \(AccessJourneyTests.reader)"
        for (fields, path, status) in [
            ([token], "/events/", 200), ([], "/events/", 401), ([token], "/events/evt-none", 403), ([], "/health", 200),
            ([], "/nothing", 404),
        ] {
            let answer = try await ask(root, "GET", path, fields + ["Origin: \(Self.app)"])
            #expect(answer.status == status, "\(path)")
            #expect(answer.field("access-control-allow-origin") == Self.app)
            #expect(answer.field("access-control-allow-credentials") == nil)
            #expect(answer.fields.contains { $0.name.lowercased() == "vary" && $0.value.contains("Origin") })
            let exposed = answer.field("access-control-expose-headers") ?? ""
            for name in ["X-Request-Id", "Mcp-Session-Id", "RateLimit", "ETag", "Location", "WWW-Authenticate"] {
                #expect(exposed.contains(name), "\(name)")
            }
        }
        // Streams too.
        let lines = try await ask(
            root, "GET", "/events/", [token, "Origin: \(Self.app)", "Accept: application/x-ndjson"])
        #expect(lines.status == 200 && lines.field("access-control-allow-origin") == Self.app)
        // Without an Origin nothing is said of origins.
        let plain = try await ask(root, "GET", "/events/", [token])
        #expect(plain.status == 200)
        #expect(!plain.fields.contains { $0.name.lowercased().hasPrefix("access-control") })
        #expect(!plain.fields.contains { $0.value.contains("Origin") })
    }

    @Test func aPreflightNeedsNoToken() async throws {
        let gateway = try await RunningGateway.start(
            .inProcess,
            environment: ["LUMA_ALLOWED_ORIGINS": Self.app, "LUMA_AUTH_TOKENS": AccessJourneyTests.tokens])
        for (path, method) in [("/events/", "POST"), ("/events/evt-x", "PATCH"), ("/mcp", "DELETE")] {
            let answer = try await ask(
                gateway.address, "OPTIONS", path,
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
            #expect(Int(answer.field("access-control-max-age") ?? "").map { $0 > 0 } == true)
        }
        // What is no preflight is an ordinary question for the methods.
        let options = try await ask(gateway.address, "OPTIONS", "/events/", [])
        #expect(options.status == 204 && options.field("access-control-allow-methods") == nil)
        #expect(options.field("allow")?.contains("POST") == true)
    }

    @Test func aPageOfTheGatewayItselfIsNoStranger() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        for origin in [gateway.address, "http://localhost:3000", "http://127.0.0.1"] {
            let answer = try await ask(gateway.address, "GET", "/templates/", ["Origin: \(origin)"])
            #expect(answer.status == 200 && answer.field("access-control-allow-origin") == nil)
        }
    }

    /// Browsers send no Origin with an image or a frame, and say from where it is asked for.
    @Test func whatAPageEmbedsCostsNoCallToLuma() async throws {
        let gateway = try await RunningGateway.start(.inProcess, environment: ["LUMA_ALLOWED_ORIGINS": Self.app])
        for (method, path) in Self.paths {
            for site in ["cross-site", "same-site"] {
                let answer = try await ask(
                    gateway.address, method, path, ["Sec-Fetch-Site: \(site)", "Sec-Fetch-Dest: image"])
                #expect(answer.status == 403, "\(method) \(path) \(site)")
                #expect(answer.json?["reason"] == "origin_not_allowed")
            }
        }
        func events(_ fields: String...) async throws -> Int? {
            try await ask(gateway.address, "GET", "/events/", fields).status
        }
        for dest in ["image", "script", "style", "empty", "iframe", "object", "embed"] {
            #expect(try await events("Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: \(dest)") == 403, "\(dest)")
        }
        #expect(try await events("Sec-Fetch-Site: cross-site") == 403)
        // A page of another server on this machine is no better than one of another site.
        let local = "Origin: http://localhost:3000"
        #expect(try await events(local, "Sec-Fetch-Site: same-site", "Sec-Fetch-Dest: empty") == 403)
        // The browser looks ahead without anybody having gone there.
        #expect(
            try await events("Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: document", "Sec-Purpose: prefetch") == 403)
        // Who follows a link, types an address, or looks at the gateway's own pages; programs; pages that are allowed.
        #expect(try await events("Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: document") == 200)
        #expect(try await events("Sec-Fetch-Site: none", "Sec-Fetch-Dest: document") == 200)
        #expect(try await events("Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: empty") == 200)
        #expect(try await events() == 200)
        #expect(
            try await events("Origin: \(Self.app)", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: empty") == 200)
    }

    @Test func noAnswerIsTakenForAnotherType() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        for (method, path) in Self.paths + [("GET", "/"), ("GET", "/assets/dom.js"), ("GET", "/events.csv")] {
            let answer = try await ask(gateway.address, method, path, [])
            for (name, value) in [
                ("x-content-type-options", "nosniff"), ("cross-origin-resource-policy", "same-origin"),
            ] {
                let values = answer.fields.filter { $0.name.lowercased() == name }.map(\.value)
                #expect(values == [value], "\(method) \(path) \(name)")
            }
        }
    }

    /// A page of another program on this machine may send a body without a type unasked, and writes nothing by it.
    @Test func aBodyWithoutATypeIsNotTakenFromAPage() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let tea = #"{"name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"}"#
        for path in ["/events/", "/templates/create", "/mcp"] {
            for type in ["", " text/plain"] {
                let answer = try await curl(
                    "-H", "Origin: http://localhost:3000", "-H", "Content-Type:\(type)", "-d", tea,
                    gateway.address + path)
                #expect(answer.status == 415, "\(path)\(type) \(answer.body)")
            }
        }
        let plain = try await curl("-H", "Content-Type:", "-d", tea, gateway.address + "/events/")
        #expect(plain.status == 201, "\(plain.body)")
        let preflight = try await ask(
            gateway.address, "OPTIONS", "/events/",
            ["Origin: http://localhost:3000", "Access-Control-Request-Method: POST"])
        #expect(preflight.field("access-control-allow-origin") == nil)
    }
}
