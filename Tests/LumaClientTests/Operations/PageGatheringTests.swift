import Core
import HTTP
import TestKit
import Testing

@testable import LumaClient

/// Pages that are too large for one answer.
@MainActor @Suite struct PageGatheringTests {
    /// A calendar whose events have these sizes, before which an answer above `bound` is given up.
    private static func transport(_ sizes: [Int], bound: Int = 100) -> ScriptedTransport {
        ScriptedTransport { request, _ in
            let text = request.url.split(separator: "?").dropFirst().first ?? ""
            let query = (try? QueryString(parsing: text.utf8)) ?? QueryString()
            let start = query["pagination_cursor"].flatMap { Int($0) } ?? 0
            let limit = query["pagination_limit"].flatMap { Int($0) } ?? 50
            let end = min(start + limit, sizes.count)
            if sizes[start..<end].reduce(0, +) > bound { return .lost(.responseTooLarge) }
            let entries = (start..<end).map { JSON.object(["id": .string("evt-\($0)")]) }
            return .json(
                200,
                [
                    "entries": .array(entries), "has_more": .bool(end < sizes.count),
                    "next_cursor": end < sizes.count ? .string(String(end)) : .null,
                ])
        }
    }

    private func fixture(_ sizes: [Int]) -> Fixture {
        Fixture(
            Self.transport(sizes), budget: BudgetSettings(getRequests: 10_000, window: 1, adaptive: false), retries: 3)
    }

    private func limits(_ transport: ScriptedTransport) -> [Int?] {
        transport.requests.map { request in
            request.url.split(separator: "pagination_limit=").dropFirst().first.flatMap {
                Int($0.prefix { $0.isNumber })
            }
        }
    }

    /// Every page up to the end, and how many there were.
    private func all(_ fixture: Fixture, limit: Int?) async throws -> (ids: [String], pages: Int) {
        var parameters = EventListParameters()
        parameters.limit = limit
        var ids: [String] = []
        for number in 1... {
            let page = try await fixture.client.listEvents(
                parameters, deadline: fixture.deadline(), context: fixture.context)
            ids += page.entries.compactMap { $0["id"]?.stringValue }
            guard page.hasMore else { return (ids, number) }
            parameters.cursor = page.nextCursor
        }
        return (ids, 0)
    }

    @Test func aPageThatFitsIsAskedForOnce() async throws {
        let fixture = fixture([Int](repeating: 2, count: 60))
        let (ids, pages) = try await all(fixture, limit: 50)
        #expect(ids.count == 60 && pages == 2)
        #expect(limits(fixture.transport) == [50, 50])
    }

    /// The list is the same, page by page; the second page begins in the size that fitted.
    @Test func aPageThatIsTooLargeIsMadeOfSmallerOnes() async throws {
        let fixture = fixture([Int](repeating: 5, count: 90))
        let (ids, pages) = try await all(fixture, limit: 50)
        #expect(ids == (0..<90).map { "evt-\($0)" } && pages == 2)
        #expect(limits(fixture.transport) == [50, 25, 12, 12, 12, 12, 2, 12, 12, 12, 12])
        #expect(fixture.context.upstreamCalls == 11 && fixture.context.retries == 0)
    }

    @Test func itGoesDownToOneEntry() async throws {
        let fixture = fixture([99, 98, 97])
        #expect(try await all(fixture, limit: 50).ids == ["evt-0", "evt-1", "evt-2"])
        #expect(limits(fixture.transport) == [50, 25, 12, 6, 3, 1, 1, 1])
        let unsaid = self.fixture([99, 98, 97])
        #expect(try await all(unsaid, limit: nil).ids == ["evt-0", "evt-1", "evt-2"])
        #expect(limits(unsaid.transport) == [nil, 25, 12, 6, 3, 1, 1, 1])
    }

    /// What comes before an entry that is too large by itself is given, and then the failure.
    @Test func anEntryThatIsTooLargeByItselfEndsTheList() async throws {
        let fixture = fixture([1, 1, 101, 1])
        var parameters = EventListParameters()
        parameters.limit = 4
        let page = try await fixture.client.listEvents(
            parameters, deadline: fixture.deadline(), context: fixture.context)
        #expect(page.entries == [["id": "evt-0"], ["id": "evt-1"]] && page.hasMore && page.nextCursor == "2")
        parameters.cursor = page.nextCursor
        let error = await failure {
            _ = try await fixture.client.listEvents(parameters, deadline: fixture.deadline(), context: fixture.context)
        }
        #expect(error == .tooLarge)
        #expect(limits(fixture.transport) == [4, 2, 2, 1, 1])
    }

    /// Whatever the sizes are, every entry comes once, and no page takes more requests than are allowed.
    @Test(arguments: UInt64(0)..<200) func everyEntryComesOnce(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let sizes = (0..<Int.random(in: 0...130, using: &random)).map { _ in
            Bool.random(using: &random) ? 1 : Int.random(in: 1...100, using: &random)
        }
        let fixture = fixture(sizes)
        let limit = Int.random(in: 1...50, using: &random)
        var parameters = EventListParameters()
        parameters.limit = limit
        var ids: [String] = []
        while true {
            let before = fixture.transport.requests.count
            let page = try await fixture.client.listEvents(
                parameters, deadline: fixture.deadline(), context: fixture.context)
            #expect(fixture.transport.requests.count - before <= PageGathering.maxRequests)
            #expect(page.entries.count <= limit && (!page.entries.isEmpty || !page.hasMore))
            ids += page.entries.compactMap { $0["id"]?.stringValue }
            if !page.hasMore { break }
            parameters.cursor = page.nextCursor
        }
        #expect(ids == sizes.indices.map { "evt-\($0)" })
    }

    @Test func aPageOfManyOctetsIsShorter() {
        var parameters = EventListParameters()
        parameters.limit = 50
        var gathering = PageGathering(parameters)
        let isSmaller = gathering.halve()
        #expect(isSmaller && gathering.parameters.limit == 25)
        let entries = [JSON](repeating: ["id": "x"], count: 10)
        for number in 1...3 {
            let page = ListPage(entries: entries, hasMore: true, nextCursor: String(number))
            let octets = PageGathering.maxOctets / 2 - 1
            let whole = gathering.take(page, octets: octets)
            #expect((whole == nil) == (number < 3))
            if let whole { #expect(whole.entries.count == 30 && whole.hasMore && whole.nextCursor == "3") }
        }
    }

    /// A cursor that comes again is its reader's to judge; it is not followed.
    @Test func aCursorThatComesAgainIsNotFollowed() {
        var parameters = EventListParameters()
        parameters.limit = 4
        var gathering = PageGathering(parameters)
        let isSmaller = gathering.halve()
        #expect(isSmaller)
        let page = ListPage(entries: [["id": "x"]], hasMore: true, nextCursor: "same")
        let (first, second) = (gathering.take(page, octets: 1), gathering.take(page, octets: 1))
        #expect(first == nil && second?.nextCursor == "same")
    }

    /// Of a write nothing is asked again: its answer was given up, and it may have been done.
    @Test func aWriteIsNotAskedAgain() async {
        let fixture = Fixture([.lost(.responseTooLarge)])
        _ = await failure {
            _ = try await fixture.client.cancelEvent(
                "evt-1", token: Secret("tok"), shouldRefund: nil, deadline: fixture.deadline(5),
                context: fixture.context)
        }
        #expect(fixture.transport.count("events/cancel") == 1)
    }
}
