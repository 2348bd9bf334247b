import Core
import HTTP
import LumaClient
import TestKit
import Testing

/// A create whose answer is lost, and what its settlement finds.
@MainActor @Suite struct UnknownCreateTests {
    nonisolated static let body: JSONObject = [
        "name": "Meetup", "start_at": "2026-07-01T18:00:00+02:00", "timezone": "Europe/Berlin",
    ]

    /// An entry of the list; `created` in seconds after the clock's first instant.
    nonisolated static func entry(
        _ id: String, name: String = "Meetup", start: String = "2026-07-01T16:00:00.000Z", created: Double = 1
    ) -> JSON {
        let wall = Timestamp(milliseconds: 1_780_000_000_000 + Int64(created * 1000))
        return [
            "id": .string(id), "name": .string(name), "start_at": .string(start), "created_at": .string(wall.rfc3339),
        ]
    }

    nonisolated static func page(_ entries: [JSON], next: String? = nil) -> ScriptedTransport.Answer {
        var page: JSONObject = ["entries": .array(entries), "has_more": .bool(next != nil)]
        if let next { page["next_cursor"] = .string(next) }
        return .json(200, .object(page), [Field("date", Timestamp(milliseconds: 1_780_000_002_000).httpDate)])
    }

    private func create(_ fixture: Fixture, deadline: Double = 60) async -> Result<CreatedEvent, LumaError> {
        do throws(LumaError) {
            return .success(
                try await fixture.client.createEvent(
                    Self.body, deadline: fixture.deadline(deadline), context: fixture.context))
        } catch { return .failure(error) }
    }

    private func unknown(
        _ finding: UnknownOutcome.Finding, cause: String = "timeout", _ candidates: [String] = []
    ) -> Result<CreatedEvent, LumaError> {
        .failure(
            .unknownOutcome(
                UnknownOutcome(operation: "events/create", cause: cause, finding: finding, candidates: candidates)))
    }

    nonisolated static let lostAnswers: [ScriptedTransport.Answer] = [
        .lost(.timeout), .lost(.connectionLost), .lost(.malformedResponse), .lost(.responseTooLarge), .lost(.other),
        .status(500), .status(502), .status(503), .status(504),
        // A proxy's, whatever it promises.
        .status(503, [Field("retry-after", "2")]), .status(408), .status(425), .json(200, [:]), .json(200, ["id": ""]),
        .success(OutboundResponse(status: 200, body: Array("<html>".utf8))),
        // Refusals that are not in Luma's words.
        .success(OutboundResponse(status: 404, body: Array("<html>".utf8))), .json(409, ["error": "conflict"]),
        .status(403), .status(303),
    ]

