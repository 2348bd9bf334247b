import Core
import HTTP
import LumaAPI
import LumaClient
import TestKit
import Testing

@MainActor @Suite struct UnknownChangeTests {
    private func update(_ fixture: Fixture, _ changes: JSONObject) async -> Result<WriteOutcome, LumaError> {
        do throws(LumaError) {
            return .success(
                try await fixture.client.updateEvent(
                    "evt-1", changes, deadline: fixture.deadline(), context: fixture.context))
        } catch { return .failure(error) }
    }

    private func cancel(_ fixture: Fixture) async -> Result<WriteOutcome, LumaError> {
        do throws(LumaError) {
            return .success(
                try await fixture.client.cancelEvent(
                    "evt-1", token: Secret("t"), shouldRefund: nil, deadline: fixture.deadline(),
                    context: fixture.context))
        } catch { return .failure(error) }
    }

    private func finding(_ result: Result<WriteOutcome, LumaError>) -> UnknownOutcome.Finding? {
        if case .failure(.unknownOutcome(let outcome)) = result { outcome.finding } else { nil }
    }

    /// The change that was sent, the event as it is read back, and what follows: nil is success.
    nonisolated static let readBacks: [(JSONObject, JSON, UnknownOutcome.Finding?)] = [
        (["name": "New"], ["name": "New"], nil),
        (["name": "New"], ["name": "Old"], .unchanged),
        (["start_at": "2026-07-01T18:00+02:00"], ["start_at": "2026-07-01T16:00:00.000Z"], nil),
        (["start_at": "2026-07-01T18:00+02:00"], ["start_at": "2026-07-01T18:00:00.000Z"], .unchanged),
        (["max_capacity": 10], ["max_capacity": 10.0], nil),
        (["max_capacity": nil], ["max_capacity": nil], nil),
        (["max_capacity": nil], ["max_capacity": 5], .unchanged),
        (["max_capacity": nil], [:], .notSettled),
        (["name": "New", "suppress_notifications": true], ["name": "New"], nil),
        (["suppress_notifications": true], ["name": "New"], .notSettled),
        (["name": "New", "reminders_disabled": true], ["name": "New"], .notSettled),
        (["name": "New", "reminders_disabled": true], ["name": "Old"], .unchanged),
        (["description_md": "**b**"], ["description_md": "**b**"], nil),
        (["description_md": "**b**"], ["description_md": "__b__"], .notSettled),
        (["name": "New"], "text", .notSettled),
    ]

    @Test(arguments: readBacks.indices) func anUpdateIsReadBackAndNeverRepeated(index: Int) async {
        let (changes, event, expected) = Self.readBacks[index]
        let fixture = Fixture([.lost(.timeout), .json(200, event)])
        let result = await update(fixture, changes)
        #expect(finding(result) == expected)
        #expect((try? result.get())?.wasSettled == (expected == nil ? true : nil))
        #expect(fixture.transport.count("/events/update") == 1)
    }

    @Test func anUpdateThatShowsLateIsFoundByTheSecondLook() async {
        let fixture = Fixture([.lost(.timeout), .json(200, ["name": "Old"]), .json(200, ["name": "New"])])
        #expect((try? await update(fixture, ["name": "New"]).get())?.wasSettled == true)
    }

