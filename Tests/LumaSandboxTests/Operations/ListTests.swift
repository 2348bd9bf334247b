import Core
import Testing

@testable import LumaSandbox

struct ListTests {
    private let path = "/v1/calendars/events/list"

    private func empty() -> Visitor { Visitor(SandboxConfiguration(rateLimit: 100_000, startsWithEvents: false)) }

    /// Events on successive days of July, named by their day.
    private func july(_ days: ClosedRange<Int>) throws -> Visitor {
        var visitor = empty()
        for day in days.reversed() {
            let date = "2026-07-\(day < 10 ? "0" : "")\(day)T12:00:00Z"
            _ = try visitor.create(["name": .string("\(day)"), "start_at": .string(date)])
        }
        return visitor
    }

    @Test func listsInOrderAndBothDirections() throws {
        var visitor = try july(1...5)
        #expect(visitor.get(path).names == ["1", "2", "3", "4", "5"])
        #expect(
            visitor.get(path, ["sort_column": "start_at", "sort_direction": "desc"]).names == ["5", "4", "3", "2", "1"])
        #expect(visitor.get(path, ["sort_direction": "asc nulls last"]).names == ["1", "2", "3", "4", "5"])
        let entry = try #require(visitor.get(path).entries.first)
        for absent in ["description", "description_md", "hosts", "guest_counts"] { #expect(entry[absent] == nil) }
        #expect(entry["tags"] == [])
    }

    @Test(arguments: [
        ("2026-07-02T12:00:00Z", "2026-07-04T12:00:00Z", ["2", "3", "4"]),
        ("2026-07-02T12:00:00.001Z", "2026-07-04T11:59:59.999Z", ["3"]),
        ("2026-07-02T14:00:00+02:00", "2026-07-02T12:00:00Z", ["2"]),
        ("2026-07-09T12:00:00Z", "2026-07-01T12:00:00Z", []),
    ])
    func boundsTheStart(_ after: String, _ before: String, _ names: [String]) throws {
        var visitor = try july(1...5)
        let reply = visitor.get(path, ["after": after, "before": before])
        #expect(reply.names == names)
        #expect(reply.json["has_more"] == false)
        // As live: the last page has a cursor, too, unless it is empty.
        #expect((reply.json["next_cursor"] == nil) == names.isEmpty)
    }

    @Test(arguments: ["asc", "desc"], [1, 2, 3, 5, 7, 50])
    func pagesCoverEverythingOnce(_ direction: String, _ limit: Int) throws {
        var visitor = try july(1...7)
        var names: [String] = []
        var cursor: String?
        for _ in 0..<10 {
            let reply =
                if let cursor {
                    visitor.get(
                        path,
                        [
                            "sort_direction": direction, "pagination_limit": "\(limit)", "pagination_cursor": cursor,
                        ])
                } else { visitor.get(path, ["sort_direction": direction, "pagination_limit": "\(limit)"]) }
            names += reply.names
            #expect(reply.entries.count <= limit)
            cursor = reply.json["next_cursor"]?.stringValue
            #expect(cursor?.wholeMatch(of: /[A-Za-z0-9+\/]+=*/) != nil)
            if reply.json["has_more"] == false { break }
        }
        let ascending = (1...7).map(String.init)
        #expect(names == (direction == "asc" ? ascending : ascending.reversed()))
    }

