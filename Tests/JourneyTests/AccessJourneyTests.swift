import Core
import Foundation
import Settings
import Testing

/// Tokens, scopes, limits and origins as clients meet them over REST, by `curl`.
@Suite struct AccessJourneyTests {
    static let reader = "reader-reader-reader-1"
    static let writer = "writer-writer-writer-2"
    static let tokens = "ann:read:\(reader),bot:write:\(writer),ops:admin:admin-admin-admin-admin-3"
    private static let tea: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]

    static func bearer(_ token: String) -> [String] { ["-H", "Authorization: Bearer \(token)"] }

    static func gateway(_ settings: [String: String] = ["LUMA_AUTH_TOKENS": tokens]) async throws -> RunningGateway {
        try await RunningGateway.start(.inProcess, environment: settings)
    }

    private func post(_ url: String, _ arguments: [String]) async throws -> CurlAnswer {
        let body = String(decoding: Self.tea.encoded, as: UTF8.self)
        return try await curl(["-H", "Content-Type: application/json", "--data-binary", body, url] + arguments)
    }

    /// A template may hold a meeting's link with its password: no path tells any of it to who has no token.
    @Test func ownTemplatesAreShownToNobodyWithoutAToken() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("templates-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = #"""
            {"type": "hidden_type", "name": "Hidden name", "description": "Hidden words",
             "default_duration_hours": 2.75, "require_rsvp_approval": true, "is_virtual": true,
             "event": {"meeting_url": "https://hidden.example/1?pwd=x"}}
            """#
        try Data(text.utf8).write(to: folder.appendingPathComponent("own.json"))
        let gateway = try await Self.gateway(["LUMA_AUTH_TOKENS": Self.tokens, "LUMA_TEMPLATES_DIR": folder.path])
        let document = try await curl(gateway.address + "/openapi.json")
        let served = (document.json?["paths"]?.objectValue?.members ?? []).flatMap { path, item in
            (item.objectValue?.names ?? []).filter { $0 != "parameters" }.map {
                ($0.uppercased(), path.replacing("{template_type}", with: "hidden_type"))
            }
        }
        #expect(served.contains { $0 == ("GET", "/templates/hidden_type") })
        let others = ["/", "/docs", "/nothing", "/mcp", "/sse", "/messages/", "/assets/none"].map { ("GET", $0) }
        for (method, path) in served + others + [("POST", "/mcp")] {
            let answer = try await curl(["-X", method, "--max-time", "5", "--path-as-is", gateway.address + path])
            let told = answer.body + answer.fields.map(\.value).joined()
            for secret in ["hidden_type", "Hidden name", "Hidden words", "2.75", "hidden.example"] {
                #expect(!told.contains(secret), "\(method) \(path) tells \(secret)")
            }
        }
        let allowed = try await curl(Self.bearer(Self.reader) + [gateway.address + "/templates/"])
        #expect(allowed.body.contains("hidden.example"))
    }

    @Test func whoHasNoTokenIsAskedForOne() async throws {
        let gateway = try await Self.gateway()
        let root = gateway.address
        let credentials: [([String], String, String)] = [
            ([], #"Bearer realm="luma-mcp""#, "unauthenticated"),
            (["-u", "ann:\(Self.reader)"], #"Bearer realm="luma-mcp""#, "unauthenticated"),
            (
                Self.bearer(Self.reader + "x"), #"Bearer realm="luma-mcp", error="invalid_token""#, "invalid_token"
            ),
            (Self.bearer("ä"), #"Bearer realm="luma-mcp", error="invalid_token""#, "invalid_token"),
            (
                Self.bearer(Self.reader) + Self.bearer(Self.reader),
                #"Bearer realm="luma-mcp", error="invalid_token""#, "invalid_token"
            ),
        ]
        for (credential, challenge, reason) in credentials {
            for path in ["/events/", "/events/evt-none", "/templates/", "/mcp", "/sse"] {
                let answer = try await curl(credential + [root + path])
                #expect(answer.status == 401 && answer.field("www-authenticate") == challenge, "\(path)")
                #expect(answer.json?["reason"]?.stringValue == reason && answer.json?["code"] == "401")
            }
            for path in ["/events/", "/templates/create", "/mcp", "/messages/?session_id=x"] {
                #expect(try await post(root + path, credential).status == 401, "\(path)")
            }
        }
        // A token in the query is no token, and probes need none.
        #expect(try await curl(root + "/templates/?access_token=\(Self.reader)").status == 401)
        for path in ["/health", "/health/live", "/health/", "/openapi.json"] {
            for credential in [[], Self.bearer("wrong")] {
                #expect(try await curl(credential + [root + path]).status == 200)
            }
        }
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.exitCode() == 0)
        let output = gateway.program.standardError + gateway.program.standardOutput
        #expect(!output.contains("reader-reader") && !output.contains("writer-writer"))
    }

    @Test func whatATokenMayDoIsItsScopes() async throws {
        let gateway = try await Self.gateway()
        let events = gateway.address + "/events/"
        #expect(try await curl(Self.bearer(Self.reader) + [events]).status == 200)
        #expect(try await curl(["-I"] + Self.bearer(Self.reader) + [events]).status == 200)
        let created = try await post(events, Self.bearer(Self.writer))
        #expect(created.status == 201)
        let event = gateway.address + (created.field("location") ?? "")
        #expect(try await curl(Self.bearer(Self.reader) + [event]).status == 200)
        for method in ["PUT", "PATCH", "DELETE"] {
            let refused = try await curl(["-X", method] + Self.bearer(Self.reader) + [event])
            #expect(refused.status == 403 && refused.json?["reason"] == "insufficient_scope", "\(method)")
            #expect(refused.json?["details"] == ["needed_scope": "write"])
            #expect(
                refused.field("www-authenticate")
                    == #"Bearer realm="luma-mcp", error="insufficient_scope", scope="write""#)
        }
        for path in [events, gateway.address + "/templates/create"] {
            #expect(try await post(path, Self.bearer(Self.reader)).status == 403)
        }
        for token in [Self.writer, "admin-admin-admin-admin-3"] {
            let change = Self.bearer(token) + ["-H", "Content-Type: application/json", "-d", #"{"max_capacity": 4}"#]
            #expect(try await curl(["-X", "PATCH"] + change + [event]).status == 200)
        }
        #expect(try await curl(["-X", "DELETE"] + Self.bearer(Self.writer) + [event]).status == 200)
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.exitCode() == 0)
        let lines = gateway.program.standardError.split(separator: "\n").compactMap { try? JSON.parse(String($0)) }
        #expect(lines.contains { $0["label"] == "bot" && $0["method"] == "DELETE" && $0["status"] == 200 })
        #expect(lines.contains { $0["label"] == "ann" && $0["reason"] == "insufficient_scope" })
        #expect(lines.filter { $0["route"] == "/health" }.allSatisfy { $0["label"] == nil })
    }

    @Test func aKeyOfOneCallerIsNothingToAnother() async throws {
        let gateway = try await Self.gateway()
        let key = ["-H", "Idempotency-Key: \"one-key\""]
        var places: [String?] = []
        for token in [Self.writer, Self.writer, "admin-admin-admin-admin-3"] {
            let answer = try await post(gateway.address + "/events/", Self.bearer(token) + key)
            #expect(answer.status == 201)
            places.append(answer.field("location"))
        }
        #expect(places[0] == places[1] && places[0] != places[2] && places[2] != nil)
        #expect(try await post(gateway.address + "/events/", Self.bearer(Self.reader) + key).status == 403)
    }

    /// An answer that is kept from one reader is not for whoever comes next.
    @Test func whatIsKeptIsForTheSameEyes() async throws {
        let gateway = try await Self.gateway(["LUMA_AUTH_TOKENS": Self.tokens, "LUMA_CACHE_SECONDS": "60"])
        let created = try await post(gateway.address + "/events/", Self.bearer(Self.writer))
        let event = gateway.address + (created.field("location") ?? "")
        for url in [event, gateway.address + "/events/", gateway.address + "/events/?limit=3"] {
            for _ in 0..<2 { #expect(try await curl(Self.bearer(Self.reader) + [url]).status == 200) }
            for credential in [[], Self.bearer("wrong")] {
                let refused = try await curl(credential + [url])
                #expect(refused.status == 401 && !refused.body.contains("Tea"), "\(url)")
                let preconditioned = try await curl(credential + ["-H", "If-None-Match: *", url])
                #expect(preconditioned.status == 401)
            }
            let foreign = try await curl(Self.bearer(Self.reader) + ["-H", "Origin: https://evil.example", url])
            #expect(foreign.status == 403)
        }
    }

    @Test(arguments: [[:], ["LUMA_AUTH_TOKENS": tokens]])
    func whatAuthorizationServersHaveIsNotHere(settings: [String: String]) async throws {
        let gateway = try await Self.gateway(settings)
        let paths = [
            "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
            "/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/mcp",
            "/.well-known/openid-configuration", "/.well-known/openid-configuration/mcp",
            "/mcp/.well-known/openid-configuration", "/register", "/authorize?client_id=x", "/token",
        ]
        for path in paths {
            for method in [["-X", "GET"], ["-X", "POST", "-d", "a=b"]] {
                let answer = try await curl(method + [gateway.address + path])
                #expect(answer.status == 404, "\(path)")
                #expect(answer.field("content-type") == "application/json" && answer.json?["reason"] == "not_found")
                #expect(answer.field("www-authenticate") == nil)
            }
        }
    }

    @Test func aGatewayThatChangesNothing() async throws {
        for settings in [["LUMA_READ_ONLY": "true"], ["LUMA_READ_ONLY": "1", "LUMA_AUTH_TOKENS": Self.tokens]] {
            let gateway = try await Self.gateway(settings)
            let token = settings.count == 1 ? [] : Self.bearer(Self.writer)
            let refused = try await post(gateway.address + "/events/", token)
            #expect(refused.status == 403 && refused.json?["reason"] == "read_only")
            #expect(refused.field("www-authenticate") == nil)
            #expect(try await post(gateway.address + "/templates/create", token).status == 403)
            for arguments in [
                ["-X", "PUT"], ["-X", "PATCH"], ["-X", "DELETE"], ["-X", "DELETE", "-G", "-d", "dry_run=true"],
            ] {
                let answer = try await curl(arguments + token + [gateway.address + "/events/evt-x"])
                #expect(answer.status == 403 && answer.json?["reason"] == "read_only", "\(arguments)")
            }
            #expect(try await curl(token + [gateway.address + "/events/"]).status == 200)
        }
    }

    @Test func eachCallerHasALimitOfItsOwn() async throws {
        let gateway = try await Self.gateway(["LUMA_AUTH_TOKENS": Self.tokens, "LUMA_TOKEN_RATE_LIMIT": "3"])
        let url = gateway.address + "/templates/"
        for left in [2, 1, 0] {
            let answer = try await curl(Self.bearer(Self.reader) + [url])
            #expect(answer.status == 200)
            #expect(answer.field("ratelimit-policy") == #""token";q=3;w=60"#)
            #expect(answer.field("ratelimit")?.hasPrefix(#""token";r=\#(left);t="#) == true)
        }
        let refused = try await curl(Self.bearer(Self.reader) + [url])
        #expect(refused.status == 429 && refused.json?["reason"] == "rate_limited")
        #expect(refused.json?["details"]?["policy"] == "token")
        let seconds = try #require(refused.field("retry-after").flatMap { Int($0) })
        #expect((50...60).contains(seconds) && refused.field("ratelimit") == #""token";r=0;t=\#(seconds)"#)
        let mcp = try await curl(Self.bearer(Self.reader) + ["-d", "{}", gateway.address + "/mcp"])
        #expect(mcp.status == 429)
        // Others are not held up, probes are not counted, and guesses are.
        #expect(try await curl(Self.bearer(Self.writer) + [url]).status == 200)
        for _ in 0..<6 { #expect(try await curl(gateway.address + "/health").status == 200) }
        for status in [401, 401, 401, 429] { #expect(try await curl(Self.bearer("guess") + [url]).status == status) }
    }

    @Test func aFileOfTokensIsReadAgain() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tokens-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("tokens")
        func write(_ text: String) throws {
            try Data(text.utf8).write(to: file)
            chmod(file.path, 0o600)
        }
        try write("ann:read:\(Self.reader)\n")
        let gateway = try await Self.gateway(["LUMA_AUTH_TOKENS": "@" + file.path])
        let url = gateway.address + "/templates/"
        #expect(try await curl(Self.bearer(Self.reader) + [url]).status == 200)
        try write("bot:read:\(Self.writer)\n")
        gateway.program.signal(SIGHUP)
        try await eventually("the new token is known") {
            try await curl(Self.bearer(Self.writer) + [url]).status == 200
        }
        #expect(try await curl(Self.bearer(Self.reader) + [url]).status == 401)
        try write("bot:read:short\n")
        gateway.program.signal(SIGHUP)
        try await eventually("what is wrong is told") { gateway.program.standardError.contains("the old ones stay") }
        #expect(try await curl(Self.bearer(Self.writer) + [url]).status == 200)
        #expect(!gateway.program.standardError.contains("short"))
    }

    @Test func aStartWithTokensThatCannotBeUsed() async throws {
        let program = try Program(
            ["serve", "--auth-tokens", "ann:read:tooshort-token"],
            environment: ["LUMA_SANDBOX": "true", "LUMA_PORT": "0"])
        #expect(try await program.exitCode() == 64)
        #expect(program.standardError.contains("LUMA_AUTH_TOKENS") && program.standardError.contains("entry 1"))
        #expect(!program.standardError.contains("tooshort"))
        let file = try Program(
            ["serve"], environment: ["LUMA_SANDBOX": "true", "LUMA_PORT": "0", "LUMA_AUTH_TOKENS": "@tokens"],
            files: ["tokens": "ann:read:\(Self.reader)"])
        #expect(try await file.exitCode() == 78)
        #expect(file.standardError.contains("chmod 600"))
    }

    @Test func otherMachinesAreServedWithTokensOnly() async throws {
        let settings = ["LUMA_SANDBOX": "true", "LUMA_PORT": "0", "LUMA_HOST": "0.0.0.0"]
        let refused = try Program(["serve"], environment: settings)
        #expect(try await refused.exitCode() == 64)
        #expect(refused.standardError.contains("LUMA_AUTH_TOKENS"))
        let program = try Program(["serve"], environment: settings.merging(["LUMA_AUTH_TOKENS": Self.tokens]) { $1 })
        let port = try #require(try await program.address().split(separator: ":").last)
        #expect(try await curl("http://127.0.0.1:\(port)/events/").status == 401)
    }
}
