import Core
import GatewayAPI
import Testing

@testable import GatewayCLI

/// What a person at a command line reads of the remarks of an answer: options and no fields, whatever the code is.
@Suite struct RemarkTextTests {
    private static let values: [EventRemark.Code: JSONObject] = [
        .startInPast: ["now": "2026-05-01T18:00:00.000Z"], .veryLong: ["days": 40],
        .fixedOffsetZone: ["timezone": "EST", "suggestion": "America/New_York"],
        .clockMoves: [
            "before": "2026-12-08 19:00", "after": "2026-12-08 13:00", "timezone_before": "Europe/Berlin",
            "timezone": "America/New_York",
        ],
        .leftOut: ["fields": ["hosts", "url"]],
        .approvalNotSet: [
            "approval": true, "total": 3, "ticket_types": [["id": "ttype-2", "name": "VIP", "message": "locked"]],
        ],
        .notReadBack: ["done": "created", "message": "Luma failed", "reason": "upstream_failure"],
        .answerNotStored: [:],
    ]

    private func remark(_ code: EventRemark.Code) -> EventRemark {
        EventRemark(code: code, field: "start_at", values: Self.values[code] ?? [:], words: "OF REST")
    }

    /// The two that are not here are refused before anything is sent.
    @Test func everyCodeThatIsAnsweredHasItsOwnSentence() {
        for code in EventRemark.Code.allCases where code != .tooEarly && code != .tooFar {
            let text = RemarkText.sentence(remark(code).json)
            #expect(!text.contains("OF REST") && !text.contains("_at") && text.hasSuffix("."), "\(code): \(text)")
            for value in Self.values[code]?.members ?? [] {
                guard let value = value.value.stringValue, value.contains("/") else { continue }
                #expect(text.contains(value), "\(code): \(text)")
            }
        }
        #expect(
            RemarkText.sentence(remark(.approvalNotSet).json)
                == "Approval could not be switched on for 1 of 3 ticket types: VIP (locked).")
    }

    /// A gateway that is newer says its own words, one that is older has nothing but sentences.
    @Test func whatIsNotKnownIsShownAsItIsSaid() {
        let newer: JSON = ["remarks": [["code": "brand_new", "remark": "is odd", "sentence": "name is odd\u{1b}[2J"]]]
        #expect(RemarkText.sentences(of: newer) == ["name is odd [2J"])
        #expect(RemarkText.sentences(of: ["warnings": ["name is odd"]]) == ["name is odd"])
        #expect(RemarkText.sentences(of: ["id": "evt-1"]) == [])
    }

    @Test func theTableSaysWhatEachStandsFor() {
        #expect(Set(EventRemark.Code.allCases.map(\.meaning)).count == EventRemark.Code.allCases.count)
    }
}
