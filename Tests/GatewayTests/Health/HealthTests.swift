import Core
import GatewayAPI
import HTTP
import IO
import LumaClient
import Store
import TestKit
import Testing

@testable import Gateway

/// What `/health` answers, and when the background check asks.
@MainActor @Suite struct HealthTests {
    private let clock = ManualClock()
    private let account = LumaAccount(BudgetSettings())
    private let firstCheck = Milestone()

    private func client(_ transport: ScriptedTransport) -> LumaClient {
        LumaClient(
            settings: .init(baseURL: "https://luma.test", apiKey: Secret("key"), retry: RetryPolicy(maxRetries: 0)),
            account: account, transport: transport, time: clock, random: SeededGenerator(seed: 1))
    }

    private func health(
        store: any StateStore = SQLiteStateStore(.memory)
    ) throws -> (status: Int, body: JSON) {
        let answer = HealthAnswer(
            account: account, mode: "luma", started: clock.wallClock, store: store, firstCheck: firstCheck, clock: clock
        )
        let response: Response
        do throws(APIError) { response = try answer.answer() } catch {
            return (error.status, error.body(requestID: "r"))
        }
        return (response.status, try JSON.parse(response.body))
    }

    // MARK: The answer

    @Test func beforeTheFirstAnswerItIsStarting() throws {
        let (status, body) = try health()
        #expect(status == 503)
        #expect(body["reason"] == "starting")
        #expect(body["details"]?["status"] == "unhealthy")
        #expect(body["details"]?["checked_at"]?.stringValue == clock.wallClock.rfc3339)
    }

