import Core
import GatewayAPI
import Testing

@testable import GatewayCLI

@Suite struct EventsPreviewTests {
    private static let times: JSONObject = [
        "start_at": "2026-12-08T18:00:00.000Z", "end_at": "2026-12-08T20:30:00.000Z", "timezone": "Europe/Berlin",
        "duration_interval": "PT2H30M", "starts": "Tue 2026-12-08 19:00 CET", "ends": "Tue 2026-12-08 21:30 CET",
    ]

    private func lines(_ changes: JSONObject) -> [String] {
        var outcome = Self.times
        for change in changes.members { outcome[change.name] = change.value }
        return EventsCommand.when(outcome)
    }

    @Test func startEndAndZoneAreTold() {
        #expect(
            lines([:]) == [
                "  starts  Tue 2026-12-08 19:00 CET", "  ends    Tue 2026-12-08 21:30 CET (2 h 30 min)",
                "  zone    Europe/Berlin",
            ])
        #expect(
            lines(["end_at": .null, "ends": .null, "timezone": .null]) == [
                "  starts  Tue 2026-12-08 19:00 CET", "  ends    as Luma chooses", "  zone    as it is now",
            ])
    }

    /// A gateway may say anything.
    @Test(
        arguments: [
            ["duration_interval": "PT9223372036854775807S"],
            ["start_at": "0000-01-01T00:00:00Z", "end_at": "9999-12-31T23:59:59Z"],
            ["start_at": "x", "end_at": "y"], ["start_at": 5, "end_at": []], ["starts": "A\nB", "ends": "C\u{1b}[2J"],
        ] as [JSONObject])
    func nothingThatAGatewaySaysEndsTheProgram(_ changes: JSONObject) {
        let lines = lines(changes)
        #expect(lines.count == 3 && lines.allSatisfy { !$0.utf8.contains { $0 < 0x20 } })
    }
}
