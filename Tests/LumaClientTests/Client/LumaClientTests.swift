import Core
import HTTP
import LumaAPI
import LumaClient
import TestKit
import Testing

@MainActor @Suite struct LumaClientTests {
    @Test func aGetCarriesKeyCalendarAndEncodedQuery() async throws {
        let fixture = Fixture(ScriptedTransport([.json(200, ["id": "evt-1"])]), calendar: "cal-1")
        _ = try await fixture.client.getEvent("evt 1&x=é", deadline: fixture.deadline(), context: fixture.context)
        let request = try #require(fixture.transport.requests.first)
        #expect(request.url == "https://luma.test/v1/events/get?event_id=evt%201%26x%3D%C3%A9")
        #expect(request.fields.contains(Field("x-luma-api-key", Fixture.key)))
        #expect(request.fields.contains(Field("x-luma-calendar-id", "cal-1")))
        #expect(request.fields.contains(Field("accept", "application/json")))
        #expect(!request.fields.contains { $0.name == "content-type" })
        #expect(request.body.isEmpty)
    }

    @Test func aPostCarriesItsBody() async throws {
        let fixture = Fixture([.json(200, [:])])
        _ = try await fixture.client.updateEvent(
            "evt-1", ["name": "New"], deadline: fixture.deadline(), context: fixture.context)
        let request = try #require(fixture.transport.requests.first)
        #expect(request.method == .post)
        #expect(request.fields.contains(Field("content-type", "application/json")))
        #expect(!request.fields.contains { $0.name == "x-luma-calendar-id" })
        #expect(String(decoding: request.body, as: UTF8.self) == #"{"event_id":"evt-1","name":"New"}"#)
    }