    /// The last program has left a closed budget, so that the first check is not sent.
    @Test func whenTheFirstCheckBroughtNoNewsItSaysWhy() async throws {
        guard
            case .proceed(let grant) = account.budget.reserve(
                .get, now: clock.now, maxWait: 0, deadline: .init(nanoseconds: .max))
        else {
            Issue.record("no room in a new budget")
            return
        }
        var fields = RateLimitFields()
        fields.retryAfter = 30
        account.budget.settle(grant, .answered(status: 429, fields), now: clock.now)
        let transport = ScriptedTransport([.json(200, ["id": "usr-1"])])
        await monitoring(client(transport)) {
            #expect((try? health().body["reason"]) == "not_asked")
            let words = (try? health().body["error"]?.stringValue) ?? ""
            #expect(
                words
                    == "Luma has not been contacted since startup: the first check could not be sent: the budget is closed for 31 s"
            )
            #expect(transport.requests.isEmpty)
            for _ in 0..<20 where (try? health().status) != 200 { await clock.advance(seconds: 10) }
            #expect((try? health().status) == 200)
            #expect(transport.requests.count == 1)
        }
    }

    @Test func aStoreThatCannotBeUsedIsToldAndIsNoReasonToStopServing() async throws {
        let store = SQLiteStateStore(.folder("/proc/nowhere"))
        for _ in 0..<1000 where store.condition == .opening { try await Task.sleep(for: .milliseconds(5)) }
        let told: JSON = ["status": "unusable", "cause": "cannot_open"]
        #expect(try health(store: store).body["details"]?["store"] == told)
        let luma = client(ScriptedTransport([.json(200, ["id": "usr-1"])]))
        _ = try await luma.getSelf(deadline: clock.now.advanced(seconds: 9), context: CallContext())
        let (status, body) = try health(store: store)
        #expect(status == 200)
        #expect(body["status"] == "degraded")
        #expect(body["store"] == told)
        store.close()
    }

    nonisolated static let answers: [(answer: ScriptedTransport.Answer, reason: String, cause: String)] = [
        (.status(401), "upstream_auth", "authentication_refused"),
        (.json(403, ["message": "You may not."]), "upstream_auth", "authentication_refused"),
        (
            .json(403, ["message": "Your calendar must have an active Luma Plus plan to make API requests."]),
            "upstream_plan_required", "plan_required"
        ),
        (.status(403), "upstream_failure", "upstream_failure"), (.status(404), "upstream_failure", "upstream_failure"),
        (.status(500), "upstream_failure", "upstream_failure"),
        (.lost(.timeout), "upstream_timeout", "timeout"),
        (.lost(.malformedResponse), "upstream_failure", "malformed_answer"),
        (.lost(.connectionRefused, neverSent: true), "upstream_unreachable", "connection_refused"),
        (.lost(.nameNotResolved, neverSent: true), "upstream_unreachable", "name_not_resolved"),
        (.lost(.tlsFailed, neverSent: true), "upstream_unreachable", "tls_failed"),
    ]

    @Test(arguments: answers.indices) func aFailureIsNamedAndAnAnswerEndsIt(index: Int) async throws {
        let row = Self.answers[index]
        let luma = client(ScriptedTransport([row.answer, row.answer, .json(200, ["id": "usr-1"])]))
        for _ in 0..<2 { _ = try? await luma.getSelf(deadline: clock.now.advanced(seconds: 9), context: CallContext()) }
        let (status, body) = try health()
        #expect(status == 503)
        #expect(body["code"] == "503")
        #expect(body["reason"]?.stringValue == row.reason)
        #expect(body["details"]?["cause"]?.stringValue == row.cause)
        #expect(body["details"]?["failures"] == 2)
        #expect(body["details"]?["last_success_at"] == nil)
        _ = try await luma.getSelf(deadline: clock.now.advanced(seconds: 9), context: CallContext())
        #expect(try health().status == 200)
        #expect(try health().body["status"] == "healthy")
    }

    /// None of them says that Luma or the key is bad.
    @Test(
        arguments: [
            .status(404), .status(400), .status(409), .status(429),
            .json(403, ["message": "You don't have access to this event."]), .json(404, ["message": "Not found."]),
            .json(403, ["message": "Forbidden"]), .lost(.overloaded, neverSent: true),
            .lost(.shuttingDown, neverSent: true), .lost(.responseTooLarge),
        ] as [ScriptedTransport.Answer])
    func whatIsNoFailureOfLumaChangesNothing(answer: ScriptedTransport.Answer) async throws {
        let luma = client(ScriptedTransport([.json(200, ["id": "usr-1"]), answer]))
        for _ in 0..<2 {
            _ = try? await luma.getEvent(
                "evt-1", deadline: clock.now.advanced(seconds: 9), context: CallContext())
        }
        #expect(try health().status == 200)
    }

    // MARK: The monitor

    /// Runs the monitor with an interval of 30 s while `body` moves the clock.
    private func monitoring(
        _ luma: LumaClient, onChange: @escaping (Reachability.Outcome) -> Void = { _ in }, _ body: () async -> Void
    ) async {
        let monitor = HealthMonitor(luma: luma, clock: clock, interval: 30, firstCheck: firstCheck, onChange: onChange)
        let task = Task { @MainActor in await monitor.run() }
        await clock.advance(seconds: 0)
        await body()
        task.cancel()
        await task.value
    }

    @Test func itChecksAtTheStartAndThenOnceAnInterval() async {
        let transport = ScriptedTransport([.json(200, ["id": "usr-1"])])
        await monitoring(client(transport)) {
            #expect(transport.requests.count == 1)
            await clock.advance(seconds: 29)
            #expect(transport.requests.count == 1)
            await clock.advance(seconds: 2)
            #expect(transport.requests.count == 2)
            await clock.advance(seconds: 300)
            #expect(transport.requests.count == 12)
        }
    }

    @Test func trafficSparesTheCheckAndItsAgeIsNeverMoreThanAnInterval() async throws {
        let transport = ScriptedTransport([.json(200, ["id": "usr-1"])])
        let luma = client(transport)
        await monitoring(luma) {
            await clock.advance(seconds: 20)
            _ = try? await luma.getEvent("evt-1", deadline: clock.now.advanced(seconds: 9), context: CallContext())
            #expect(transport.requests.count == 2)
            await clock.advance(seconds: 29)
            #expect(transport.requests.count == 2)
            await clock.advance(seconds: 2)
            #expect(transport.requests.count == 3)
        }
    }

    @Test func recoveryIsLookedForSooner() async throws {
        var isUp = false
        let transport = ScriptedTransport { _, _ in isUp ? .json(200, ["id": "usr-1"]) : .status(500) }
        await monitoring(client(transport)) {
            await clock.advance(seconds: 21)
            #expect(transport.requests.count == 5)
            isUp = true
            await clock.advance(seconds: 5)
            #expect((try? health().status) == 200)
            await clock.advance(seconds: 20)
            #expect(transport.requests.count == 6)
        }
    }

    @Test func aFailureOfTrafficIsFollowedUpAtOnceAndToldOnce() async {
        var isUp = true
        let transport = ScriptedTransport { _, _ in isUp ? .json(200, ["id": "usr-1"]) : .status(500) }
        let luma = client(transport)
        var told: [Reachability.Outcome] = []
        let note: (Reachability.Outcome) -> Void = { told.append($0) }
        await monitoring(luma, onChange: note) {
            await clock.advance(seconds: 1)
            isUp = false
            _ = try? await luma.getEvent("evt-1", deadline: clock.now.advanced(seconds: 9), context: CallContext())
            isUp = true
            await clock.advance(seconds: 10)
            #expect((try? health().status) == 200)
        }
        #expect(told == [.reachable, .failing(cause: "upstream_failure"), .reachable])
    }

    @Test func aCheckThatBringsNoNewsIsNotRepeatedAtOnce() async {
        let transport = ScriptedTransport([.status(429, [Field("retry-after", "600")]), .json(200, ["id": "usr-1"])])
        await monitoring(client(transport)) {
            await clock.advance(seconds: 500)
            #expect(transport.requests.count == 1)
            #expect(clock.slept.count < 150)
            await clock.advance(seconds: 120)
            #expect(transport.requests.count == 2)
        }
    }
}
