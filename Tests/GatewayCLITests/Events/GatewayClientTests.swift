import Core
import GatewayAPI
import HTTP
import TestKit
import Testing

@testable import GatewayCLI

@Suite struct GatewayClientTests {
    private typealias Answer = ScriptedTransport.Answer
    private static let lost: Answer = .failure(TransportError(.connectionLost, neverSent: false))
    private static let refused: Answer = .failure(TransportError(.connectionRefused, neverSent: true))

    private static func answer(_ status: Int, _ reason: String, _ fields: [Field] = []) -> Answer {
        let body: JSON = ["error": "No", "code": "x", "reason": .string(reason), "details": [:], "request_id": "r1"]
        return .success(OutboundResponse(status: status, fields: fields, body: body.encoded))
    }

    private static let created: Answer = .success(
        OutboundResponse(status: 201, body: (["id": "evt-1"] as JSON).encoded))

    private func send(
        _ answers: [Answer], _ method: OutboundRequest.Method = .post, key: String? = "k1", token: String? = nil,
        isPreview: Bool = false
    ) async -> (result: Result<GatewayClient.Answer, CommandFailure>, transport: ScriptedTransport) {
        let transport = ScriptedTransport(answers)
        let target = GatewayTarget(base: "http://localhost:1", token: token.map(Secret.init))
        let client = GatewayClient(target, transport: transport, clock: ManualClock(isAutomatic: true))
        let request = GatewayClient.Request(
            method: method, path: "/events/", body: method.hasBody ? ["name": "Tea"] : nil, key: key,
            isPreview: isPreview)
        do throws(CommandFailure) {
            return (.success(try await client.send(request)), transport)
        } catch {
            return (.failure(error), transport)
        }
    }

    private func status(_ result: Result<GatewayClient.Answer, CommandFailure>) -> GatewayCLI.ExitStatus? {
        if case .failure(let failure) = result { failure.status } else { nil }
    }

    @Test func aWriteIsRepeatedWithItsKeyUntilItIsAnswered() async throws {
        let settling = Self.answer(409, "request_in_progress", [Field("retry-after", "1")])
        let (result, transport) = await send([Self.lost, Self.refused, settling, Self.created], token: "secret-token")
        #expect(try result.get().status == 201)
        #expect(transport.requests.count == 4)
        for request in transport.requests {
            #expect(request.fields.contains(Field("Idempotency-Key", "\"k1\"")))
            #expect(request.fields.contains(Field("Authorization", "Bearer secret-token")))
            #expect(request.body == transport.requests[0].body)
        }
    }

    @Test func aWriteWithoutAKeyIsNotRepeated() async {
        let (result, transport) = await send([Self.lost, Self.created], key: nil)
        #expect(status(result) == .unknown && transport.requests.count == 1)
    }

    /// What a cancel would mean is asked with DELETE, and changes nothing.
    @Test func aPreviewLeavesNoDoubt() async {
        let repeated = await send([Self.lost, Self.created], .delete, key: nil, isPreview: true)
        #expect(status(repeated.result) == nil && repeated.transport.requests.count == 2)
        let lost = await send([Self.lost], .delete, key: nil, isPreview: true)
        #expect(status(lost.result) == .protocol)
    }

    @Test func whereNobodyListensItEndsAtOnce() async {
        let (result, transport) = await send([Self.refused])
        #expect(status(result) == .unavailable && transport.requests.count == 1)
    }

    @Test func whatIsLostEachTimeIsTold() async {
        let (write, repeated) = await send([Self.lost])
        #expect(status(write) == .unknown && repeated.requests.count == 5)
        if case .failure(let failure) = write { #expect(failure.lines.last?.contains("--key k1") == true) }
        let (read, _) = await send([Self.lost], .get, key: nil)
        #expect(status(read) == .protocol)
    }

    @Test(arguments: [
        (400, "malformed_json", GatewayCLI.ExitStatus.data), (422, "validation_failed", .data),
        (401, "unauthenticated", .noPermission),
        (403, "insufficient_scope", .noPermission), (421, "host_not_allowed", .noPermission),
        (404, "event_not_found", .notFound), (404, "guest_not_found", .notFound),
        (403, "event_not_accessible", .notFound),
        (502, "upstream_plan_required", .noPermission), (404, "template_not_found", .notFound),
        (409, "refund_decision_required", .undecided), (409, "duplicate_event", .undecided),
        (412, "precondition_failed", .undecided), (429, "rate_limited", .temporary),
        (502, "upstream_unreachable", .temporary), (502, "upstream_auth", .noPermission),
        (503, "upstream_unavailable", .temporary), (504, "upstream_timeout", .temporary),
        (504, "outcome_unknown", .unknown), (500, "internal", .software), (402, "upstream_refused", .data),
    ])
    func exitStatusByAnswer(code: Int, reason: String, expected: GatewayCLI.ExitStatus) async {
        let (result, transport) = await send([Self.answer(code, reason)])
        #expect(status(result) == expected && transport.requests.count == 1)
    }

    /// Every reason that a gateway gives ends in some status of its own kind, never in success.
    @Test(arguments: Reason.allCases) func everyReasonHasAStatus(reason: Reason) async {
        guard reason != .requestInProgress else { return }
        let (result, _) = await send([Self.answer(reason.status, reason.rawValue)])
        #expect(status(result) != nil && status(result) != .protocol)
    }

    @Test func fieldProblemsAreReadableAndHarmless() async {
        let body: JSON = [
            "error": "Not \u{1b}[31mvalid", "reason": "validation_failed", "request_id": "r1",
            "details": ["fields": [["field": "timezone", "problem": "must be\u{7} an IANA zone"]]],
        ]
        let (result, _) = await send([.success(OutboundResponse(status: 422, body: body.encoded))])
        guard case .failure(let failure) = result else {
            Issue.record("no failure")
            return
        }
        #expect(failure.lines == ["Not [31mvalid", "--zone: must be an IANA zone", "request r1"])
    }

    @Test(arguments: ["", "<html>", "[]", "{\"error\": 1}"]) func whatIsNoGatewayIsNamed(body: String) async {
        let (result, _) = await send([.success(OutboundResponse(status: 502, body: Array(body.utf8)))])
        #expect(status(result) == .protocol)
    }

    @Test func aWriteUnderWayIsKnown() async throws {
        let mark = WriteMark()
        let transport = ScriptedTransport { _, _ in
            #expect(mark.current == "k1")
            return Self.created
        }
        let client = GatewayClient(
            GatewayTarget(base: "http://localhost:1"), transport: transport, clock: ManualClock(), mark: mark)
        _ = try await client.send(GatewayClient.Request(method: .post, path: "/events/", body: [:], key: "k1"))
        #expect(mark.current == nil)
    }
}
