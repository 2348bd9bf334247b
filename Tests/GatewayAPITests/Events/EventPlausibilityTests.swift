import Core
import TestKit
import Testing

@testable import GatewayAPI

@Suite struct EventPlausibilityTests {
    private let now = Timestamp(rfc3339: "2026-11-30T12:00:00Z")!

    private func create(_ members: JSONObject, _ surface: EventPlausibility.Surface) -> EventInput.Outcome {
        var event: JSONObject = ["name": "Tea", "timezone": "Europe/Berlin"]
        for member in members.members { event[member.name] = member.value }
        return EventInput.parse(
            .object(event), mode: .create,
            EventInput.Setting(zones: SystemZones.database, now: now, surface: surface))
    }

    @Test(arguments: EventPlausibility.Surface.allCases) func eachSurfaceHasItsLevel(
        surface: EventPlausibility.Surface
    ) {
        let past = create(["start_at": "2023-05-01T18:00"], surface)
        switch past {
        case .invalid(let problems):
            #expect(surface == .assistant)
            #expect(problems.map(\.fault.code) == ["start_in_past"])
            #expect(problems.first?.problem == "is in the past; now is 2026-11-30 13:00 in Europe/Berlin")
        case .accepted(let event):
            #expect(surface != .assistant)
            #expect(event.remarks.map(\.code) == [.startInPast])
        default: Issue.record("\(past)")
        }
        for time in ["1999-12-31T23:59:59Z", "0026-07-01T19:00", "2036-12-01T00:00Z", "9999-12-31T00:00Z"] {
            guard case .invalid(let problems) = create(["start_at": .string(time)], surface) else {
                Issue.record("\(time) is taken")
                continue
            }
            #expect(problems.map(\.field) == ["start_at"])
        }
    }

    @Test(arguments: [
        ("2000-01-01T00:00:00Z", true), ("2036-11-29T00:00Z", true), ("2026-11-30T11:56:00Z", true),
        ("1999-12-31T23:59:59.999Z", false), ("2036-12-01T12:00:00Z", false),
    ])
    func theBounds(start: String, fits: Bool) {
        if case .accepted = create(["start_at": .string(start)], .rest) { #expect(fits) } else { #expect(!fits) }
    }

    @Test(
        arguments: [
            ("2027-05-31T18:00:00.000Z", []), ("2027-05-31T18:00:00.001Z", [.veryLong]),
        ] as [(String, [EventRemark.Code])])
    func thirtyDaysAreNotVeryLong(end: String, remarks: [EventRemark.Code]) {
        let outcome = create(["start_at": "2027-05-01T18:00:00Z", "end_at": .string(end)], .rest)
        if case .accepted(let event) = outcome {
            #expect(event.remarks.map(\.code) == remarks)
        } else {
            Issue.record("refused")
        }
    }

    @Test func whoSaysNowIsNotInThePast() {
        guard case .accepted(let event) = create(["start_at": "2026-11-30T11:56:00Z"], .assistant) else {
            Issue.record("refused")
            return
        }
        #expect(event.remarks.isEmpty)
    }

    @Test(arguments: [(0, true), (-1, false), (-9_007_199_254_740_991, false)])
    func aCapacityIsNotNegative(capacity: Int, fits: Bool) {
        let outcome = create(
            ["start_at": "2027-05-01T18:00", "max_capacity": .number(JSONNumber(capacity))], .rest)
        if case .invalid(let problems) = outcome {
            #expect(!fits && problems == [FieldProblem("max_capacity", .tooSmall(least: 0))])
        } else {
            #expect(fits)
        }
    }

    @Test func everyRemarkHasALevelOnEverySurface() {
        for code in EventRemark.Code.allCases {
            for surface in EventPlausibility.Surface.allCases {
                let level = EventPlausibility.level(code, on: surface)
                // Only a person at a terminal can be asked.
                #expect(level != .ask || surface == .commandLine)
            }
        }
    }
}
