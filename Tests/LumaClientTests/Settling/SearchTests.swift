import Core
import HTTP
import LumaClient
import TestKit
import Testing

/// One search for the effect of a write that a program has left behind.
@Suite struct SearchTests {
    private let clock = ManualClock(isAutomatic: true)
    private let sentAt = Timestamp(milliseconds: 1_780_000_000_000)
    private static let start = "2027-01-01T10:00:00.000Z"

    private func client(_ answers: ScriptedTransport.Answer...) -> LumaClient {
        LumaClient(
            settings: .init(baseURL: "https://luma.test", apiKey: Secret("key"), retry: RetryPolicy(maxRetries: 0)),
            account: LumaAccount(BudgetSettings()), transport: ScriptedTransport(answers), time: clock,
            random: SeededGenerator(seed: 1))
    }

    private func list(_ ids: String..., name: String = "x", created: Int64 = 0) -> ScriptedTransport.Answer {
        let at = Timestamp(milliseconds: sentAt.milliseconds + created).rfc3339
        let entries = ids.map { id -> JSON in
            ["id": .string(id), "name": .string(name), "start_at": .string(Self.start), "created_at": .string(at)]
        }
        return .json(200, ["entries": .array(entries), "has_more": false])
    }

    private func create(_ name: String = "x", claimed: [String] = []) -> LostWrite {
        LostWrite(
            operation: "events/create", subject: nil,
            body: ["name": .string(name), "start_at": .string(Self.start), "timezone": "UTC"], sentAt: sentAt,
            claimed: claimed)
    }

    private func change(_ operation: String, _ body: JSONObject) -> LostWrite {
        LostWrite(operation: operation, subject: "evt-1", body: body, sentAt: sentAt, claimed: [])
    }

    private func search(_ luma: LumaClient, _ write: LostWrite) async throws -> SearchFinding {
        try await luma.search(for: write, deadline: clock.now.advanced(seconds: 30), context: CallContext())
    }

    @Test func anEventIsFoundOnceOnly() async throws {
        let luma = client(list("evt-1"))
        luma.adopt(create())
        #expect(try await search(luma, create()) == .done(id: "evt-1"))
        #expect(try await search(luma, create()) == .notSeen)
    }

    @Test func anotherWritesEventIsNotTaken() async throws {
        let luma = client(list("evt-1"))
        luma.adopt(create())
        #expect(try await search(luma, create(claimed: ["evt-1"])) == .notSeen)
    }

    /// Luma may have put its name in order; it is a twin's all the same.
    @Test(arguments: [(["evt-1"], SearchFinding.notSeen), ([], .doubtful(["evt-1"]))])
    func anotherWritesSimilarEventLeavesNoDoubt(claimed: [String], finding: SearchFinding) async throws {
        #expect(try await search(client(list("evt-1", name: "x ")), create(claimed: claimed)) == finding)
    }

