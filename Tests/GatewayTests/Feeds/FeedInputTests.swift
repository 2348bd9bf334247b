import Core
import GatewayAPI
import LumaClient
import Testing

@testable import Gateway

@Suite struct FeedInputTests {
    @Test func aNameIsEnough() throws {
        let input = try FeedInput(["name": "Team"])
        #expect(input.name == "Team")
        #expect(input.filter.json == ["past_days": 90, "include_private": false])
    }

    @Test func whatIsKeptIsReadAgain() throws {
        let given: JSON = [
            "status": "pending", "after": "2027-01-01T01:00:00+01:00", "before": "2028-01-01T00:00Z", "past_days": 7.0,
            "include_private": true,
        ]
        let filter = try FeedInput(["name": "x", "filter": given]).filter
        #expect(
            filter.json == [
                "status": "pending", "after": "2027-01-01T00:00:00.000Z", "before": "2028-01-01T00:00:00.000Z",
                "past_days": 7, "include_private": true,
            ])
        #expect(FeedFilter(filter.json) == filter)
    }

    @Test(
        arguments: [
            ([], []), ([:], ["name"]), (["name": ""], ["name"]), (["name": 1], ["name"]), (["name": nil], ["name"]),
            (["name": .string(String(repeating: "x", count: 101))], ["name"]), (["name": "x", "nam": 1], ["nam"]),
            (["name": "x", "filter": []], ["filter"]),
            (["name": "x", "filter": ["statu": "pending"]], ["filter.statu"]),
            (["name": "x", "filter": ["status": "all", "past_days": -1]], ["filter.status", "filter.past_days"]),
            (["name": "x", "filter": ["past_days": 3651]], ["filter.past_days"]),
            (
                ["name": "x", "filter": ["after": "yesterday", "include_private": "yes"]],
                ["filter.after", "filter.include_private"]
            ),
            (
                ["name": "x", "filter": ["after": "2027-01-01T00:00:00Z", "before": "2027-01-01T00:00:00Z"]],
                ["filter.before"]
            ),
        ] as [(JSON, [String])])
    func whatIsWrongIsNamed(document: JSON, fields: [String]) {
        let error = #expect(throws: APIError.self) { try FeedInput(document) }
        #expect(error?.status == 422)
        #expect(error?.details["fields"]?.arrayValue?.map { $0["field"]?.stringValue } == fields)
    }

    /// 2027-01-15T12:00:00Z.
    private static let now = Timestamp(milliseconds: 1_800_014_400_000)

    @Test(
        arguments: [
            ([:], "2026-10-17T00:00:00.000Z"), (["past_days": 0], "2027-01-15T00:00:00.000Z"),
            (["after": "2020-01-01T00:00:00Z"], "2020-01-01T00:00:00.000Z"),
            (["after": "2020-01-01T00:00:00Z", "past_days": 1], "2027-01-14T00:00:00.000Z"),
            (["after": "2030-01-01T00:00:00Z", "past_days": 1], "2030-01-01T00:00:00.000Z"),
        ] as [(JSONObject, String)])
    func aFeedBeginsWhereItsFilterSays(filter: JSONObject, after: String) {
        let parameters = FeedFilter(filter).parameters(now: Self.now)
        #expect(parameters.after?.rfc3339 == after)
        #expect(parameters.sort == .ascending)
        // The same all day long.
        let evening = Self.now.advanced(seconds: 43_000)
        #expect(FeedFilter(filter).parameters(now: evening).after == parameters.after)
    }

    @Test(
        arguments: [
            (["platform": "luma", "visibility": "public"], true),
            (["platform": "luma", "visibility": "private"], false),
            (["platform": "luma", "visibility": "members-only"], false),
            // Only what is announced on Luma and is public elsewhere has no visibility; nothing is open because it is not known.
            (["platform": "external"], true), (["platform": "luma"], false), ([:], false),
            (["platform": "luma", "visibility": nil], false), (["platform": "luma", "visibility": "unlisted"], false),
            (["platform": "external", "visibility": "private"], false),
            (["platform": "luma", "visibility": true], false),
        ] as [(JSON, Bool)])
    func whatIsNotPublicIsForWhoAsksForIt(entry: JSON, isShown: Bool) {
        #expect(FeedFilter([:]).shows(entry) == isShown)
        #expect(FeedFilter(["include_private": true]).shows(entry))
    }
}
