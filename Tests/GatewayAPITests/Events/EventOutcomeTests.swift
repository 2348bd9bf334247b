import Core
import Foundation
import TestKit
import Testing

@testable import GatewayAPI

/// The table that the console's JavaScript is held to as well.
@Suite struct EventOutcomeTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let now: Timestamp
        let row: JSON
        var name: String { row["name"]?.stringValue ?? "" }
        var testDescription: String { name }
    }

    static let cases: [Case] = {
        let file = URL(filePath: #filePath).appending(path: "../../../Cases/event-outcomes.json").standardized
        guard let data = try? Data(contentsOf: file), let table = try? JSON.parse(Array(data)),
            let now = table["now"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        else { return [] }
        return (table["cases"]?.arrayValue ?? []).map { Case(now: now, row: $0) }
    }()

    @Test func theTableIsThere() { #expect(Self.cases.count > 20) }

    @Test(arguments: cases) func whatIsShownIsWhatIsSent(_ given: Case) throws {
        let row = given.row
        let known = row["known"].flatMap(KnownEvent.init)
        var body = try #require(row["named"]?.objectValue)
        if known == nil { body["name"] = "Tea" }
        let outcome = EventInput.parse(
            .object(body), mode: known == nil ? .create : .update,
            EventInput.Setting(
                zones: SystemZones.database, now: given.now, known: known,
                defaultLength: row["default_length_seconds"]?.wholeValue.map { Int64($0) * 1000 }))
        let problems = row["problems"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let event: EventInput.Accepted
        switch outcome {
        case .accepted(let accepted): event = accepted
        case .unchanged(let same): event = same
        case .invalid(let found):
            #expect(found.map { "\($0.field) \($0.fault.code)" } == problems)
            return
        default:
            Issue.record("\(outcome)")
            return
        }
        #expect(problems.isEmpty)
        let made = EventOutcomeText(event.outcome, SystemZones.database).json
        for name in ["start_at", "end_at", "timezone"] { #expect(made[name] == row["outcome"]?[name], "\(name)") }
        let seconds = event.outcome.length.map { JSON.number(JSONNumber(Int($0 / 1000))) } ?? .null
        #expect(seconds == row["outcome"]?["length_seconds"])
        for name in ["start_at", "end_at", "timezone"] {
            #expect(event.body[name] == row["sends"]?[name], "sends \(name)")
        }
        let remarks = row["remarks"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(event.remarks.map { "\($0.field) \($0.code.rawValue)" } == remarks)
    }

    @Test func aLengthAsPeopleSayIt() {
        for (minutes, text) in [(1, "1 min"), (90, "1 h 30 min"), (1440, "1 d"), (1681, "1 d 4 h 1 min"), (0, nil)]
            as [(Int, String?)]
        {
            #expect(EventOutcome.text(ofLength: Int64(minutes) * 60_000) == text)
        }
    }
}
