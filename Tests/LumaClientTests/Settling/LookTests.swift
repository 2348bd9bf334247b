import Core
import HTTP
import LumaClient
import TestKit
import Testing

/// One look for the effect of a write that a program has left behind.
@Suite struct LookTests {
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

    private func look(_ luma: LumaClient, _ write: LostWrite) async throws -> LookFinding {
        try await luma.look(for: write, deadline: clock.now.advanced(seconds: 30), context: CallContext())
    }

    @Test func anEventIsFoundOnceOnly() async throws {
        let luma = client(list("evt-1"))
        luma.adopt(create())
        #expect(try await look(luma, create()) == .done(id: "evt-1"))
        #expect(try await look(luma, create()) == .notSeen)
    }

    @Test func anotherWritesEventIsNotTaken() async throws {
        let luma = client(list("evt-1"))
        luma.adopt(create())
        #expect(try await look(luma, create(claimed: ["evt-1"])) == .notSeen)
    }

    /// Luma may have put its name in order; it is a twin's all the same.
    @Test(arguments: [(["evt-1"], LookFinding.notSeen), ([], .untold)])
    func anotherWritesSimilarEventLeavesNoDoubt(claimed: [String], finding: LookFinding) async throws {
        #expect(try await look(client(list("evt-1", name: "x ")), create(claimed: claimed)) == finding)
    }

    @Test func anOlderEventOfTheSameNameIsNotTaken() async throws {
        #expect(try await look(client(list("evt-1", created: -60_000)), create()) == .notSeen)
    }

    @Test func twoLostCreatesShareTwoEventsAndOneTakesNoneOfThem() async throws {
        let luma = client(list("evt-1", "evt-2"))
        luma.adopt(create())
        #expect(try await look(luma, create()) == .untold)
        luma.adopt(create())
        let found = [try await look(luma, create()), try await look(luma, create())]
        #expect(found == [.done(id: "evt-1"), .done(id: "evt-2")])
        luma.release(create())
        luma.release(create())
    }

    /// Luma may put the white space of a name in order: an event of the one's name may be the other's.
    @Test func twinsWhoseNamesDifferInWhiteSpaceAreRivals() async throws {
        let luma = client(list("evt-1", "evt-2", name: "x y"))
        luma.adopt(create("x y"))
        #expect(try await look(luma, create("x y")) == .untold)
        luma.adopt(create(" x\t y"))
        #expect(try await look(luma, create("x y")) == .done(id: "evt-1"))
        // What is left may be its own, and is not exactly what it has sent.
        #expect(try await look(luma, create(" x\t y")) == .untold)
        luma.release(create("x y"))
        #expect(try await look(luma, create("x y")) == .done(id: "evt-2"))
    }

    @Test func aFailureToAskIsNoFinding() async throws {
        let luma = client(.status(500))
        for write in [create(), change("events/update", ["name": "y"]), change("events/cancel", [:])] {
            await #expect(throws: LumaError.self) { try await look(luma, write) }
        }
    }

    @Test func aCancelIsSeenByTheEventsAbsence() async throws {
        let gone = client(.json(404, ["message": "Event not found."]))
        #expect(try await look(gone, change("events/cancel", [:])) == .done(id: nil))
        // Not in Luma's words.
        await #expect(throws: LumaError.self) { try await look(client(.status(404)), change("events/cancel", [:])) }
        #expect(try await look(client(.json(200, ["id": "evt-1"])), change("events/cancel", [:])) == .notSeen)
    }

    static let changes: [(body: JSONObject, shown: JSON, finding: LookFinding)] = [
        (["name": "y"], ["name": "y"], .done(id: nil)), (["name": "y"], ["name": "x"], .notSeen),
        // Shown in another form than sent.
        (["description_md": "a"], ["description_md": "a\n"], .untoldHarmless),
        (["geo_address_json": ["type": "manual", "address": "a"]], ["geo_address_json": ["address": "A"]], .untold),
        (
            ["geo_address_json": ["type": "manual", "address": "a"], "suppress_notifications": true],
            ["geo_address_json": ["address": "A"]], .untoldHarmless
        ),
        (["name": "y", "description_md": "a"], ["name": "y", "description_md": "b"], .untold),
        (["name": "y", "description_md": "a"], ["name": "x", "description_md": "b"], .notSeen),
    ]

    @Test(arguments: changes.indices) func anUpdateIsSeenByItsValues(index: Int) async throws {
        let row = Self.changes[index]
        #expect(try await look(client(.json(200, row.shown)), change("events/update", row.body)) == row.finding)
    }

    @Test func aTicketTypeIsLookedForInItsEvent() async throws {
        let types: JSON = ["entries": [["id": "evt-1", "require_approval": true]]]
        let body: JSONObject = ["require_approval": true, "event_id": "evt-9"]
        #expect(try await look(client(.json(200, types)), change("events/ticket-types/update", body)) == .done(id: nil))
        #expect(
            try await look(client(.json(200, ["entries": []])), change("events/ticket-types/update", body)) == .notSeen)
    }

    @Test func whatNobodyKnowsHowToLookForIsUntold() async throws {
        #expect(try await look(client(.status(500)), change("events/blasts/create", [:])) == .untold)
    }
}
