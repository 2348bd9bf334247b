import Core
import GatewayAPI
import HTTP
import TestKit
import Testing

@testable import Gateway

/// `GET /events/lookup`.
@MainActor @Suite struct LookupTests {
    private static let short: JSON = [
        "id": "evt-1", "name": "Tea", "start_at": "2027-01-01T10:00:00.000Z", "end_at": "2027-01-01T11:00:00.000Z",
        "url": "https://luma.com/tea",
    ]

    private func fixture() -> ServiceFixture {
        var event = Self.short.objectValue ?? JSONObject()
        event["description"] = "long"
        var entity = event
        entity["url"] = nil
        entity["slug"] = "tea"
        return ServiceFixture([
            ("events/get", [.json(200, .object(event))]),
            ("entities/lookup", [.json(200, ["entity": ["type": "event", "event": .object(entity)]])]),
        ])
    }

    private func lookUp(_ fixture: ServiceFixture, _ query: [(name: String, value: String)]) async -> Answer {
        await fixture.read(.event(.lookupEvent, query: query))
    }

    @Test(arguments: ["lu.ma/tea", "https://luma.com/tea?tk=x#y", "luma.com/event/evt-1", "tea"])
    func everySpellingGivesTheSameEvent(url: String) async {
        let fixture = fixture()
        let answer = await lookUp(fixture, [("url", url)])
        #expect(answer.status == 200 && answer.json == ["event": Self.short])
        #expect(fixture.transport.requests.count == 1)
    }

    @Test(
        arguments: [
            ("nothing", "entities/lookup", .json(200, ["entity": nil])),
            ("cal", "entities/lookup", .json(200, ["entity": ["type": "calendar", "calendar": ["id": "cal-1"]]])),
            ("evt-9", "events/get", .json(403, ["message": "You don't have access to this event."])),
            ("evt-9", "events/get", .json(404, ["message": "Not found."])),
        ] as [(String, String, ScriptedTransport.Answer)])
    func anUnknownOneIsNull(url: String, path: String, answer: ScriptedTransport.Answer) async {
        let answer = await lookUp(ServiceFixture([(path, [answer])]), [("url", url)])
        #expect(answer.status == 200 && answer.json == ["event": nil])
    }

    @Test func whatIsNoAddressCostsNoCall() async {
        for query in [[], [("url", "")], [("url", "https://example.com/x")], [("slug", "tea")]] as [[(String, String)]]
        {
            let fixture = fixture()
            let answer = await lookUp(fixture, query.map { (name: $0.0, value: $0.1) })
            #expect(answer.status == 422 && fixture.transport.requests.isEmpty)
        }
        let failing = ServiceFixture([("events/get", [.status(500)])])
        #expect(await lookUp(failing, [("url", "evt-1")]).status == 502)
    }
}
