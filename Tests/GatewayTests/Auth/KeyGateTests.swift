import Core
import IO
import IOTestKit
import Keys
import Settings
import Store
import TestKit
import Testing

@testable import Gateway

/// API keys as clients meet them.
@Suite struct KeyGateTests {
    private static let tea: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]

    @Test func aKeyOpensWhatItsPermissionsSay() async throws {
        try await InProcess.serve(InProcess.withKeys) { (gateway: InProcess) async throws in
            let reader = try await gateway.makeKey("reader")
            let events = try await gateway.makeKey("events", ["events:read", "events:write"])
            for fields in [reader.bearer, reader.field, reader.bearer + reader.field] {
                #expect(try await gateway.ask("GET /events/", fields).status == 200)
            }
            let created = try await gateway.ask(
                "POST /events/", events.field, Self.tea)
            #expect(created.status == 201, "\(created.text)")
            let event = try #require(created.field("location"))
            let refused = try await gateway.ask("DELETE \(event)", events.field)
            #expect(refused.status == 403 && refused.reason == "insufficient_scope")
            #expect(refused.json?["details"]?["needed_permission"] == "events:cancel")
            #expect(try await gateway.ask("GET /templates/", events.field).status == 403)
            #expect(try await gateway.ask("GET /templates/", reader.field).status == 200)
            // Probes have none.
            #expect(try await gateway.ask("GET /health").status == 200)
            let lines = await gateway.logLines()
            #expect(lines.contains { $0["label"] == "key:reader" && $0["key_id"] == "reader" && $0["status"] == 200 })
            #expect(!lines.contains { "\($0)".contains(reader.text) || "\($0)".contains(events.text) })
        }
    }

    /// From the moment on at which keys are accepted nobody is served without a credential, also where nobody has one.
    @Test func withoutACredentialNobodyIsServed() async throws {
        try await InProcess.serve(InProcess.withKeys) { (gateway: InProcess) async throws in
            for line in ["GET /events/", "GET /status", "POST /mcp", "GET /templates/"] {
                let body: JSON = [:]
                let refused = try await gateway.ask(line, [], line.hasPrefix("POST") ? body : nil)
                #expect(refused.status == 401, "\(line)")
            }
        }
    }

    @Test(
        arguments: [
            ([], 401, "unauthenticated"), (["Authorization: Basic YTpi"], 401, "unauthenticated"),
            (["Authorization: Bearer"], 401, "invalid_token"), (["Authorization: Bearer a b"], 401, "invalid_token"),
            (["Authorization: Bearer a", "Authorization: Bearer a"], 401, "invalid_token"),
            (["X-API-Key: a", "X-API-Key: a"], 401, "invalid_token"), (["X-API-Key: a b"], 401, "invalid_token"),
            (["Authorization: Bearer a", "X-API-Key: b"], 400, "bad_request"),
            (["Authorization: Bearer \(Tokens.reader)", "X-API-Key: \(Tokens.writer)"], 400, "bad_request"),
            (["Authorization: Bearer \(Tokens.reader)", "X-API-Key: \(Tokens.reader)"], 200, nil),
            (["Authorization: Basic YTpi", "X-API-Key: \(Tokens.reader)"], 200, nil),
            (["authorization: bEARER  \(Tokens.reader)"], 200, nil), (["x-api-key: \(Tokens.reader)"], 200, nil),
            (["Authorization: Bearer " + String(repeating: "a", count: 4097)], 401, "invalid_token"),
        ] as [([String], Int, String?)])
    func theCredentialOfARequest(fields: [String], status: Int, reason: String?) async throws {
        for settings in [Tokens.guarded, Tokens.guarded.merging(InProcess.withKeys) { $1 }] {
            try await InProcess.serve(settings) { (gateway: InProcess) async throws in
                let answer = try await gateway.ask("GET /templates/", fields)
                #expect(answer.status == status && answer.reason == reason, "\(answer.text)")
            }
        }
    }

    @Test func whatIsWrongWithAKeyIsSaid() async throws {
        try await InProcess.serve(InProcess.withKeys) { (gateway: InProcess) async throws in
            let past = WallClock.now.advanced(seconds: -60)
            let expired = try await gateway.makeKey("expired") { $0.expiresAt = past }
            let off = try await gateway.makeKey("off") { $0.isEnabled = false }
            let gone = try await gateway.makeKey("gone")
            try await gateway.revokeKey("gone")
            let replaced = try await gateway.makeKey("replaced") { $0.secrets[0].expiresAt = past }
            let bound = try await gateway.makeKey("bound") {
                $0.allowedAddresses = [try AddressRange("192.0.2.0/24")]
            }
            let cut = try await gateway.makeKey("cut")
            for (text, status, reason) in [
                (expired.text, 401, "key_expired"), (off.text, 401, "key_disabled"), (gone.text, 401, "key_revoked"),
                (replaced.text, 401, "key_replaced"), (bound.text, 403, "ip_not_allowed"),
                (String(cut.text.dropLast()), 401, "malformed_key"), (cut.text + "x", 401, "malformed_key"),
                (String(cut.text.dropLast()) + (cut.text.hasSuffix("0") ? "1" : "0"), 401, "malformed_key"),
                (try TestKey.draw().text, 401, "invalid_token"),
            ] {
                // The second time it comes out of the memory.
                for _ in 0..<2 {
                    let refused = try await gateway.ask("GET /templates/", ["X-API-Key: \(text)"])
                    #expect(refused.status == status && refused.reason == reason, "\(refused.text)")
                    if status == 401 {
                        #expect(refused.field("www-authenticate")?.contains("invalid_token") == true)
                    }
                }
            }
            #expect(try await gateway.ask("GET /templates/", bound.field, from: "192.0.2.7").status == 200)
            let lines = await gateway.logLines()
            #expect(
                lines.contains {
                    $0["key_id"] == "gone" && $0["reason"] == "key_revoked" && $0["address"] == "127.0.0.1"
                })
        }
    }

    /// What is done to a key holds for the next request of a connection, too.
    @Test func aChangeHoldsAtOnce() async throws {
        try await InProcess.serve(InProcess.withKeys) { (gateway: InProcess) async throws in
            let key = try await gateway.makeKey("k")
            func status(_ line: String = "GET /templates/") async throws -> Int {
                try await gateway.ask(line, key.field).status
            }
            #expect(try await status() == 200)
            try await gateway.changeKey("k") { $0.permissions = KeyPermissions(["events:read"]) }
            #expect(try await status() == 403)
            #expect(try await status("GET /events/") == 200)
            try await gateway.changeKey("k") { $0.isEnabled = false }
            #expect(try await status("GET /events/") == 401)
            try await gateway.changeKey("k") { $0.isEnabled = true }
            #expect(try await status("GET /events/") == 200)
            try await gateway.revokeKey("k")
            #expect(try await status("GET /events/") == 401)
        }
    }

    /// The one before ends with the first use of the new one and its grace.
    @Test func theFirstUseOfANewSecretIsNoted() async throws {
        try await InProcess.serve(InProcess.withKeys) { (gateway: InProcess) async throws in
            let old = try await gateway.makeKey("k")
            let (text, secret) = try TestKey.draw()
            try await gateway.changeKey("k", .rotate) {
                $0 = try KeyRotation.rotate($0, to: secret, grace: 0, at: WallClock.now.advanced(seconds: -1))
                $0.secrets = [$0.secrets.last!]
            }
            #expect(try await gateway.ask("GET /templates/", ["X-API-Key: \(text)"]).status == 200)
            #expect(
                await soon {
                    let key = try? await gateway.told { gateway.shared.store.key("k", then: $0) }
                    return key?.secrets.last?.confirmedAt != nil
                })
            #expect(try await gateway.ask("GET /templates/", old.field).reason == "invalid_token")
        }
    }

    @Test func usesAreNotedByAndBy() async throws {
        try await InProcess.serve(InProcess.withKeys) { (gateway: InProcess) async throws in
            let key = try await gateway.makeKey("k")
            #expect(try await gateway.ask("GET /templates/", key.field, from: "192.0.2.1").status == 200)
            gateway.shared.access.keys?.noteUses()
            #expect(
                await soon {
                    let found = try? await gateway.told { gateway.shared.store.key("k", then: $0) }
                    return found?.secrets.first?.lastUsedFrom == "192.0.2.1"
                })
        }
    }

    /// A key goes on for so long as its gateway has heard the store lately, and no longer; nobody is told that it is wrong.
    @Test func whenTheStoreIsNotHeardNobodyKnows() async throws {
        let settings: [Setting: String] = [.apiKeys: "true", .keysStaleSeconds: "60", .authTokens: Tokens.setting]
        let store = SQLiteStateStore(.memory)
        let key = try TestKey.draw()
        try await InProcess.serve(settings, store: store) { (gateway: InProcess) async throws in
            let keys = try #require(gateway.shared.access.keys)
            let now = LoopClock.monotonicNow
            #expect(keys.isFresh(at: now) && keys.isFresh(at: now.advanced(seconds: 58)))
            #expect(!keys.isFresh(at: now.advanced(seconds: 61)))
            // One that has never heard it.
            let settings = try #require(gateway.shared.configuration.access.keys)
            let deaf = KeyGate(KeyAccess(settings, hashing: .plain, store: store))
            var text = key.text
            let verdict = text.withUTF8 { text in
                deaf.judge(UnsafeRawBufferPointer(text), from: { (nil, "") }, at: now, WallClock.now)
            }
            if case .undecided = verdict { return }
            Issue.record("\(verdict)")
        }
    }

    /// Who can only write the store cannot add a key; a secret that was changed is still tried.
    @Test func aSecretOfTheOperatorsIsPartOfEveryDigest() async throws {
        let (new, old) = ("0123456789abcdef", "fedcba9876543210")
        let settings: [Setting: String] = [.apiKeys: "true", .keysSecret: "\(new),\(old)"]
        try await InProcess.serve(settings) { (gateway: InProcess) async throws in
            func reason(_ hashing: KeyHashing, _ id: String) async throws -> String? {
                let key = try await gateway.makeKey(id, hashing: hashing)
                return try await gateway.ask("GET /templates/", key.field).reason
            }
            func hashing(_ secret: String) throws -> KeyHashing {
                let pepper = try #require(try KeyPepper(Secret(secret)))
                return try #require(KeyHashing([pepper], acceptsPlain: false))
            }
            #expect(try await reason(try hashing(new), "new") == nil)
            #expect(try await reason(try hashing(old), "old") == nil)
            #expect(try await reason(try hashing("another-secret-0"), "other") == "invalid_token")
            #expect(try await reason(.plain, "plain") == "invalid_token")
        }
        for secret in ["short", "0123456789abcdef,short", "@/nonexistent/secret"] {
            await #expect(throws: StartFailure.self) {
                try await InProcess.serve([.apiKeys: "true", .keysSecret: secret]) { _ in }
            }
        }
    }

    // MARK: Streams and sessions

    /// What a key may call is looked at with each call of a session, and its client hears that its list is another one.
    @Test func aSessionGoesByWhatItsKeyMayNow() async throws {
        try await InProcess.serve(InProcess.withKeys) { (gateway: InProcess) async throws in
            let key = try await gateway.makeKey("k")
            let client = MCPClient(gateway, key.bearer)
            let session = try await client.session()
            let stream = try await client.stream(session)
            func tools() async throws -> [String] {
                let answer = try await client.post(MCPClient.request("tools/list"), [session])
                return answer.json?["result"]?["tools"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
            }
            let before = try await tools()
            #expect(before.contains("list_events") && before.contains("list_templates"), "\(before)")
            try await gateway.changeKey("k") { $0.tools = ToolFilter(["list_events"]) }
            #expect(try await tools() == ["list_events"])
            let call = MCPClient.request("tools/call", ["name": "list_templates", "arguments": [:]])
            let refused = try await client.post(call, [session])
            #expect(refused.json?["error"]?["code"] == -32602, "\(refused.text)")
            try await stream.hears("notifications/tools/list_changed")
            await stream.goAway()
        }
    }

    @Test func aRevokedKeyHearsNothingMore() async throws {
        try await InProcess.serve(InProcess.withKeys) { (gateway: InProcess) async throws in
            let gone = try await gateway.makeKey("gone")
            let kept = try await gateway.makeKey("kept")
            let (leaver, stayer) = (MCPClient(gateway, gone.bearer), MCPClient(gateway, kept.bearer))
            let session = try await leaver.session()
            let ending = try await leaver.stream(session)
            let staying = try await stayer.stream(try await stayer.session())
            // A change of what it may do ends nothing.
            try await gateway.changeKey("kept") { $0.permissions = KeyPermissions(["mcp:use", "events:read"]) }
            try await gateway.revokeKey("gone")
            _ = try await ending.answer()
            #expect(await staying.ending() == nil)
            await staying.goAway()
        }
    }
}
