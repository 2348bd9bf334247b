import Core
import Keys
import Testing

/// Nobody gives what he has not got, by whichever way.
@Suite struct MayGrantTests {
    /// A key that may make others, held to everything that a key can be held to.
    private static func manager(_ change: (inout KeyRecord) throws -> Void = { _ in }) throws -> KeyRecord {
        try KeyFixture.key("manager", ["read", "keys:manage"]) { key in
            key.tools = ToolFilter(["list_*", "get_*", "!list_guests"])
            key.calendars = ["cal-1", "cal-2"]
            key.allowedAddresses = [try AddressRange("10.0.0.0/8"), try AddressRange("2001:db8::/32")]
            key.limits = KeyLimits(
                rates: try RateRule.list("60/minute"), dailyQuota: 100, upstreamQuota: 50, maxConcurrent: 4)
            key.expiresAt = KeyFixture.instant(1000)
            try change(&key)
        }
    }

    /// One that it may make, as it has less of everything.
    private static func granted(_ change: (inout KeyRecord) throws -> Void = { _ in }) throws -> KeyRecord {
        try KeyFixture.key("made", ["events:read"]) { key in
            key.tools = ToolFilter(["list_events"])
            key.calendars = ["cal-2"]
            key.allowedAddresses = [try AddressRange("10.1.0.0/16")]
            key.limits = KeyLimits(
                rates: try RateRule.list("1/second"), dailyQuota: 100, upstreamQuota: 1, maxConcurrent: 4)
            key.expiresAt = KeyFixture.instant(1000)
            try change(&key)
        }
    }

    struct Excess: Sendable, CustomTestStringConvertible {
        let name: String
        let refusal: GrantRefusal
        let change: @Sendable (inout KeyRecord) throws -> Void
        var testDescription: String { name }
    }

    /// Each makes of one that may be made one that may not.
    static let excesses: [Excess] = [
        Excess(name: "owner", refusal: .owner) { $0.owner = "others" },
        Excess(name: "scope", refusal: .permissions(["events:write"])) {
            $0.permissions = KeyPermissions(["events:read", "events:write"])
        },
        Excess(
            name: "all scopes", refusal: .permissions(Permissions.all.subtracting([.read, .keysManage]).scopeWords)
        ) {
            $0.permissions = KeyPermissions(["*"])
        },
        Excess(name: "a scope of a later release", refusal: .permissions(["events:destroy"])) {
            $0.permissions = KeyPermissions(["read", "events:destroy"])
        },
        Excess(name: "tool", refusal: .tools) { $0.tools = ToolFilter(["list_events", "cancel_event"]) },
        Excess(name: "tools by pattern", refusal: .tools) { $0.tools = ToolFilter(["*"]) },
        Excess(name: "a tool that is denied", refusal: .tools) { $0.tools = ToolFilter(["list_guests"]) },
        Excess(name: "a pattern with a tool that is denied", refusal: .tools) { $0.tools = ToolFilter(["list_*"]) },
        Excess(name: "all but some tools", refusal: .tools) { $0.tools = ToolFilter(["!list_guests"]) },
        Excess(name: "all tools", refusal: .tools) { $0.tools = nil },
        Excess(name: "calendar", refusal: .calendars) { $0.calendars = ["cal-2", "cal-3"] },
        Excess(name: "all calendars", refusal: .calendars) { $0.calendars = nil },
        Excess(name: "address", refusal: .addresses) {
            $0.allowedAddresses = [try AddressRange("10.1.0.0/16"), try AddressRange("192.0.2.1")]
        },
        Excess(name: "wider range", refusal: .addresses) { $0.allowedAddresses = [try AddressRange("0.0.0.0/0")] },
        Excess(name: "all addresses", refusal: .addresses) { $0.allowedAddresses = nil },
        Excess(name: "rate", refusal: .limits) { $0.limits.rates = try RateRule.list("2/second") },
        Excess(name: "no rate", refusal: .limits) { $0.limits.rates = [] },
        Excess(name: "daily quota", refusal: .limits) { $0.limits.dailyQuota = 101 },
        Excess(name: "no daily quota", refusal: .limits) { $0.limits.dailyQuota = nil },
        Excess(name: "upstream quota", refusal: .limits) { $0.limits.upstreamQuota = 51 },
        Excess(name: "concurrency", refusal: .limits) { $0.limits.maxConcurrent = 5 },
        Excess(name: "expiry", refusal: .expiry) { $0.expiresAt = KeyFixture.instant(1001) },
        Excess(name: "no expiry", refusal: .expiry) { $0.expiresAt = nil },
    ]

