import Core
import Foundation
import GatewayAPI
import LumaAPI
import Testing

/// The words of errors: clients branch on them.
@Suite struct ReasonTests {
    typealias Kind = LumaAPI.Operation.Kind

    /// The compiler does not know of a case that the list of all lacks.
    @Test func everyCaseIsListed() throws {
        let file = URL(filePath: #filePath).appending(path: "../../../../Sources/GatewayAPI/Errors/Reason.swift")
        let text = try String(contentsOf: file.standardized, encoding: .utf8)
        let cases = text.split(separator: "\n").filter { $0.hasPrefix("    case ") && !$0.contains("(") }
        #expect(cases.count > 40)
        let absent = Reason.allCases.filter { if case .absent = $0 { true } else { false } }
        #expect(Reason.allCases.count - absent.count == cases.count)
        #expect(Set(Reason.allCases).count == Reason.allCases.count)
    }

    @Test func everyWordLeadsBackToItsReason() {
        for reason in Reason.allCases + Kind.allCases.map(Reason.absent) {
            #expect(Reason(rawValue: reason.rawValue) == reason)
        }
        #expect(Reason(rawValue: "nonsense") == nil && Reason(rawValue: "thing_not_found") == nil)
    }

    @Test(arguments: [
        (Kind.event, "event_not_found", "There is no event with this id", "event_id"),
        (.guest, "guest_not_found", "The event has no such guest", "guest_id"),
        (.coupon, "coupon_not_found", "The event has no such coupon", "coupon_id"),
        (.ticketType, "ticket_type_not_found", "The event has no such ticket type", "ticket_type_id"),
        (.calendar, "calendar_not_found", "There is no calendar with this id", "calendar_id"),
    ])
    func aThingThatIsNotThereIsNamedByItsKind(kind: Kind, word: String, message: String, member: String) {
        let error = APIError.notFound(kind, "x-1", LumaMessage(message: "No."))
        #expect(error.status == 404 && error.reason.rawValue == word && error.message == message)
        #expect(error.details.names == [member, "luma"] && error.details[member] == "x-1")
        #expect(APIError.notFound(kind, String(repeating: "x", count: 500)).details[member]?.stringValue?.count == 101)
        #expect(APIError.duplicate(of: kind, "x-1").details == [member: "x-1"])
        #expect(APIError.duplicate(of: kind, nil).retryAfter == 1)
    }

    /// Clients are told of the kinds that a request may name, and of no others.
    @Test func onlyWhatRequestsNameIsListedAsAbsent() {
        let words = Reason.allCases.map(\.rawValue).filter { $0.hasSuffix("_not_found") }
        #expect(
            Set(words) == [
                "event_not_found", "guest_not_found", "template_not_found", "feed_not_found", "tool_not_found",
            ])
    }
}