    @Test func theAnswerPassesUntouched() async throws {
        let body = Array(#"{ "b":1.0,  "a":[ ] }"#.utf8)
        let fixture = Fixture([.success(OutboundResponse(status: 200, body: body))])
        let answer = try await fixture.client.getEvent("evt-1", deadline: fixture.deadline(), context: fixture.context)
        #expect(answer.body == body)
    }

    /// A page of HTML with status 200, from something between us and Luma, is no sign that Luma is well.
    @Test(arguments: ["", "<html>", "[]", "null", "{\"id\":1"])
    func aGetThatIsNotAnsweredWithAnObjectHasFailed(_ body: String) async {
        let fixture = Fixture([.success(OutboundResponse(status: 200, body: Array(body.utf8)))])
        let error = await failure {
            _ = try await fixture.client.getSelf(deadline: fixture.deadline(), context: fixture.context)
        }
        #expect(error == .malformedAnswer)
        #expect(fixture.account.reachability.last == .failing(cause: "malformed_answer"))
    }

    @Test func aGetIsRepeatedAndCounted() async throws {
        let fixture = Fixture([.lost(.connectionLost), .status(502), .json(200, ["id": "evt-1"])])
        _ = try await fixture.client.getEvent("evt-1", deadline: fixture.deadline(), context: fixture.context)
        #expect(fixture.context.upstreamCalls == 3)
        #expect(fixture.context.retries == 2)
        #expect(fixture.clock.slept.count == 2)
        #expect(fixture.account.reachability.last == .reachable)
    }

    @Test func aGetGivesUpAfterItsRetries() async {
        let fixture = Fixture([.status(500)])
        let error = await failure {
            _ = try await fixture.client.getEvent("evt-1", deadline: fixture.deadline(), context: fixture.context)
        }
        #expect(error == .upstreamFailure(status: 500))
        #expect(fixture.transport.requests.count == 4)
        #expect(fixture.account.reachability.failures == 4)
        #expect(fixture.account.reachability.last == .failing(cause: "upstream_failure"))
    }

    @Test(arguments: [
        (TransportError.Cause.connectionRefused, LumaError.unreachable(.connectionRefused)),
        (.nameNotResolved, .unreachable(.nameNotResolved)), (.tlsFailed, .unreachable(.tlsFailed)),
        (.timeout, .timedOut), (.responseTooLarge, .tooLarge), (.malformedResponse, .malformedAnswer),
        (.cancelled, .cancelled),
    ])
    func transportErrorsHaveTheirNames(cause: TransportError.Cause, expected: LumaError) async {
        let fixture = Fixture([.lost(cause)])
        let error = await failure {
            _ = try await fixture.client.getSelf(deadline: fixture.deadline(), context: fixture.context)
        }
        #expect(error == expected)
    }

    nonisolated static let denied: JSON = ["message": "You don't have access to this event.", "code": nil]
    nonisolated static let planless: JSON = [
        "message": "Your calendar must have an active Luma Plus plan to make API requests.", "code": nil,
    ]
    nonisolated static let refusals: [(String, Int, JSON, LumaError)] = [
        (
            "events/get", 401, ["message": "You are not signed in.", "code": nil],
            .authenticationRefused(status: 401, LumaMessage(message: "You are not signed in."))
        ),
        (
            "events/get", 400, ["message": "Please provide an API key.", "code": nil],
            .authenticationRefused(status: 400, LumaMessage(message: "Please provide an API key."))
        ),
        (
            "events/get", 400, ["message": "Bad id", "code": "invalid"],
            .refused(status: 400, LumaMessage(message: "Bad id", code: "invalid"))
        ),
        ("events/get", 403, ["message": "No access"], .refused(status: 403, LumaMessage(message: "No access"))),
        ("events/get", 403, denied, .eventNotAccessible(LumaMessage(message: "You don't have access to this event."))),
        (
            "events/cancel/request", 403, ["message": "You don\u{2019}t have access to this event"],
            .eventNotAccessible(LumaMessage(message: "You don\u{2019}t have access to this event"))
        ),
        (
            "events/get", 403, ["message": "You don't have manage access to this event."],
            .refused(status: 403, LumaMessage(message: "You don't have manage access to this event."))
        ),
        ("events/get", 403, planless, .planRequired(LumaMessage(message: planless["message"]?.stringValue))),
        ("users/get-self", 403, planless, .planRequired(LumaMessage(message: planless["message"]?.stringValue))),
        ("events/create", 403, planless, .planRequired(LumaMessage(message: planless["message"]?.stringValue))),
        (
            "users/get-self", 403, ["message": "No access"],
            .authenticationRefused(status: 403, LumaMessage(message: "No access"))
        ),
        (
            "calendars/events/list", 403, ["message": "No access"],
            .authenticationRefused(status: 403, LumaMessage(message: "No access"))
        ),
        ("events/get", 404, ["message": "Unknown"], .notFound(LumaMessage(message: "Unknown"))),
        ("events/get", 404, [:], .upstreamFailure(status: 404)),
        ("events/get", 403, [:], .upstreamFailure(status: 403)),
        ("events/get", 400, ["error": "bad request"], .upstreamFailure(status: 400)),
        ("events/cancel/request", 404, [:], .upstreamFailure(status: 404)),
        ("users/get-self", 403, [:], .upstreamFailure(status: 403)),
        ("users/get-self", 404, [:], .upstreamFailure(status: 404)),
        ("events/create", 422, ["message": "no"], .refused(status: 422, LumaMessage(message: "no"))),
        ("users/get-self", 301, [:], .upstreamFailure(status: 301)),
        ("users/get-self", 501, [:], .upstreamFailure(status: 501)),
    ]

    @Test(arguments: refusals.indices) func refusalsSayWhoIsToBlame(index: Int) async throws {
        let (name, status, body, expected) = Self.refusals[index]
        let operation = try #require(Catalog[name])
        let fixture = Fixture([.json(status, body)])
        let error = await failure {
            if operation.isWrite {
                _ = try await fixture.client.write(
                    operation, [:], deadline: fixture.deadline(), context: fixture.context)
            } else {
                _ = try await fixture.client.read(
                    operation, [:], deadline: fixture.deadline(), context: fixture.context)
            }
        }
        #expect(error == expected)
        #expect(fixture.transport.requests.count == 1)
    }

    @Test func wordsOfLumaAreBounded() async {
        let body = "{\"message\":\"\(String(repeating: "x", count: 9000))\"}"
        let fixture = Fixture([.success(OutboundResponse(status: 409, body: Array(body.utf8)))])
        let error = await failure {
            _ = try await fixture.client.getEvent("evt-1", deadline: fixture.deadline(), context: fixture.context)
        }
        guard case .refused(409, let message) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(message.message?.count == 500)
    }

    @Test func a429IsWaitedOutWhenThereIsTime() async throws {
        let fixture = Fixture([.status(429, [Field("retry-after", "8")]), .json(200, [:])])
        _ = try await fixture.client.getSelf(deadline: fixture.deadline(), context: fixture.context)
        #expect(fixture.clock.slept.reduce(0, +) >= 8)
        #expect(fixture.context.retries == 1)
    }

    @Test(arguments: [(20.0, 60.0, "30"), (100, 25, "30"), (20, 60, "")])
    func a429ThatLastsTooLongIsToldAtOnce(maxWait: Double, deadline: Double, retryAfter: String) async {
        let fixture = Fixture(
            [.status(429, retryAfter.isEmpty ? [] : [Field("retry-after", retryAfter)])], maxWait: maxWait)
        let start = fixture.clock.now
        let error = await failure {
            _ = try await fixture.client.getSelf(deadline: fixture.deadline(deadline), context: fixture.context)
        }
        let seconds = retryAfter.isEmpty ? 59...60 : 31...31
        guard case .rateLimited(let told) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(seconds.contains(told))
        #expect(fixture.clock.now.seconds(since: start) < 1)
        #expect(fixture.transport.requests.count == 1)
        // Everybody else is refused without a call, by the same account.
        let other = await failure {
            _ = try await fixture.client.getSelf(deadline: fixture.deadline(deadline), context: fixture.context)
        }
        #expect(other == .budgetExhausted(retryAfterSeconds: told))
        #expect(fixture.transport.requests.count == 1)
    }

    @Test func everyAttemptHasItsOwnTimeAndNoneOutlivesTheDeadline() async throws {
        let fixture = Fixture([.json(200, [:])])
        let start = fixture.clock.now
        _ = try await fixture.client.getSelf(deadline: fixture.deadline(100), context: fixture.context)
        _ = try await fixture.client.getSelf(deadline: fixture.deadline(10), context: fixture.context)
        _ = try await fixture.client.updateEvent(
            "evt-1", ["name": "x"], deadline: fixture.deadline(12), context: fixture.context)
        let limits = fixture.transport.requests.map { $0.deadline.seconds(since: start) }
        #expect(limits == [30, 10, 8])  // a write leaves time to look for its effect
    }

    @Test func aWriteIsNotBegunWhenItsTimeIsNearlyOver() async {
        let fixture = Fixture([.json(200, [:])])
        let error = await failure {
            _ = try await fixture.client.updateEvent(
                "evt-1", ["name": "x"], deadline: fixture.deadline(0.4), context: fixture.context)
        }
        #expect(error == .timedOut)
        #expect(fixture.transport.requests.isEmpty)
        #expect(fixture.account.budget.snapshot(now: fixture.clock.now).inFlight == 0)
    }

    @Test func nothingInAnErrorHoldsTheKey() async {
        let fixture = Fixture([.json(401, ["message": "no"])])
        let error = await failure {
            _ = try await fixture.client.getSelf(deadline: fixture.deadline(), context: fixture.context)
        }
        #expect(!String(reflecting: error).contains(Fixture.key))
        #expect(!String(reflecting: fixture.client.settings).contains(Fixture.key))
    }
}