    @Test func aTicketTypeIsReadBackFromTheListOfItsEvent() async throws {
        let list: JSON = [
            "entries": [["id": "ttype-1", "require_approval": false], ["id": "ttype-2", "require_approval": true]]
        ]
        for (id, works) in [("ttype-1", false), ("ttype-2", true), ("ttype-3", false)] {
            let fixture = Fixture([.status(502), .json(200, list)])
            let error = await failure {
                _ = try await fixture.client.updateTicketType(
                    id, of: "evt-1", ["require_approval": true], deadline: fixture.deadline(), context: fixture.context)
            }
            #expect((error == nil) == works)
            #expect(fixture.transport.count("/ticket-types/update") == 1)
            #expect(
                fixture.transport.lines.last == "GET /v1/events/ticket-types/list?event_id=evt-1&include_hidden=true")
        }
    }

    /// Luma answers for a cancelled event as for one that the key does not see.
    @Test(arguments: [
        ScriptedTransport.Answer.json(404, ["message": "Event not found."]),
        .json(403, ["message": "You don't have access to this event.", "code": nil]),
    ])
    func aCancelledEventIsGone(answer: ScriptedTransport.Answer) async {
        let fixture = Fixture([.lost(.connectionLost), answer])
        #expect((try? await cancel(fixture).get())?.wasSettled == true)
        #expect(fixture.transport.lines == ["POST /v1/events/cancel", "GET /v1/events/get?event_id=evt-1"])
    }

    /// A page of something in between says nothing about the event, and neither does another refusal of Luma's.
    @Test(arguments: [
        ScriptedTransport.Answer.success(OutboundResponse(status: 404, body: Array("<html>".utf8))),
        .success(OutboundResponse(status: 403, body: Array("You don't have access to this event.".utf8))),
        .json(403, ["message": "Your calendar must have an active Luma Plus plan to make API requests."]),
        .json(403, ["message": "You don't have manage access to this event."]),
        .json(403, ["message": "Forbidden"]), .json(401, ["message": "You are not signed in."]),
    ])
    func aMadeUpAbsenceIsNoCancel(page: ScriptedTransport.Answer) async {
        let fixture = Fixture([.lost(.connectionLost), page])
        #expect(finding(await cancel(fixture)) == .notSettled)
        #expect(fixture.transport.count("/events/get") == 2)
    }

    /// Luma answers a change with an object; a login page with a good status has changed nothing.
    @Test(arguments: ["<html>Sign in</html>", "", "[]", "{"]) func aMadeUpSuccessIsLookedAt(body: String) async {
        let page = ScriptedTransport.Answer.success(OutboundResponse(status: 200, body: Array(body.utf8)))
        let old = Fixture([page, .json(200, ["name": "Old"])])
        #expect(finding(await update(old, ["name": "New"])) == .unchanged)
        let new = Fixture([page, .json(200, ["name": "New"])])
        #expect((try? await update(new, ["name": "New"]).get())?.wasSettled == true)
        let there = Fixture([page, .json(200, ["id": "evt-1"])])
        #expect(finding(await cancel(there)) == .unchanged)
    }

    @Test func anEventThatIsStillThereIsNotCancelledAgain() async {
        let fixture = Fixture([.lost(.connectionLost), .json(200, ["id": "evt-1"])])
        #expect(finding(await cancel(fixture)) == .unchanged)
        #expect(fixture.transport.count("/events/cancel") == 1)
        #expect(fixture.transport.count("/events/get") == 2)
    }

    @Test func aCancellationThatShowsLateIsFoundByTheSecondLook() async {
        let fixture = Fixture([.status(504), .json(200, ["id": "evt-1"]), .json(404, ["message": "Not found."])])
        #expect((try? await cancel(fixture).get())?.wasSettled == true)
        #expect(fixture.transport.count("/events/cancel") == 1)
    }

    @Test func aRefusedCancellationIsARefusal() async {
        let fixture = Fixture([.json(400, ["message": "Token expired"])])
        #expect(await cancel(fixture) == .failure(.refused(status: 400, LumaMessage(message: "Token expired"))))
        #expect(fixture.transport.requests.count == 1)
    }

    @Test func aCallerThatGoesAwayWhileWeLookIsToldSo() async {
        let clock = ManualClock()
        let fixture = Fixture(clock: clock, ScriptedTransport([.lost(.timeout), .json(200, ["name": "Old"])]))
        let task = Task { @MainActor in await update(fixture, ["name": "New"]) }
        await clock.advance(seconds: 1)
        #expect(clock.sleepers == 1)
        task.cancel()
        #expect(await task.value == .failure(.cancelled))
        #expect(fixture.transport.count("/events/update") == 1)
    }

    /// Whatever mix of failures Luma plays, no create is sent after one that Luma may have seen.
    @Test(arguments: 0..<200) func aStormOfFailuresNeverLeadsToASecondCreate(seed: Int) async {
        var random = SeededGenerator(seed: UInt64(seed))
        let clock = ManualClock(isAutomatic: true)
        var made = 0
        var mayHaveSeen = 0
        let transport = ScriptedTransport { request, _ in
            clock.pass(seconds: Double.random(in: 0...3, using: &random))
            guard request.method == .post else {
                return Bool.random(using: &random)
                    ? UnknownCreateTests.page((0..<made).map { UnknownCreateTests.entry("evt-\($0)", created: 100) })
                    : .status(500)
            }
            switch Int.random(in: 0..<6, using: &random) {
            case 0: return .lost(.connectionRefused, neverSent: true)
            case 1: return .status(429, [Field("retry-after", "1")])
            case 2:
                mayHaveSeen += 1
                return .status(502)
            case 3:
                mayHaveSeen += 1
                made += 1
                return .lost(.timeout)
            case 4:
                mayHaveSeen += 1
                made += 1
                return .json(200, [:])
            default:
                mayHaveSeen += 1
                made += 1
                return .json(200, ["id": .string("evt-\(made - 1)")])
            }
        }
        let fixture = Fixture(clock: clock, transport)
        var id: String?
        let error = await failure {
            id = try await fixture.client.createEvent(
                UnknownCreateTests.body, deadline: fixture.deadline(), context: fixture.context
            ).id
        }
        #expect(mayHaveSeen <= 1)
        #expect(made <= 1)
        if let id { #expect(id == "evt-0" && made == 1) }
        if error == nil { #expect(id != nil) }
        #expect(fixture.account.budget.snapshot(now: clock.now).inFlight == 0)
    }
}