    @Test func aCursorStandsWhileEventsComeAndGo() throws {
        var visitor = try july(10...15)
        let first = visitor.get(path, ["pagination_limit": "3"])
        #expect(first.names == ["10", "11", "12"])
        let cursor = try #require(first.json["next_cursor"]?.stringValue)
        _ = try visitor.create(["name": "early", "start_at": "2026-07-05T12:00:00Z"])
        _ = try visitor.create(["name": "late", "start_at": "2026-07-13T18:00:00Z"])
        // The very event that the cursor names goes, and the one after it.
        for index in [2, 1] {
            let id = try #require(first.entries[index]["id"])
            let token = visitor.post("/v1/events/cancel/request", ["event_id": id]).json["cancellation_token"]
            #expect(
                visitor.post("/v1/events/cancel", ["event_id": id, "cancellation_token": token ?? nil]).status == 200)
        }
        #expect(visitor.get(path, ["pagination_cursor": cursor]).names == ["13", "late", "14", "15"])
    }

    @Test func aDescendingCursorStandsToo() throws {
        var visitor = try july(10...15)
        let first = visitor.get(path, ["pagination_limit": "2", "sort_direction": "desc"])
        let cursor = try #require(first.json["next_cursor"]?.stringValue)
        let id = try #require(first.entries[1]["id"])
        _ = visitor.post("/v1/events/update", ["event_id": id, "start_at": "2026-08-01T12:00:00Z"])
        let rest = visitor.get(path, ["pagination_cursor": cursor, "sort_direction": "desc"])
        #expect(rest.names == ["13", "12", "11", "10"])
        visitor.get(path, ["pagination_cursor": cursor]).expectRefusal(400, "pagination_cursor")
    }

    @Test func eventsThatStartTogetherArePagedOneByOne() throws {
        var visitor = empty()
        for name in ["a", "b", "c"] { _ = try visitor.create(["name": .string(name)]) }
        let first = visitor.get(path, ["pagination_limit": "2"])
        let cursor = try #require(first.json["next_cursor"]?.stringValue)
        let second = visitor.get(path, ["pagination_limit": "2", "pagination_cursor": cursor])
        #expect(Set(first.names + second.names) == ["a", "b", "c"])
        #expect(second.entries.count == 1)
    }

    @Test func aPageHoldsAtMostFifty() throws {
        var visitor = empty()
        for index in 0..<60 { _ = try visitor.create(["name": .string("\(index)")]) }
        #expect(visitor.get(path).entries.count == 50)
        #expect(visitor.get(path, ["pagination_limit": "1000000"]).entries.count == 50)
        #expect(visitor.get(path, ["pagination_limit": "1e300"]).entries.count == 50)
    }

    @Test(arguments: [
        ("pagination_limit", "0"), ("pagination_limit", "-1"), ("pagination_limit", "1.5"),
        ("pagination_limit", "many"),
        ("pagination_cursor", ""), ("pagination_cursor", "x"), ("pagination_cursor", "YXwxfA=="),
        ("pagination_cursor", "YXwxfA"), ("pagination_cursor", "617c317c"),
        ("pagination_cursor", "zz"), ("after", "2026-07-01"), ("before", "now"), ("sort_column", "name"),
        ("sort_direction", "sideways"), ("status", "rejected"), ("platforms", "other"), ("access", "own"),
    ])
    func refuses(_ name: String, _ value: String) {
        var visitor = Visitor()
        // "YXwxfA==" is base 64 for `a|1|`, the place before every event of that instant: well-formed.
        let reply = visitor.get(path, [name: value] as KeyValuePairs)
        if value == "YXwxfA==" { #expect(reply.status == 200) } else { reply.expectRefusal(400, name) }
    }

    @Test func statusPlatformAndAccessSelect() {
        var visitor = Visitor()
        let seeded = [
            "Autumn retrospective", "Office hours", "Community meetup", "Hands-on workshop", "Benefit concert",
        ]
        #expect(visitor.get(path).names == seeded)
        #expect(visitor.get(path, ["platforms": "external"]).names == ["Neighbours' market"])
        #expect(visitor.get(path, ["platforms": "external", "platforms": "luma"]).names.count == 6)
        #expect(visitor.get(path, ["status": "pending"]).names.isEmpty)
        #expect(visitor.get(path, ["status": "pending", "platforms": "external"]).names.count == 1)
        #expect(visitor.get(path, ["access": "view"]).names.isEmpty)
        let external = visitor.get(path, ["platforms": "external"]).entries.first
        #expect(external?["host"] == "Market association")
        #expect(external?["user_id"] == nil)
    }

    @Test func someSeededEventsArePastAndSomeToCome() {
        var visitor = Visitor()
        let now = visitor.now.rfc3339
        #expect(visitor.get(path, ["before": now]).names == ["Autumn retrospective", "Office hours"])
        #expect(
            visitor.get(path, ["after": now]).names == ["Community meetup", "Hands-on workshop", "Benefit concert"])
    }

    @Test func looksUpWhatASlugStandsFor() throws {
        var visitor = Visitor()
        let id = try visitor.create(["slug": "party"])
        for text in ["party", "https://luma.com/party", "https://lu.ma/party?x=1", "event/\(id)", "e/\(id)"] {
            let entity = visitor.get("/v1/entities/lookup", ["slug": text]).json["entity"]
            #expect(entity?["type"] == "event", "\(text)")
            #expect(entity?["event"]?["id"] == .string(id))
        }
        let calendar = visitor.get("/v1/entities/lookup", ["slug": "sandbox-calendar"]).json["entity"]
        #expect(calendar?["calendar"]?["id"] == visitor.get("/v1/calendars/get").json["id"])
        for text in ["", "nobody", "event/evt-none", "event/", "https://example.org/party"] {
            #expect(visitor.get("/v1/entities/lookup", ["slug": text]).json == ["entity": nil], "\(text)")
        }
        visitor.get("/v1/entities/lookup").expectRefusal(400, "slug is required")
    }
}