    /// However Luma may write a name or a start: a second create is sent only if nothing may be what the first one has made.
    @Test(arguments: Rewriting.all) func whatLumaWritesInItsOwnWayIsADoubtAtLeast(rewriting: Rewriting) async throws {
        let write = LostWrite(
            operation: "events/create", subject: nil,
            body: ["name": .string(rewriting.name), "start_at": .string(rewriting.start), "timezone": "UTC"],
            sentAt: sentAt, claimed: [])
        let shown: JSON = [
            "id": "evt-1", "name": .string(rewriting.shownName), "start_at": .string(rewriting.shownStart),
            "created_at": .string(sentAt.rfc3339),
        ]
        let luma = client(.json(200, ["entries": [shown], "has_more": false]))
        luma.adopt(write)
        #expect(
            try await search(luma, write) == (rewriting.isFound ? .done(id: "evt-1") : .doubtful(["evt-1"])))
    }

    /// What another create is known to have made, or may make yet, is no doubt for ever.
    @Test func anotherCreatesEventNearbyIsLeftToIt() async throws {
        let luma = client(list("evt-1", name: "other"))
        luma.adopt(create("x"))
        luma.adopt(create("other"))
        #expect(try await search(luma, create("x")) == .busy)
        #expect(try await search(luma, create("other")) == .done(id: "evt-1"))
        #expect(try await search(luma, create("x")) == .notSeen)
    }

    @Test func anExternalEventWasMadeByNoCreate() async throws {
        let event: JSON = [
            "id": "evt-1", "name": "x", "start_at": .string(Self.start), "created_at": .string(sentAt.rfc3339),
            "platform": "external",
        ]
        let luma = client(.json(200, ["entries": [event], "has_more": false]))
        #expect(try await search(luma, create()) == .notSeen)
    }

    @Test func anOlderEventOfTheSameNameIsNotTaken() async throws {
        #expect(try await search(client(list("evt-1", created: -60_000)), create()) == .notSeen)
    }

    @Test func twoLostCreatesShareTwoEventsAndOneTakesNoneOfThem() async throws {
        let luma = client(list("evt-1", "evt-2"))
        luma.adopt(create())
        #expect(try await search(luma, create()) == .undetermined)
        luma.adopt(create())
        let found = [try await search(luma, create()), try await search(luma, create())]
        #expect(found == [.done(id: "evt-1"), .done(id: "evt-2")])
        luma.release(create())
        luma.release(create())
    }

    /// Luma may put the white space of a name in order: an event of the one's name may be the other's.
    @Test func twinsWhoseNamesDifferInWhiteSpaceAreRivals() async throws {
        let luma = client(list("evt-1", "evt-2", name: "x y"))
        luma.adopt(create("x y"))
        #expect(try await search(luma, create("x y")) == .undetermined)
        luma.adopt(create(" x\t y"))
        #expect(try await search(luma, create("x y")) == .done(id: "evt-1"))
        // What is left may be its own, and is not exactly what it has sent.
        #expect(try await search(luma, create(" x\t y")) == .doubtful(["evt-2"]))
        luma.release(create("x y"))
        #expect(try await search(luma, create("x y")) == .done(id: "evt-2"))
    }

    @Test func aFailureToAskIsNoFinding() async throws {
        let luma = client(.status(500))
        for write in [create(), change("events/update", ["name": "y"]), change("events/cancel", [:])] {
            await #expect(throws: LumaError.self) { try await search(luma, write) }
        }
    }

    @Test func aCancelIsSeenByTheEventsAbsence() async throws {
        for gone in [
            client(.json(404, ["message": "Event not found."])),
            client(.json(403, ["message": "You don't have access to this event."])),
        ] {
            #expect(try await search(gone, change("events/cancel", [:])) == .done(id: nil))
            #expect(try await search(gone, change("events/update", ["name": "y"])) == .notSeen)
            #expect(try await search(gone, change("events/ticket-types/update", ["event_id": "evt-1"])) == .notSeen)
            let was = try await gone.wasThere(
                "evt-1", before: create(), deadline: MonotonicTime(nanoseconds: .max), context: CallContext())
            #expect(was == nil)
        }
        await #expect(throws: LumaError.self) {
            try await search(client(.json(403, ["message": "Forbidden"])), change("events/cancel", [:]))
        }
        // Not in Luma's words.
        await #expect(throws: LumaError.self) { try await search(client(.status(404)), change("events/cancel", [:])) }
        #expect(try await search(client(.json(200, ["id": "evt-1"])), change("events/cancel", [:])) == .notSeen)
    }

    static let changes: [(body: JSONObject, shown: JSON, finding: SearchFinding)] = [
        (["name": "y"], ["name": "y"], .done(id: nil)), (["name": "y"], ["name": "x"], .notSeen),
        // Shown in another form than sent.
        (["description_md": "a"], ["description_md": "a\n"], .undeterminedHarmless),
        (
            ["geo_address_json": ["type": "manual", "address": "a"]], ["geo_address_json": ["address": "A"]],
            .undetermined
        ),
        (
            ["geo_address_json": ["type": "manual", "address": "a"], "suppress_notifications": true],
            ["geo_address_json": ["address": "A"]], .undeterminedHarmless
        ),
        (["name": "y", "description_md": "a"], ["name": "y", "description_md": "b"], .undetermined),
        (["name": "y", "description_md": "a"], ["name": "x", "description_md": "b"], .notSeen),
        // Luma may have put it in order, and whether it was so before is not shown.
        (["name": "Caf\u{e9} \u{201c}A\u{201d}"], ["name": "Cafe\u{301} \"A\""], .undetermined),
        (["name": "y", "visibility": "public"], ["name": "y ", "visibility": "private"], .notSeen),
        (["start_at": "2027-01-01T10:00:30Z"], ["start_at": "2027-01-01T10:00:00.000Z"], .undetermined),
        (["start_at": "2027-01-01T10:00:00+01:00"], ["start_at": "2027-01-01T09:00:00.000Z"], .done(id: nil)),
        (["start_at": "2027-01-01T11:00:00Z"], ["start_at": "2027-01-01T10:00:00.000Z"], .notSeen),
    ]

    @Test(arguments: changes.indices) func anUpdateIsSeenByItsValues(index: Int) async throws {
        let row = Self.changes[index]
        #expect(try await search(client(.json(200, row.shown)), change("events/update", row.body)) == row.finding)
    }

    @Test func aTicketTypeIsLookedForInItsEvent() async throws {
        let types: JSON = ["entries": [["id": "evt-1", "require_approval": true]]]
        let body: JSONObject = ["require_approval": true, "event_id": "evt-9"]
        #expect(
            try await search(client(.json(200, types)), change("events/ticket-types/update", body)) == .done(id: nil))
        #expect(
            try await search(client(.json(200, ["entries": []])), change("events/ticket-types/update", body))
                == .notSeen)
    }

    @Test func whatNobodyKnowsHowToLookForIsUntold() async throws {
        #expect(try await search(client(.status(500)), change("events/blasts/create", [:])) == .undetermined)
    }
}

