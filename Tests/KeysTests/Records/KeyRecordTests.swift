import Core
import Keys
import Testing

@Suite struct KeyRecordTests {
    @Test func wordsOfPermissionsAreKeptAndMeanWhatIsKnown() {
        let permissions = KeyPermissions(["events:read", "later:word", "events:read", "mcp:use"])
        #expect(permissions.words == ["events:read", "later:word", "mcp:use"])
        #expect(permissions.granted == [.eventsRead, .mcpUse])
        #expect(permissions.unknownWords == ["later:word"])
        #expect(KeyPermissions([]).granted == [])
        #expect(KeyPermissions.standard.granted == .read)
    }

    @Test func itIsUsableWhileNothingStandsAgainstIt() {
        let now = KeyFixture.instant(100)
        #expect(KeyFixture.key().isUsable(at: now))
        #expect(KeyFixture.key { $0.expiresAt = KeyFixture.instant(101) }.isUsable(at: now))
        #expect(!KeyFixture.key { $0.expiresAt = now }.isUsable(at: now))
        #expect(!KeyFixture.key { $0.isEnabled = false }.isUsable(at: now))
        #expect(!KeyFixture.key { $0.revokedAt = now }.isUsable(at: now))
        #expect(!KeyFixture.key(secrets: []).isUsable(at: now))
        #expect(!KeyFixture.key(secrets: [KeyFixture.secret(1, expires: 100)]).isUsable(at: now))
    }

    @Test func itsDocumentHasTheNamesThatOthersRelyOn() throws {
        let key = try KeyFixture.key("k", ["read", "keys:manage"]) { key in
            key.tools = ToolFilter(["list_*", "!list_guests"])
            key.calendars = ["cal-1"]
            key.limits = KeyLimits(rates: try RateRule.list("5/second,100/minute"), upstreamQuota: 7)
            key.allowedAddresses = [try AddressRange("10.0.0.0/8"), try AddressRange("::1")]
            key.expiresAt = KeyFixture.instant(60)
        }
        #expect(
            String(decoding: JSON.object(key.document).encoded, as: UTF8.self) == """
                {"key_id":"k","owner":"team","name":"Key","permissions":["read","keys:manage"],\
                "tools":["list_*","!list_guests"],"calendars":["cal-1"],"rate_limit":"5/second,100/minute",\
                "daily_quota":null,"upstream_quota":7,"max_concurrent":null,"allowed_ips":["10.0.0.0/8","::1"],\
                "enabled":true,"expires_at":"1970-01-01T00:01:00.000Z","revoked_at":null,\
                "created_at":"1970-01-01T00:00:00.000Z","created_by":"ops","note":null,"revision":1,"secrets":[\
                {"hint":"h1","created_at":"1970-01-01T00:00:00.000Z","expires_at":null,\
                "confirmed_at":"1970-01-01T00:00:00.000Z","last_used_at":null}]}
                """)
        // What is not bounded is told as null, and not as an empty list, which would be nothing.
        #expect(KeyFixture.key().document["tools"] == .null)
        #expect(KeyFixture.key { $0.calendars = [] }.document["calendars"] == .array([]))
    }

    // MARK: The last that can manage keys

    @Test func theLastOneIsTold() {
        let now = KeyFixture.instant(100)
        let admin = KeyFixture.key("k", ["keys:manage"])
        let changes: [(inout KeyRecord) -> Void] = [
            { $0.permissions = .standard }, { $0.isEnabled = false }, { $0.revokedAt = now }, { $0.expiresAt = now },
        ]
        for change in changes {
            var after = admin
            change(&after)
            #expect(admin.leavesNobody(after: after, hasOther: false, at: now))
            #expect(!admin.leavesNobody(after: after, hasOther: true, at: now))
            // It was none before.
            #expect(!after.leavesNobody(after: after, hasOther: false, at: now))
        }
        #expect(!admin.leavesNobody(after: admin, hasOther: false, at: now))
        let reader = KeyFixture.key()
        #expect(!reader.leavesNobody(after: KeyFixture.key { $0.isEnabled = false }, hasOther: false, at: now))
    }
}
