import Core
import HTTP
import TestKit
import Testing

@testable import Gateway

@MainActor @Suite struct ListTests {
    /// One page with events of these ids.
    nonisolated static func page(_ ids: Range<Int>, next: String? = nil) -> ScriptedTransport.Answer {
        var page: JSONObject = [
            "entries": .array(ids.map { ["id": .string("evt-\($0)")] }), "has_more": .bool(next != nil),
        ]
        if let next { page["next_cursor"] = .string(next) }
        return .json(200, .object(page))
    }

    private func list(_ fixture: ServiceFixture, _ query: [(name: String, value: String)] = []) async -> Answer {
        let input = RequestInput.event(.listEvents, query: query)
        return await fixture.answer { service, call throws(APIError) in
            try await service.list(input, call)
        }
    }

    @Test func everyParameterGoesToLumaUnderItsOwnName() async {
        let fixture = ServiceFixture(ScriptedTransport([Self.page(0..<1)]))
        let answer = await list(
            fixture,
            [
                ("limit", "7"), ("cursor", "a b"), ("after", "2025-01-01T00:00:00+01:00"), ("sort", "-start_at"),
                ("before", "2026-01-01T00:00:00Z"), ("status", "pending"),
            ])
        #expect(answer.json == ["entries": [["id": "evt-0"]], "has_more": false, "next_cursor": nil])
        #expect(
            fixture.transport.lines == [
                "GET /v1/calendars/events/list?after=2024-12-31T23:00:00.000Z&before=2026-01-01T00:00:00.000Z"
                    + "&pagination_cursor=a%20b&pagination_limit=7&sort_column=start_at&sort_direction=desc&status=pending"
            ])
    }

    @Test func aLimitAboveLumasPageTakesTwoPages() async {
        let fixture = ServiceFixture(
            ScriptedTransport([Self.page(0..<50, next: "c1"), Self.page(50..<80, next: "c2"), Self.page(80..<90)]))
        let answer = await list(fixture, [("limit", "80")])
        #expect(answer.json?["entries"]?.arrayValue?.count == 80)
        #expect(answer.json?["has_more"] == true && answer.json?["next_cursor"] == "c2")
        #expect(fixture.transport.requests.count == 2)
        #expect(fixture.transport.lines[1].contains("pagination_cursor=c1&pagination_limit=30"))
    }

    /// The second page may have waited for budget.
    @Test func aListIsAsOldAsItsFirstPage() async {
        let clock = ManualClock(isAutomatic: true)
        let transport = ScriptedTransport { _, number in
            clock.pass(seconds: 3)
            return number == 0 ? Self.page(0..<50, next: "c1") : Self.page(50..<60)
        }
        let fixture = ServiceFixture(
            transport, clock: clock, keeping: KeepSettings(freshSeconds: 60, staleSeconds: 0, maxBytes: 1 << 20))
        #expect(await list(fixture, [("limit", "80")]).field("X-Cache") == "MISS")
        let again = await list(fixture, [("limit", "80")])
        #expect(again.field("X-Cache") == "HIT" && again.field("Age") == "6")
        #expect(transport.requests.count == 2)
    }

    @Test func anEmptyPageEndsTheAnswerAndNotTheList() async {
        let fixture = ServiceFixture(ScriptedTransport([Self.page(0..<0, next: "c1")]))
        let answer = await list(fixture)
        #expect(answer.json == ["entries": [], "has_more": true, "next_cursor": "c1"])
        #expect(fixture.transport.requests.count == 1)
    }

    @Test(arguments: [
        ("limit", "0"), ("limit", "101"), ("limit", "x"), ("limit", ""), ("after", "yesterday"),
        ("before", "2025-01-01T00:00:00 01:00"), ("sort", "name"), ("status", "all"), ("page", "2"),
    ])
    func aWrongParameterIsNamed(name: String, value: String) async {
        let fixture = ServiceFixture([])
        let answer = await list(fixture, [(name, value)])
        #expect(answer.status == 422)
        #expect(answer.json?["details"]?["fields"]?.arrayValue?.map { $0["field"] } == [.string(name)])
        #expect(fixture.transport.requests.isEmpty)
    }

    // MARK: NDJSON

    /// The lines that were written, and the error that ended them.
    private func stream(_ fixture: ServiceFixture) async throws -> (lines: [String], error: APIError?) {
        let service = fixture.service
        let query = try service.listQuery(.event(.listEvents))
        var bytes: [UInt8] = []
        var failure: APIError?
        do {
            let first = try await service.page(query, limit: 50, nil, fixture.call())
            try await service.stream(query, as: .ndjson, first: first, nextCall: fixture.call) { bytes += $0 }
        } catch let error as APIError { failure = error }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.last == "")
        return (lines.dropLast().map(String.init), failure)
    }

    @Test func everyPageIsStreamedOneEventALine() async throws {
        let fixture = ServiceFixture(
            ScriptedTransport([Self.page(0..<2, next: "c1"), Self.page(2..<2, next: "c2"), Self.page(2..<3)]))
        let (lines, error) = try await stream(fixture)
        #expect(lines == (0..<3).map { "{\"id\":\"evt-\($0)\"}" })
        #expect(error == nil)
    }

    @Test func aCursorThatComesAgainEndsTheStream() async throws {
        let fixture = ServiceFixture(ScriptedTransport([Self.page(0..<1, next: "c1")]))
        let (lines, _) = try await stream(fixture)
        #expect(lines.count == 2)
    }

    @Test func aFailureInMidStreamLeavesWhatWasWrittenAndTellsItsCause() async throws {
        let fixture = ServiceFixture(ScriptedTransport([Self.page(0..<2, next: "c1"), .status(500)]))
        let (lines, error) = try await stream(fixture)
        #expect(lines.count == 2)
        #expect(error?.reason == .upstreamFailure)
    }

    @Test func aLongListMayTakeLongerThanOneRequest() async throws {
        let clock = ManualClock(isAutomatic: true)
        let slow = ScriptedTransport { _, index in
            clock.pass(seconds: 20)
            return Self.page(index..<(index + 1), next: index < 9 ? "c\(index)" : nil)
        }
        let (lines, error) = try await stream(ServiceFixture(slow, clock: clock))
        #expect(lines.count == 10)
        #expect(error == nil)
    }
}
