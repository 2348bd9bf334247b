import Core
import HTTP
import LumaClient
import TestKit
import Testing

/// What an outage costs: nothing is sent, nobody waits.
@MainActor @Suite struct OutageTests {
    /// An upstream that can be switched off.
    private final class Switch {
        var answer = ScriptedTransport.Answer.lost(.connectionRefused, neverSent: true)
    }

    private let switched = Switch()

    private func fixture(retries: Int = 0, timeout: Double = 30) -> Fixture {
        let switched = switched
        let transport = ScriptedTransport { _, _ in switched.answer }
        return Fixture(transport, retries: retries, timeout: timeout)
    }

    private func read(_ fixture: Fixture, within seconds: Double = 60) async -> LumaError? {
        await failure {
            _ = try await fixture.client.getEvent("e", deadline: fixture.deadline(seconds), context: CallContext())
        }
    }

    private func failure(_ body: () async throws -> Void) async -> LumaError? {
        do { try await body() } catch { return error as? LumaError }
        return nil
    }

    @Test func afterSomeFailuresNothingIsSentUntilAProbeSucceeds() async {
        let fixture = fixture()
        for _ in 0..<5 { #expect(await read(fixture) == .unreachable(.connectionRefused)) }
        let before = fixture.clock.now
        for _ in 0..<100 {
            #expect(await read(fixture) == .circuitOpen(retryAfterSeconds: 1, cause: "connection_refused"))
        }
        #expect(fixture.transport.requests.count == 5)
        #expect(fixture.clock.now == before && fixture.clock.slept.isEmpty)
        #expect(fixture.account.budget.snapshot(now: before).inFlight == 0)
        #expect(fixture.account.breaker.state == .open)

        fixture.clock.pass(seconds: 1)
        #expect(await read(fixture) == .unreachable(.connectionRefused))
        #expect(await read(fixture) == .circuitOpen(retryAfterSeconds: 2, cause: "connection_refused"))
        fixture.clock.pass(seconds: 2)
        switched.answer = .json(200, ["id": "e"])
        #expect(await read(fixture) == nil)
        #expect(await read(fixture) == nil)
        #expect(fixture.transport.requests.count == 8)
        #expect(fixture.account.breaker.state == .closed)
    }

    /// The retries of one call count, and end with what was found out, without a wait for what would not be sent.
    @Test func anOpenCircuitEndsTheRetries() async {
        let fixture = fixture(retries: 10)
        #expect(await read(fixture) == .unreachable(.connectionRefused))
        #expect(fixture.transport.requests.count >= 5 && fixture.transport.requests.count < 11)
    }

    @Test func aWriteIsRefusedBeforeAnythingIsSent() async {
        let fixture = fixture()
        for _ in 0..<5 { _ = await read(fixture) }
        let context = CallContext()
        let error = await failure {
            _ = try await fixture.client.createEvent(
                ["name": "Tea", "start_at": "2027-05-01T18:00:00Z", "timezone": "UTC"], deadline: fixture.deadline(),
                context: context)
        }
        #expect(error == .circuitOpen(retryAfterSeconds: 1, cause: "connection_refused"))
        #expect(context.upstreamCalls == 0 && fixture.transport.requests.count == 5)
    }

    @Test(arguments: [400, 401, 403, 404, 429, 499]) func aRefusalIsAnAnswer(status: Int) async {
        let fixture = fixture()
        switched.answer = .json(status, ["message": "no"])
        for _ in 0..<20 { _ = await read(fixture, within: 1) }
        #expect(fixture.account.breaker.state == .closed)
    }

    @Test(arguments: [
        ScriptedTransport.Answer.status(500), .status(502), .status(503), .lost(.timeout), .lost(.connectionLost),
        .lost(.tlsFailed), .lost(.nameNotResolved), .lost(.malformedResponse),
        .success(OutboundResponse(status: 200, body: Array("<html>".utf8))),
    ])
    func troubleAtLumaOpensIt(answer: ScriptedTransport.Answer) async {
        let fixture = fixture()
        switched.answer = answer
        for _ in 0..<5 { _ = await read(fixture) }
        #expect(fixture.account.breaker.state == .open)
    }

    /// One caller's wish for a quick answer must not close the way for everybody, nor make health say that Luma is down.
    @Test func aTimeoutThatTheCallerWantedSaysNothingOfLuma() async {
        let fixture = fixture()
        switched.answer = .lost(.timeout)
        for _ in 0..<50 { #expect(await read(fixture, within: 0.5) == .timedOut) }
        #expect(fixture.account.breaker.state == .closed && fixture.account.reachability.last == nil)
        for _ in 0..<5 { _ = await read(fixture, within: 10) }
        #expect(
            fixture.account.breaker.state == .open && fixture.account.reachability.last == .failing(cause: "timeout"))
    }

    @Test(arguments: [TransportError.Cause.cancelled, .overloaded, .shuttingDown])
    func whatWasGivenUpHereSaysNothing(cause: TransportError.Cause) async {
        let fixture = fixture()
        switched.answer = .lost(cause, neverSent: true)
        for _ in 0..<20 { _ = await read(fixture) }
        #expect(fixture.account.breaker.state == .closed)
    }

    /// The deadline of the caller is the deadline of the transfer.
    @Test func theDeadlineGoesDownToTheTransport() async {
        let fixture = fixture()
        switched.answer = .json(200, ["id": "e"])
        let deadline = fixture.deadline(2.5)
        _ = try? await fixture.client.getEvent("e", deadline: deadline, context: CallContext())
        #expect(fixture.transport.requests.first?.deadline == deadline)
    }
}