/// A create, and what Luma shows of it afterwards.
struct Rewriting: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let name: String
    let shownName: String
    var start = "2027-01-01T10:00:00.000Z"
    var shownStart = "2027-01-01T10:00:00.000Z"
    var isFound = false

    private init(_ title: String, _ name: String, _ shownName: String) {
        (testDescription, self.name, self.shownName) = (title, name, shownName)
    }

    private init(_ title: String, start: String, _ shownStart: String) {
        (testDescription, name, shownName) = (title, "Tea", "Tea")
        (self.start, self.shownStart) = (start, shownStart)
    }

    private var found: Rewriting {
        var rewriting = self
        rewriting.isFound = true
        return rewriting
    }

    static let all = [
        Rewriting("as it was sent", "Tea", "Tea").found, Rewriting("composed", "Cafe\u{301}", "Caf\u{e9}").found,
        Rewriting("decomposed", "Caf\u{e9}", "Cafe\u{301}").found,
        Rewriting("in compatibility form", "\u{fb01}ve \u{ff34}ea", "five Tea"),
        Rewriting("without white space around", " Tea ", "Tea"),
        Rewriting("with single blanks", "Tea  time", "Tea time"),
        Rewriting("without what is invisible", "Tea\u{200b}time", "Teatime"),
        Rewriting("without variation selectors", "Tea \u{2615}\u{fe0f}", "Tea \u{2615}"),
        Rewriting("cut", String(repeating: "long ", count: 40), String(String(repeating: "long ", count: 20))),
        Rewriting("with curly quotes", "\"Tea\" & 'toast'", "\u{201c}Tea\u{201d} & \u{2018}toast\u{2019}"),
        Rewriting("with references", "Tea & toast", "Tea &amp; toast"),
        Rewriting("in capitals", "tea time", "Tea Time"), Rewriting("another word for it", "Tea", "Untitled event"),
        Rewriting("to the second", start: "2027-01-01T10:00:00.500Z", "2027-01-01T10:00:00.000Z"),
        Rewriting("to the next second", start: "2027-01-01T10:00:00.500Z", "2027-01-01T10:00:01.000Z"),
        Rewriting("to the minute", start: "2027-01-01T10:00:42.000Z", "2027-01-01T10:00:00.000Z"),
        Rewriting("to five minutes", start: "2027-01-01T10:03:00.000Z", "2027-01-01T10:05:00.000Z"),
    ]
}