    @Test func whoHasMoreMayGiveLess() throws {
        let caller = KeyCaller(try Self.manager())
        let made = try Self.granted()
        #expect(mayGrant(caller, .create, before: nil, after: made) == nil)
        #expect(mayGrant(caller, .rotate, before: made, after: made) == nil)
        #expect(mayGrant(caller, .update, before: made, after: made) == nil)
        #expect(mayGrant(caller, .revoke, before: made, after: made) == nil)
        // As much as he has himself, to the last.
        let twin = try Self.manager()
        #expect(mayGrant(caller, .create, before: nil, after: twin) == nil)
        let own = try Self.manager { $0.tools = ToolFilter(["get_event", "list_*", "!*guests*"]) }
        #expect(mayGrant(caller, .create, before: nil, after: own) == nil)
    }

    @Test(arguments: excesses) func nobodyGrowsByCreate(excess: Excess) throws {
        let made = try Self.granted { try excess.change(&$0) }
        #expect(mayGrant(KeyCaller(try Self.manager()), .create, before: nil, after: made) == excess.refusal)
        // Whoever may do everything may give it.
        #expect(mayGrant(.operatorOfGateway, .create, before: nil, after: made) == nil)
    }

    /// By what requests know of a key as by what the store does.
    @Test(arguments: excesses) func whatRequestsKnowOfACallerIsEnough(excess: Excess) throws {
        let manager = try Self.manager()
        let known = try #require(KeySnapshot.empty.applying([manager], version: 1).key(manager.id))
        let made = try Self.granted { try excess.change(&$0) }
        #expect(mayGrant(KeyCaller(known), .create, before: nil, after: made) == excess.refusal)
        #expect(mayGrant(KeyCaller(known), .create, before: nil, after: try Self.granted()) == nil)
        #expect(mayGrant(KeyCaller(known), .rotate, before: manager, after: manager) == nil)
    }

    @Test(arguments: excesses) func nobodyGrowsByUpdate(excess: Excess) throws {
        let (before, after) = (try Self.granted(), try Self.granted { try excess.change(&$0) })
        #expect(mayGrant(KeyCaller(try Self.manager()), .update, before: before, after: after) == excess.refusal)
    }

    /// Not of one's own key either.
    @Test(arguments: excesses) func nobodyWidensHisOwn(excess: Excess) throws {
        let manager = try Self.manager()
        let wider = try Self.manager { try excess.change(&$0) }
        #expect(mayGrant(KeyCaller(manager), .update, before: manager, after: wider) == excess.refusal)
    }

    /// A secret of a key that may do more than the caller would be a gift to himself.
    @Test(arguments: excesses) func nobodyGrowsByRotate(excess: Excess) throws {
        let stronger = try Self.granted { try excess.change(&$0) }
        #expect(mayGrant(KeyCaller(try Self.manager()), .rotate, before: stronger, after: stronger) == excess.refusal)
    }

    @Test(arguments: excesses) func nobodyGrowsBySwitchingOn(excess: Excess) throws {
        let off = try Self.granted {
            try excess.change(&$0)
            $0.isEnabled = false
        }
        var on = off
        on.isEnabled = true
        let caller = KeyCaller(try Self.manager())
        #expect(mayGrant(caller, .update, before: off, after: on) == excess.refusal)
        // To switch it off, or to revoke it, gives nobody anything; but what is another owner's stays his.
        let expected: GrantRefusal? = excess.refusal == .owner ? .owner : nil
        #expect(mayGrant(caller, .update, before: on, after: off) == expected)
        #expect(mayGrant(caller, .revoke, before: on, after: on) == expected)
    }