    @Test(arguments: lostAnswers.indices) func afterALostAnswerTheEventIsFoundAndNoSecondCreateSent(index: Int) async {
        let fixture = Fixture([Self.lostAnswers[index], Self.page([Self.entry("evt-1")])])
        let result = await create(fixture)
        guard case .success(let event) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(event.id == "evt-1" && event.wasSettled)
        #expect(fixture.transport.count("/events/create") == 1)
        #expect(
            fixture.transport.lines.last
                == "GET /v1/calendars/events/list?after=2026-07-01T15:54:59.999Z&before=2026-07-01T16:05:00.001Z"
                + "&pagination_limit=50")
    }

    @Test(arguments: lostAnswers.indices) func whenNothingIsFoundTheOutcomeIsUnknownAndNoSecondCreateSent(
        index: Int
    ) async {
        let fixture = Fixture([Self.lostAnswers[index], Self.page([])])
        guard case .failure(.unknownOutcome(let outcome)) = await create(fixture) else {
            Issue.record("settled out of nothing")
            return
        }
        #expect(outcome.finding == .notFound)
        #expect(fixture.transport.count("/events/create") == 1)
        #expect(fixture.transport.count("/calendars/events/list") == 2)
        #expect(fixture.clock.slept == [2])
    }

    @Test(arguments: [
        ScriptedTransport.Answer.lost(.connectionRefused, neverSent: true), .status(429, [Field("retry-after", "2")]),
    ])
    func aCreateThatLumaNeverSawIsSentAgain(answer: ScriptedTransport.Answer) async {
        let fixture = Fixture([answer, .json(200, ["id": "evt-7"])])
        guard case .success(let event) = await create(fixture) else {
            Issue.record("not created")
            return
        }
        #expect(event.id == "evt-7" && !event.wasSettled)
        #expect(fixture.transport.lines == ["POST /v1/events/create", "POST /v1/events/create"])
    }

    @Test func aCreateThatIsLostAfterARetryIsLookedForToo() async {
        let fixture = Fixture([
            .lost(.connectionRefused, neverSent: true), .lost(.timeout), Self.page([Self.entry("evt-1")]),
        ])
        guard case .success(let event) = await create(fixture) else {
            Issue.record("not settled")
            return
        }
        #expect(event.id == "evt-1")
        #expect(fixture.transport.count("/events/create") == 2)
    }

    @Test func theSecondLookFindsWhatTheListShowedLate() async {
        let fixture = Fixture([.lost(.timeout), Self.page([]), Self.page([Self.entry("evt-1")])])
        #expect((try? await create(fixture).get())?.id == "evt-1")
        #expect(fixture.context.upstreamCalls == 3)
    }

    /// The wall clock is set between Luma's last answer and the create, or was wrong from the start: the create must not
    /// seem to be younger than its event.
    @Test(arguments: [true, false]) func aWallClockThatIsAheadHidesNoEvent(wasRightBefore: Bool) async {
        let clock = ManualClock(isAutomatic: true)
        let date = Field("date", Timestamp(milliseconds: 1_780_000_000_000).httpDate)
        let list = Self.page([Self.entry("evt-1")])
        guard case .success(var found) = list else { return }
        found.fields = [date]
        let first = ScriptedTransport.Answer.json(200, ["id": "usr-1"], [date])
        let fixture = Fixture(
            clock: clock,
            ScriptedTransport((wasRightBefore ? [first] : []) + [.lost(.timeout), .success(found)]))
        if wasRightBefore {
            _ = try? await fixture.client.getSelf(deadline: fixture.deadline(), context: fixture.context)
        }
        clock.setWallClock(ahead: 3600)
        #expect((try? await create(fixture).get())?.id == "evt-1")
    }

    @Test func aLookThatFailsIsNotTheLast() async {
        let fixture = Fixture([
            .lost(.timeout), .json(403, [:]), Self.page([Self.entry("evt-1")]),
        ])
        #expect((try? await create(fixture).get())?.id == "evt-1")
    }

    @Test func allPagesAreRead() async {
        let others = (0..<3).map { Self.entry("evt-x\($0)", name: "Other") }
        let fixture = Fixture([
            .lost(.timeout), Self.page(others, next: "c1"), Self.page([Self.entry("evt-1")], next: "c2"),
            Self.page(others),
        ])
        #expect((try? await create(fixture).get())?.id == "evt-1")
        #expect(fixture.transport.lines.suffix(2).allSatisfy { $0.contains("pagination_cursor=c") })
    }

    @Test(arguments: [
        entry("evt-1", start: "tomorrow"), entry("evt-1", created: -20), "text", ["name": "Meetup"],
        entry("evt-1", name: "Other", created: -20), entry("evt-1", start: "2026-07-01T16:05:00.001Z"),
    ])
    func whatDoesNotFitIsNotTaken(entry: JSON) async {
        let fixture = Fixture([.lost(.timeout), Self.page([entry])])
        #expect(await create(fixture) == unknown(.notFound))
        #expect(fixture.transport.count("/events/create") == 1)
    }

    /// Luma may put a name's white space in order. What may fit is neither taken nor passed over.
    @Test func aNameThatDiffersInWhiteSpaceLeavesADoubt() async {
        for name in ["Meetup ", " Meetup", "Meetup\n"] {
            let fixture = Fixture([.lost(.timeout), Self.page([Self.entry("evt-1", name: name)])])
            #expect(await create(fixture) == unknown(.ambiguous, ["evt-1"]))
        }
        let exact = Fixture([.lost(.timeout), Self.page([Self.entry("e", name: "Meetup "), Self.entry("evt-1")])])
        #expect((try? await create(exact).get())?.id == "evt-1")
    }

    /// Not to be seen on the pages that were read proves nothing.
    @Test(arguments: [true, false]) func aListWithoutAnEndProvesNothing(isRepeated: Bool) async {
        var number = 0
        let transport = ScriptedTransport { request, _ in
            if request.method == .post { return .lost(.timeout) }
            number += 1
            return Self.page([Self.entry("evt-x", name: "Other")], next: isRepeated ? "c" : "c\(number)")
        }
        #expect(await create(Fixture(transport)) == unknown(isRepeated ? .notSettled : .ambiguous))
        // A list that is too long is not read twice: no later look would see more.
        #expect(number == (isRepeated ? 4 : 10))
    }

    @Test func severalThatFitAreNamed() async {
        let fixture = Fixture([.lost(.timeout), Self.page([Self.entry("evt-1"), Self.entry("evt-2")])])
        #expect(await create(fixture) == unknown(.ambiguous, ["evt-1", "evt-2"]))
    }

    @Test func anEventThatAnotherRequestWasAnsweredWithIsNotTaken() async {
        let fixture = Fixture([.json(200, ["id": "evt-1"]), .lost(.timeout), Self.page([Self.entry("evt-1")])])
        #expect((try? await create(fixture).get())?.id == "evt-1")
        #expect(await create(fixture) == unknown(.notFound))
    }

    @Test func nothingIsSettledWhenLookingFails() async {
        let fixture = Fixture([.lost(.timeout), .json(401, ["message": "no"])])
        #expect(await create(fixture) == unknown(.notSettled))
    }

    @Test func theSecondLookIsLeftOutWhenTheDeadlineIsNear() async {
        let clock = ManualClock(isAutomatic: true)
        let transport = ScriptedTransport { request, index in
            if index == 0 {
                clock.pass(seconds: request.deadline.seconds(since: clock.now))
                return .lost(.timeout)
            }
            clock.pass(seconds: 1)
            return Self.page([])
        }
        let fixture = Fixture(clock: clock, transport)
        let start = clock.now
        #expect(await create(fixture, deadline: 6) == unknown(.notFound))
        #expect(clock.now.seconds(since: start) <= 6)
        #expect(transport.lines.count == 2)
    }

    @Test func ageIsToldByLumasClock() async {
        // Luma's clock is a thousand seconds ahead of ours: an event from 20 seconds before the create looks new here.
        let ahead = Field("date", Timestamp(milliseconds: 1_780_001_000_000).httpDate)
        guard
            case .success(var found) = Self.page([
                Self.entry("evt-old", created: 980), Self.entry("evt-new", created: 1001),
            ])
        else { return }
        found.fields = [ahead]
        let fixture = Fixture([.json(200, [:], [ahead]), .lost(.timeout), .success(found)])
        _ = try? await fixture.client.getSelf(deadline: fixture.deadline(), context: fixture.context)
        #expect((try? await create(fixture).get())?.id == "evt-new")
    }

    /// Three equal creates at once; one answer arrives late. Whatever is found meanwhile may belong to that one.
    @Test func equalCreatesNeverShareAnEvent() async {
        let clock = ManualClock()
        let transport = ScriptedTransport { request, index in
            guard request.method == .post else {
                return Self.page(["evt-1", "evt-2"].map { Self.entry($0) })
            }
            if index == 0 {
                try? await clock.sleep(until: at(1))
                return .json(200, ["id": "evt-1"])
            }
            return .lost(.timeout)
        }
        let fixture = Fixture(clock: clock, transport)
        let tasks = (0..<3).map { _ in Task { @MainActor in await create(fixture) } }
        await clock.advance(seconds: 30)
        var ids: [String] = []
        var unknowns = 0
        for task in tasks {
            switch await task.value {
            case .success(let event): ids.append(event.id)
            case .failure: unknowns += 1
            }
        }
        #expect(ids.sorted() == ["evt-1", "evt-2"])
        #expect(unknowns == 1)
        #expect(transport.count("/events/create") == 3)
    }
}
