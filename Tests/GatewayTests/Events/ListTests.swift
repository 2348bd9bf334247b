import Core
import GatewayAPI
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
        await fixture.read(.event(.listEvents, query: query))
    }

    @Test func everyParameterGoesToLumaUnderItsOwnName() async {
        let fixture = ServiceFixture(ScriptedTransport([Self.page(0..<1)]))
        let answer = await list(
            fixture,
            [
                ("limit", "7"), ("cursor", "a b"), ("after", "2025-01-01T00:00:00+01:00"), ("sort", "-start_at"),
                ("before", "2026-01-01T00:00:00Z"), ("status", "pending"),
            ])
        #expect(
            answer.json == [
                "entries": [["id": "evt-0"]], "has_more": false, "next_cursor": nil,
                "left_out": ["external", "view_only", "approved"],
            ])
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
            transport, clock: clock, keeping: CacheSettings(freshSeconds: 60, staleSeconds: 0, maxBytes: 1 << 20))
        #expect(await list(fixture, [("limit", "80")]).field("X-Cache") == "MISS")
        let again = await list(fixture, [("limit", "80")])
        #expect(again.field("X-Cache") == "HIT" && again.field("Age") == "6")
        #expect(transport.requests.count == 2)
    }

    @Test func anEmptyPageEndsTheAnswerAndNotTheList() async {
        let fixture = ServiceFixture(ScriptedTransport([Self.page(0..<0, next: "c1")]))
        let answer = await list(fixture)
        #expect(answer.json?["entries"] == [] && answer.json?["has_more"] == true)
        #expect(answer.json?["next_cursor"] == "c1")
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
        let query = try EventListQuery([])
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

    /// A list that goes round in a circle is told, however long the circle is.
    @Test(arguments: [["c1"], ["c1", "c2", "c1"], ["c1", "c2", "c3", "c2"]]) func aCursorThatComesAgainIsAnError(
        cursors: [String]
    ) async throws {
        let fixture = ServiceFixture(ScriptedTransport(cursors.map { Self.page(0..<1, next: $0) }))
        let (lines, error) = try await stream(fixture)
        #expect(error?.reason == .upstreamFailure && error?.details["cause"] == "repeated_cursor")
        #expect(lines.count == fixture.transport.requests.count - (cursors == ["c1"] ? 1 : 0))
        let page = ServiceFixture(ScriptedTransport([Self.page(0..<1, next: "c1")]))
        #expect(await list(page, [("cursor", "c1")]).status == 502)
    }

    /// Luma gives a cursor with its last page; only `has_more` ends a list.
    @Test func aCursorOnTheLastPageAsksForNoMore() async throws {
        let last: JSON = ["entries": [], "has_more": false, "next_cursor": "eyJ4IjoxfQ=="]
        let fixture = ServiceFixture(ScriptedTransport([.json(200, last)]))
        let answer = await list(fixture)
        #expect(answer.json?["has_more"] == false && answer.json?["next_cursor"]?.isNull == true)
        let (lines, error) = try await stream(fixture)
        #expect(lines.isEmpty && error == nil && fixture.transport.requests.count == 2)
        let endless = ServiceFixture(ScriptedTransport([.json(200, ["entries": [], "has_more": true])]))
        #expect(await list(endless).status == 502)
    }

    // MARK: What is left out

    @Test func oneSwitchShowsAll() async throws {
        let fixture = ServiceFixture(
            ScriptedTransport { request, _ in
                switch (request.url.contains("status=pending"), request.url.contains("pagination_cursor=")) {
                case (false, false): Self.page(0..<50, next: "YQ==")
                case (false, true): Self.page(50..<60)
                case (true, false): Self.page(60..<61, next: "Yg==")
                case (true, true): Self.page(61..<62)
                }
            })
        var entries: [JSON] = []
        var cursor: String?
        var pages = 0
        repeat {
            var query = [(name: "show", value: "all")]
            if let cursor { query.append(("cursor", cursor)) }
            let answer = await list(fixture, query)
            #expect(answer.status == 200 && answer.json?["left_out"] == [])
            entries += answer.json?["entries"]?.arrayValue ?? []
            #expect(answer.json?["has_more"] == .bool(answer.json?["next_cursor"]?.stringValue != nil))
            cursor = answer.json?["next_cursor"]?.stringValue
            pages += 1
        } while cursor != nil && pages < 9
        #expect(entries.compactMap { $0["id"]?.stringValue } == (0..<62).map { "evt-\($0)" })
        #expect(entries.map { $0["status"] != nil } == (0..<62).map { $0 >= 60 })
        for line in fixture.transport.lines {
            #expect(line.contains("platforms=luma&platforms=external&access=manage&access=view"))
        }
        let one = ServiceFixture(ScriptedTransport([Self.page(0..<1)]))
        let pending = await list(one, [("show", "all"), ("status", "pending")])
        #expect(pending.json?["has_more"] == false && pending.json?["left_out"] == ["approved"])
        #expect(await list(ServiceFixture([]), [("show", "some")]).status == 422)
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
