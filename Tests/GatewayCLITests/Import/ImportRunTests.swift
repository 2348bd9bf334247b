import Core
import Foundation
import GatewayAPI
import HTTP
import TestKit
import Testing

@testable import GatewayCLI

/// What a run makes of the answers that it gets, without a socket and without a wait.
@Suite struct ImportRunTests {
    private static let created = Result<OutboundResponse, TransportError>.json(201, ["id": "evt-1"])
    private static let replayed = Result<OutboundResponse, TransportError>.json(
        201, ["id": "evt-1"], [Field("idempotency-replayed", "true")])

    private static func error(
        _ status: Int, _ reason: String, after seconds: String? = nil
    ) -> Result<OutboundResponse, TransportError> {
        .json(
            status, ["error": "e", "reason": .string(reason)], seconds.map { [Field("retry-after", $0)] } ?? [])
    }

    private struct Outcome {
        let counts: ImportProgress.Counts
        let end: ImportRun.End?
        let keys: [String]
        let waited: Double
        let report: [String]
    }

    /// Sends `rows` rows to a script whose last answer stays.
    private func run(_ answers: [Result<OutboundResponse, TransportError>], rows: Int = 1) async throws -> Outcome {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let clock = ManualClock(isAutomatic: true)
        let transport = ScriptedTransport { _, index in answers[min(index, answers.count - 1)] }
        let plan = (1...rows).map {
            ImportPlan.Row(
                number: $0, place: ImportPlace(line: $0), name: "n", path: "/events/", body: Array("{}".utf8),
                key: "k\($0)")
        }
        let start = ImportProgress(total: rows, counts: ImportProgress.Counts(), begun: clock.now)
        let begun = clock.now
        let run = ImportRun(
            plan, start, report: try ImportReport(path: path),
            target: GatewayTarget(base: "http://localhost:1", token: Secret("t")), clock: clock
        ) { request throws(TransportError) in
            // Every answer takes a moment.
            clock.pass(seconds: 0.01)
            return try await transport.send(request)
        }
        await run.work()
        let keys = transport.requests.map { request in
            request.fields.first { $0.name == "Idempotency-Key" }?.value ?? ""
        }
        for request in transport.requests {
            #expect(request.fields.contains(Field("Prefer", "return=minimal")))
            #expect(request.fields.contains(Field("Authorization", "Bearer t")))
        }
        let report = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap {
            try JSON.parse(String($0))["outcome"]?.stringValue
        }.filter { $0 != "sending" }
        return Outcome(
            counts: run.progress.counts, end: run.end, keys: keys, waited: clock.now.seconds(since: begun),
            report: report)
    }

    @Test func aRowIsSentAgainWithItsOwnKeyUntilItIsDone() async throws {
        let outcome = try await run([
            Self.error(429, "rate_limited", after: "40"), Self.error(503, "upstream_unavailable", after: "7"),
            .lost(.connectionLost), Self.error(409, "request_in_progress", after: "2"),
            Self.error(504, "outcome_unknown"), Self.created,
        ])
        #expect(outcome.keys == Array(repeating: "\"k1\"", count: 6))
        #expect(outcome.counts.created == 1 && outcome.end == nil)
        #expect(outcome.report == ["created"])
        #expect(outcome.waited > 49 && outcome.waited < 53)
    }

    @Test func whatARunMadeItselfIsNotThereAlready() async throws {
        #expect(try await run([Self.replayed]).report == ["exists"])
        #expect(try await run([.lost(.connectionLost), Self.replayed]).report == ["created"])
        #expect(try await run([.lost(.connectionRefused, neverSent: true), Self.replayed]).report == ["exists"])
        #expect(try await run([Self.error(503, "overloaded", after: "1"), Self.replayed]).report == ["exists"])
    }

    @Test func whatNobodyCanTellIsReportedAsThat() async throws {
        let outcome = try await run([Self.error(504, "outcome_unknown", after: "1")])
        #expect(outcome.report == ["unknown"])
        #expect(outcome.keys == Array(repeating: "\"k1\"", count: 5))
        let settling = try await run([Self.error(409, "request_in_progress", after: "60")])
        #expect(settling.report == ["unknown"])
        #expect(settling.waited > 900)
    }

    @Test func oneRefusedRowDoesNotStopTheOthers() async throws {
        let outcome = try await run([Self.error(422, "upstream_refused"), Self.created], rows: 3)
        #expect(outcome.report == ["failed", "created", "created"])
        #expect(outcome.end == nil)
    }

    @Test func whatHoldsForEveryRowStopsAll() async throws {
        let outcome = try await run([Self.created, Self.error(403, "insufficient_scope")], rows: 3)
        #expect(outcome.end == .useless("e", isAccess: true))
        #expect(outcome.report == ["created", "unsent"] && outcome.keys.count == 2)
    }

    /// Nobody wants to wait for a wrong address; a gateway that is being restarted is waited for.
    @Test func aGatewayThatIsGoneIsGivenUp() async throws {
        let never = try await run([.lost(.connectionRefused, neverSent: true)], rows: 2)
        #expect(
            never.end
                == .unavailable("the gateway at http://localhost:1 does not answer: connection_refused", isLuma: false))
        #expect(never.report.allSatisfy { $0 == "unsent" })
        #expect(never.waited > 3 && never.waited < 10)
        let later = try await run([Self.created, .lost(.connectionRefused, neverSent: true)], rows: 2)
        #expect(later.report == ["created", "unsent"])
        #expect(later.waited > 60 && later.waited < 80)
        // Whoever answers is there, whether or not it says when to come again.
        let failing = try await run([Self.error(502, "upstream_failure")])
        #expect(failing.end == .unavailable("e", isLuma: true))
        #expect(failing.waited > 250 && failing.waited < 400)
        // What stands before a gateway that is gone speaks for itself, not for the gateway.
        let page = Result<OutboundResponse, TransportError>.success(
            OutboundResponse(status: 502, body: Array("<html>".utf8)))
        let proxy = try await run([Self.created, page], rows: 2)
        #expect(
            proxy.end
                == .unavailable("the gateway at http://localhost:1 does not answer: HTTP status 502", isLuma: false))
        #expect(proxy.waited > 60 && proxy.waited < 80)
        let wrong = try await run([page])
        #expect(wrong.waited > 3 && wrong.waited < 10)
        // It may have handed the row on before.
        #expect(try await run([page, Self.replayed]).report == ["created"])
        let luma = try await run([Self.error(503, "upstream_unavailable", after: "30")])
        #expect(luma.end == .unavailable("e", isLuma: true))
        #expect(luma.waited > 300 && luma.waited < 400)
    }
}
