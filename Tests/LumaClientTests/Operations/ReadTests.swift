import Core
import HTTP
import LumaAPI
import LumaClient
import TestKit
import Testing

/// Reads by their rows alone.
@MainActor @Suite struct ReadTests {
    private static let list = Operation(
        "things/list", .get, "/v1/things/list",
        query: [
            SchemaField("event_id", .id(prefix: "evt-"), required: true), SchemaField("count", .integer()),
            SchemaField("weight", .number()), SchemaField("is_open", .boolean),
            SchemaField("kinds", .array(of: .string())), SchemaField("sizes", .array(of: .integer())),
        ], summary: "")

    private static func number(_ text: String) -> JSON { JSONNumber(text: text).map(JSON.number) ?? .null }

    @Test func theMembersOfTheInputAreParameters() async throws {
        let rows: [(input: JSONObject, query: String)] = [
            ([:], ""),
            (["event_id": "evt 1&x"], "?event_id=evt%201%26x"),
            (["event_id": "evt-1", "is_open": false, "count": 3], "?event_id=evt-1&is_open=false&count=3"),
            // An integer in whatever spelling; another number as it is.
            (["count": Self.number("1e1"), "weight": Self.number("1.50")], "?count=10&weight=1.50"),
            (["kinds": ["a", "b c"], "sizes": [1, Self.number("2.0")]], "?kinds=a&kinds=b%20c&sizes=1&sizes=2"),
            (["kinds": "a"], "?kinds=a"),
            (["kinds": [], "event_id": nil], ""),
            // What the row does not have.
            (["new": true], "?new=true"),
        ]
        for row in rows {
            let fixture = Fixture([.json(200, [:])])
            _ = try await fixture.client.read(
                Self.list, row.input, deadline: fixture.deadline(), context: fixture.context)
            #expect(fixture.transport.lines == ["GET /v1/things/list\(row.query)"])
            #expect(fixture.transport.requests[0].body.isEmpty)
        }
    }

    @Test func whatAsksByABodySendsItAndIsRepeated() async throws {
        let fixture = Fixture([.lost(.timeout), .json(200, ["cancellation_token": "t"])])
        let answer = try await fixture.client.read(
            try #require(Catalog["events/cancel/request"]), ["event_id": "evt-1"], deadline: fixture.deadline(),
            context: fixture.context)
        #expect(try answer.json() == ["cancellation_token": "t"])
        #expect(
            fixture.transport.requests.map { String(decoding: $0.body, as: UTF8.self) }
                == Array(repeating: #"{"event_id":"evt-1"}"#, count: 2))
    }
}
