import Core
import GatewayAPI
import HTTP
import IO
import IOTestKit
import Settings
import TestKit
import Testing

@testable import Gateway

/// Tokens, scopes and limits as clients meet them.
@Suite struct GatekeeperTests {
    private static let tea: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]
    private static let realm = #"Bearer realm="luma-mcp""#
    private static let reader = Tokens.bearer(Tokens.reader)
    private static let writer = Tokens.bearer(Tokens.writer)

    @Test(
        arguments: [
            ([], realm, "unauthenticated"),
            (["Authorization: Basic YW5uOnJlYWRlci1yZWFkZXItcmVhZGVyLTE="], realm, "unauthenticated"),
            (Tokens.bearer(Tokens.reader + "x"), realm + #", error="invalid_token""#, "invalid_token"),
            (Tokens.bearer("ä"), realm + #", error="invalid_token""#, "invalid_token"),
            (
                Tokens.bearer(Tokens.reader) + Tokens.bearer(Tokens.reader), realm + #", error="invalid_token""#,
                "invalid_token"
            ),
        ] as [([String], String, String)])
    func whoHasNoTokenIsAskedForOne(credential: [String], challenge: String, reason: String) async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            for path in [
                "/events/", "/events/evt-none", "/templates/", "/mcp", "/sse", "/status", "/metrics", "/feeds/",
            ] {
                let answer = try await gateway.ask("GET \(path)", credential)
                #expect(answer.status == 401 && answer.field("www-authenticate") == challenge, "\(path)")
                #expect(answer.reason == reason && answer.json?["code"] == "401")
            }
            for path in ["/events/", "/templates/create", "/mcp", "/messages/?session_id=x", "/feeds/"] {
                #expect(try await gateway.ask("POST \(path)", credential, Self.tea).status == 401, "\(path)")
            }
            let log = "\(await gateway.logLines())"
            #expect(log.contains(reason) && !log.contains("reader-reader") && !log.contains("writer-writer"))
            #expect(gateway.luma.asked == [])
        }
    }

    @Test func probesNeedNoTokenAndATargetCarriesNone() async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            #expect(try await gateway.ask("GET /templates/?access_token=\(Tokens.reader)").status == 401)
            // A call that Luma answers makes the gateway healthy.
            #expect(try await gateway.ask("GET /events/", Self.reader).status == 200)
            for path in ["/health", "/health/live", "/health/", "/openapi.json", "/", "/docs"] {
                for credential in [[], Tokens.bearer("wrong")] {
                    #expect(try await gateway.ask("GET \(path)", credential).status == 200, "\(path)")
                }
            }
        }
    }

    @Test func whatATokenMayDoIsItsScopes() async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            #expect(try await gateway.ask("GET /events/", Self.reader).status == 200)
            #expect(try await gateway.ask("HEAD /events/", Self.reader).status == 200)
            let created = try await gateway.ask("POST /events/", Self.writer, Self.tea)
            #expect(created.status == 201)
            let event = try #require(created.field("location"))
            #expect(try await gateway.ask("GET \(event)", Self.reader).status == 200)
            for line in [
                "PUT \(event)", "PATCH \(event)", "DELETE \(event)", "POST /events/", "POST /templates/create",
            ] {
                let refused = try await gateway.ask(line, Self.reader, Self.tea)
                #expect(refused.status == 403 && refused.reason == "insufficient_scope", "\(line)")
                let permission: JSON = line.hasPrefix("DELETE") ? "events:cancel" : "events:write"
                #expect(refused.json?["details"] == ["needed_scope": "write", "needed_permission": permission])
                #expect(
                    refused.field("www-authenticate")
                        == Self.realm + #", error="insufficient_scope", scope="write""#)
            }
            for token in [Tokens.writer, Tokens.admin] {
                let change = try await gateway.ask("PATCH \(event)", Tokens.bearer(token), ["max_capacity": 4])
                #expect(change.status == 200)
            }
            for (token, status) in [(Self.reader, 403), (Self.writer, 403), (Tokens.bearer(Tokens.admin), 201)] {
                #expect(try await gateway.ask("POST /feeds/", token, ["name": "x"]).status == status)
            }
            #expect(try await gateway.ask("DELETE \(event)", Self.writer).status == 200)
            try await gateway.ask("GET /health")
            let lines = await gateway.logLines()
            #expect(lines.contains { $0["label"] == "bot" && $0["method"] == "DELETE" && $0["status"] == 200 })
            #expect(lines.contains { $0["label"] == "ann" && $0["reason"] == "insufficient_scope" })
            #expect(lines.filter { $0["route"] == "/health" }.allSatisfy { $0["label"] == nil })
        }
    }

    @Test func aKeyOfOneCallerIsNothingToAnother() async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            let key = ["Idempotency-Key: \"one-key\""]
            var places: [String?] = []
            for token in [Tokens.writer, Tokens.writer, Tokens.admin] {
                let answer = try await gateway.ask("POST /events/", Tokens.bearer(token) + key, Self.tea)
                #expect(answer.status == 201)
                places.append(answer.field("location"))
            }
            #expect(places[0] == places[1] && places[0] != places[2] && places[2] != nil)
            #expect(try await gateway.ask("POST /events/", Self.reader + key, Self.tea).status == 403)
        }
    }

    /// An answer that is kept from one reader is not for whoever comes next.
    @Test func whatIsKeptIsForTheSameEyes() async throws {
        try await InProcess.serve([.authTokens: Tokens.setting, .cacheSeconds: "60"]) {
            (gateway: InProcess) async throws in
            let created = try await gateway.ask("POST /events/", Self.writer, Self.tea)
            for target in [try #require(created.field("location")), "/events/", "/events/?limit=3"] {
                for source in ["MISS", "HIT"] {
                    let answer = try await gateway.ask("GET \(target)", Self.reader)
                    #expect(answer.status == 200)
                    // What was created here is known without a look.
                    if target.hasPrefix("/events/?") { #expect(answer.field("x-cache") == source) }
                }
                for credential in [[], Tokens.bearer("wrong")] {
                    for precondition in [[], ["If-None-Match: *"]] {
                        let refused = try await gateway.ask("GET \(target)", credential + precondition)
                        #expect(refused.status == 401 && !refused.text.contains("Tea"), "\(target)")
                    }
                }
                let foreign = try await gateway.ask("GET \(target)", Self.reader + ["Origin: https://evil.example"])
                #expect(foreign.status == 403)
            }
        }
    }

    @Test(arguments: [[:], Tokens.guarded])
    func whatAuthorizationServersHaveIsNotHere(settings: [Setting: String]) async throws {
        try await InProcess.serve(settings) { (gateway: InProcess) async throws in
            for path in [
                "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
                "/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/mcp",
                "/.well-known/openid-configuration", "/.well-known/openid-configuration/mcp",
                "/mcp/.well-known/openid-configuration", "/register", "/authorize?client_id=x", "/token",
            ] {
                for method in ["GET", "POST"] {
                    let answer = try await gateway.ask("\(method) \(path)")
                    #expect(answer.status == 404 && answer.reason == "not_found", "\(path)")
                    #expect(answer.field("content-type") == "application/json")
                    #expect(answer.field("www-authenticate") == nil)
                }
            }
        }
    }

    @Test(arguments: [[.readOnly: "true"], [.readOnly: "1", .authTokens: Tokens.setting]] as [[Setting: String]])
    func aGatewayThatChangesNothing(settings: [Setting: String]) async throws {
        try await InProcess.serve(settings) { (gateway: InProcess) async throws in
            let token = settings.count == 1 ? [] : Self.writer
            for line in [
                "POST /events/", "POST /templates/create", "PUT /events/evt-x", "PATCH /events/evt-x",
                "DELETE /events/evt-x", "DELETE /events/evt-x?dry_run=true", "POST /feeds/",
            ] {
                let refused = try await gateway.ask(line, token, Self.tea)
                #expect(refused.status == 403 && refused.reason == "read_only", "\(line)")
                #expect(refused.field("www-authenticate") == nil)
                #expect(refused.json?["error"]?.stringValue?.isEmpty == false && refused.json?["code"] == "403")
            }
            #expect(gateway.luma.asked == [])
            for path in ["/events/", "/feeds/"] {
                #expect(try await gateway.ask("GET \(path)", token).status == 200, "\(path)")
            }
        }
    }

    // MARK: Limits

    @Test func eachCallerHasALimitOfItsOwn() async throws {
        try await InProcess.serve([.authTokens: Tokens.setting, .tokenRateLimit: "3"]) {
            (gateway: InProcess) async throws in
            for left in [2, 1, 0] {
                let answer = try await gateway.ask("GET /templates/", Self.reader)
                #expect(answer.status == 200)
                #expect(answer.field("ratelimit-policy") == #""token";q=3;w=60"#)
                #expect(answer.field("ratelimit")?.hasPrefix(#""token";r=\#(left);t="#) == true)
            }
            let refused = try await gateway.ask("GET /templates/", Self.reader)
            #expect(refused.status == 429 && refused.reason == "rate_limited")
            #expect(refused.json?["details"]?["policy"] == "token")
            let seconds = try #require(refused.field("retry-after").flatMap { Int($0) })
            #expect((50...60).contains(seconds) && refused.field("ratelimit") == #""token";r=0;t=\#(seconds)"#)
            #expect(try await gateway.ask("POST /mcp", Self.reader, [:]).status == 429)
            // Others are not held up, probes are not counted, and guesses are.
            #expect(try await gateway.ask("GET /templates/", Self.writer).status == 200)
            for _ in 0..<6 { #expect(try await gateway.ask("GET /health/live").status == 200) }
            for status in [401, 401, 401, 429] {
                #expect(try await gateway.ask("GET /templates/", Tokens.bearer("guess")).status == status)
            }
        }
    }

    /// Without tokens callers are told apart by where they are; of IPv6 each network has many addresses.
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.2", false), ("192.0.2.1", "192.0.2.1", true),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true), ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
    ])
    func callersAreToldApartByTheirNetworks(one: String, other: String, areSame: Bool) async throws {
        try await InProcess.serve([.tokenRateLimit: "1"]) { (gateway: InProcess) async throws in
            #expect(try await gateway.ask("GET /templates/", from: one).status == 200)
            #expect(try await gateway.ask("GET /templates/", from: one).status == 429)
            #expect(try await gateway.ask("GET /templates/", from: other).status == (areSame ? 429 : 200))
        }
    }

    /// Who guesses tokens is seen, and stopped; who has one from the same address is not.
    @Test func guessesAreCountedByAddress() async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            var told: [Int] = []
            for _ in 0..<1003 {
                told.append(try await gateway.ask("GET /templates/", Tokens.bearer("wrong"), from: "192.0.2.7").status)
            }
            #expect(told == Array(repeating: 401, count: 1000) + [429, 429, 429])
            #expect(try await gateway.ask("GET /templates/", Tokens.bearer("wrong"), from: "192.0.2.8").status == 401)
            #expect(try await gateway.ask("GET /templates/", Self.reader, from: "192.0.2.7").status == 200)
            let log = await gateway.logLines()
            let guesses = log.filter { $0["reason"] == "invalid_token" }
            #expect(guesses.count == 1001 && guesses.prefix(1000).allSatisfy { $0["address"] == "192.0.2.7" })
            #expect(log.allSatisfy { $0["status"]?.intValue != 200 || $0["address"] == nil })
        }
    }

    /// The limit is an allowance that fills again, by a clock that the test moves.
    @Test func anAllowanceFillsAgain() async throws {
        let clock = ManualClock()
        let configuration = try Configuration.resolve(
            flags: [.apiKey: "secret-key", .tokenRateLimit: "2"], environment: [:], dotEnv: nil,
            surroundings: Surroundings(cores: 1, isTerminal: false)
        ).configuration
        let rules = AccessRules(configuration, tokens: nil)
        try await InProcess.serve { (gateway: InProcess) async throws in
            func asks() async -> [Bool] {
                await gateway.perform { application in
                    let gate = Gatekeeper(rules, clock: clock)
                    return (0..<3).map { _ in
                        var context = RequestContext(
                            id: "x", method: .get, exchange: Exchange(Self.record(application.loopContext.reactor)),
                            recorder: application.loopContext.recorder)
                        return gate.charge(&context) == nil
                    }
                }
            }
            #expect(await asks() == [true, true, false])
            clock.pass(seconds: 29)
            #expect(await asks() == [false, false, false])
            clock.pass(seconds: 31)
            #expect(await asks() == [true, true, false])
        }
    }

    private static func record(_ reactor: Reactor) -> RecordedExchange {
        let limits = WireLimits()
        var machine = ServerConnection()
        var bytes = Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        bytes.withUnsafeMutableBytes {
            _ = machine.advance($0, ended: false, limits: limits, table: FieldTable(limits: limits))
        }
        return RecordedExchange(machine, on: reactor)
    }
}
