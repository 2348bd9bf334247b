import Core
import GatewayAPI
import IO
import Testing

@testable import GatewayCLI

@Suite struct CommandZoneTests {
    private static let now = Timestamp(rfc3339: "2026-12-30T14:30:00Z")!

    @Test(
        arguments: [
            (["TZ": "America/New_York"], nil, "America/New_York", "TZ"),
            (["TZ": ":Asia/Tokyo"], nil, "Asia/Tokyo", "TZ"),
            (["TZ": "/usr/share/zoneinfo/Asia/Tokyo"], nil, "Asia/Tokyo", "TZ"),
            ([:], "/usr/share/zoneinfo/Europe/Berlin", "Europe/Berlin", "/etc/localtime"),
            ([:], "../usr/share/zoneinfo/Etc/UTC", "Etc/UTC", "/etc/localtime"),
            (["TZ": ""], nil, "UTC", "no zone is set on this machine"),
        ] as [([String: String], String?, String, String)])
    func theZoneOfTheMachine(environment: [String: String], link: String?, name: String, origin: String) {
        let found = MachineZone.name(environment, link: link)
        #expect(found.0 == name && found.origin == origin)
    }

    @Test func aZoneThatNobodyKnows() throws {
        let failure = try #require(throws: CommandFailure.self) { try CommandZone.find("New York", [:]) }
        #expect(failure.status == .usage && failure.lines[0].contains("did you mean America/New_York?"))
        #expect(throws: CommandFailure.self) { try CommandZone.find(nil, ["TZ": "EST5EDT4,M3.2.0"]) }
    }

    @Test func timesInTheZone() throws {
        let zone = try CommandZone.find("America/New_York", [:])
        #expect(zone.note == nil)
        let instant = try zone.instant("tomorrow 18:00", EventsOptions.start, now: Self.now)
        #expect(zone.text(instant) == "2026-12-31T18:00:00.000-05:00")
        #expect(zone.shown(instant) == "Thu 2026-12-31 18:00 EST" && zone.offset(instant) == "UTC-05:00")
        #expect(try CommandZone.find("Asia/Dubai", [:]).shown(instant) == "Fri 2027-01-01 03:00 UTC+04")
        #expect(
            try zone.instant("2027-01-01", EventsOptions.after, now: Self.now, isDayEnough: true).rfc3339
                == "2027-01-01T05:00:00.000Z")
    }

    @Test(arguments: [
        ("2027-03-14 02:30", "skip this time", "2027-03-14T01:30:00.000-05:00"),
        ("2026-11-01 01:30", "show this time twice", "2026-11-01T01:30:00.000-04:00"),
        ("tomorrow", "add a time of day", ""),
        ("whenever", "expected a time such as", ""),
    ])
    func timesThatAreNoInstant(text: String, problem: String, candidate: String) throws {
        let zone = try CommandZone.find("America/New_York", [:])
        let failure = try #require(throws: CommandFailure.self) {
            try zone.instant(text, EventsOptions.start, now: Self.now)
        }
        #expect(failure.status == .usage && failure.lines[0].contains(problem), "\(failure)")
        if !candidate.isEmpty { #expect(failure.lines[1].contains(candidate)) }
    }

    @Test func aDraftTakesOptionsOverTheFile() throws {
        guard
            case .call(let call) = try EventsCall.parse([
                "create", "--name", "Tea", "--start", "2026-12-31 18:00", "--duration", "1h30m", "--capacity", "40",
                "--address", "Main St 1", "--require-approval",
            ])
        else {
            Issue.record("no call")
            return
        }
        let zone = try CommandZone.find("Europe/Berlin", [:])
        var draft = EventDraft(["name": "Coffee", "slug": "tea"], zone: zone, now: Self.now)
        try draft.take(call)
        try draft.takeTimes(call, knownStart: nil)
        let expected: JSONObject = [
            "name": "Tea", "slug": "tea", "geo_address_json": ["type": "manual", "address": "Main St 1"],
            "max_capacity": 40, "require_rsvp_approval": true, "start_at": "2026-12-31T18:00:00.000+01:00",
            "end_at": "2026-12-31T19:30:00.000+01:00",
        ]
        #expect(draft.body.count == expected.count)
        for (name, value) in expected.members { #expect(draft.body[name] == value) }
    }
}