    /// A weak caller must not bring a strong key to where he is himself.
    @Test func oneStepOfAStrongKeyNeedsAllThatItMay() throws {
        let strong = try Self.granted { $0.permissions = KeyPermissions(["write"]) }
        let caller = KeyCaller(try Self.manager())
        var reachable = strong
        reachable.allowedAddresses = [try AddressRange("10.0.0.0/8")]
        let missing = Permissions.write.scopeWords
        #expect(mayGrant(caller, .update, before: strong, after: reachable) == .permissions(missing))
        var late = strong
        late.expiresAt = KeyFixture.instant(900)
        #expect(mayGrant(caller, .update, before: strong, after: late) == nil)
        var back = late
        back.expiresAt = KeyFixture.instant(950)
        #expect(mayGrant(caller, .update, before: late, after: back) == .permissions(missing))
        // Words for people are no grant.
        var named = strong
        (named.name, named.note) = ("Other", "note")
        #expect(mayGrant(caller, .update, before: strong, after: named) == nil)
    }

    @Test func anOwnerIsNeverBoundAnew() throws {
        let (own, others) = (try Self.granted(), try Self.granted { $0.owner = "others" })
        let caller = KeyCaller(try Self.manager())
        #expect(mayGrant(caller, .update, before: own, after: others) == .owner)
        #expect(mayGrant(caller, .update, before: others, after: own) == .owner)
        #expect(mayGrant(caller, .update, before: others, after: others) == .owner)
    }

    @Test func whoMayNotManageKeysDoesNot() {
        let reader = KeyFixture.key("reader", ["read"])
        let other = KeyFixture.key("other", ["events:read"])
        for action in KeyAction.allCases {
            #expect(mayGrant(KeyCaller(reader), action, before: other, after: other) == .scope("keys:manage"))
        }
    }

    @Test func oneRotatesHisOwnIfHeMay() {
        let reader = KeyFixture.key("reader", ["read"])
        var rotated = reader
        rotated.secrets.append(KeyFixture.secret(2, confirmed: nil))
        #expect(mayGrant(KeyCaller(reader), .rotate, before: reader, after: rotated) == nil)
        // With nothing else along, whatever the route lets through.
        var wider = rotated
        wider.permissions = KeyPermissions(["write"])
        #expect(mayGrant(KeyCaller(reader), .rotate, before: reader, after: wider) == .scope("keys:manage"))
        let without = KeyFixture.key("reader", ["events:read"])
        #expect(
            mayGrant(KeyCaller(without), .rotate, before: without, after: without) == .scope("keys:rotate-self"))
        #expect(mayGrant(KeyCaller(reader), .update, before: reader, after: rotated) == .scope("keys:manage"))
    }

    @Test func tokensGiveWhatTheyMay() throws {
        let made = KeyFixture.key("made", ["write"], owner: "anybody")
        let admin = KeyCaller(Principal(label: "ops", scopes: .all))
        #expect(mayGrant(admin, .create, before: nil, after: made) == nil)
        let bounded = KeyCaller(Principal(label: "ops", scopes: .all, tools: [try #require(ToolFilter(["list_*"]))]))
        #expect(mayGrant(bounded, .create, before: nil, after: made) == .tools)
        for scopes: Principal.Scopes in [.read, [.read, .write]] {
            let caller = KeyCaller(Principal(label: "web", scopes: scopes))
            #expect(mayGrant(caller, .create, before: nil, after: made) == .scope("keys:manage"))
        }
    }

    @Test func eachRefusalNamesItsMember() {
        #expect(Self.excesses.allSatisfy { $0.refusal.member != nil })
        #expect(GrantRefusal.scope("keys:manage").member == nil)
    }
}
