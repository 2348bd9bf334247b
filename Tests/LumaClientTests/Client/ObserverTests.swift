import Core
import HTTP
import LumaClient
import TestKit
import Testing

/// Writes down what it is told.
private final class Notes: CallObserver {
    var attempts: [CallContext.Attempt] = []
    var waits: [Double] = []

    func called(_ attempt: CallContext.Attempt) { attempts.append(attempt) }
    func waited(seconds: Double) { waits.append(seconds) }
}

@Suite struct ObserverTests {
    @Test func everyCallIsToldWithItsOutcome() async throws {
        let fixture = Fixture([.lost(.connectionLost), .status(503), .json(200, ["id": "usr-1"], [Fixture.date])])
        let notes = Notes()
        fixture.client.observer = notes
        #expect(fixture.client.knownClockOffset == nil)
        _ = try await fixture.client.getSelf(deadline: fixture.deadline(), context: fixture.context)
        #expect(notes.attempts.map(\.operation) == ["users/get-self", "users/get-self", "users/get-self"])
        #expect(notes.attempts.map(\.outcome) == ["connection_lost", "503", "200"])
        #expect(notes.attempts.map(\.number) == [0, 1, 2])
        #expect(notes.waits == [])
        #expect(fixture.client.knownClockOffset != nil)
    }

    @Test func aTraceGoesAlongWithEveryCall() async throws {
        let fixture = Fixture([.status(503), .json(200, ["id": "usr-1"])])
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        fixture.context.traceparent = trace
        _ = try await fixture.client.getSelf(deadline: fixture.deadline(), context: fixture.context)
        let fields = fixture.transport.requests.map { $0.fields.filter { $0.name == "traceparent" } }
        #expect(fields == [[Field("traceparent", trace)], [Field("traceparent", trace)]])
        let plain = Fixture([.json(200, ["id": "usr-1"])])
        _ = try await plain.client.getSelf(deadline: plain.deadline(), context: plain.context)
        #expect(!plain.transport.requests[0].fields.contains { $0.name == "traceparent" })
    }
}
