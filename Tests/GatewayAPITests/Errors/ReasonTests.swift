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
        let ofKinds = Reason.allCases.filter { reason in
            switch reason {
            case .absent, .duplicate: true
            default: false
            }
        }
        #expect(Reason.allCases.count - ofKinds.count == cases.count)
        #expect(Set(Reason.allCases).count == Reason.allCases.count)
    }

    @Test func everyWordLeadsBackToItsReason() {
        for reason in Reason.allCases + Kind.allCases.flatMap({ [Reason.absent($0), .duplicate($0)] }) {
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
        #expect(APIError.duplicate(of: kind, nil).retryAfter == 1)
    }

    /// A word never changes what it promises in its details: `duplicate_event` has an `event_id`.
    @Test(arguments: [
        (Kind.event, "duplicate_event", "An identical event was created a moment ago", "event_id"),
        (.coupon, "duplicate_coupon", "An identical coupon was created a moment ago", "coupon_id"),
    ])
    func aThingThatIsThereTwiceIsNamedByItsKind(kind: Kind, word: String, message: String, member: String) {
        let error = APIError.duplicate(of: kind, "x-1")
        #expect(error.status == 409 && error.reason.rawValue == word && error.message == message)
        #expect(error.details == [member: "x-1"] && error.retryAfter == nil)
    }

    /// Clients are told of the kinds that a request may make, and of no others.
    @Test func onlyWhatRequestsMakeIsListedAsDuplicate() {
        let words = Reason.allCases.map(\.rawValue).filter { $0.hasPrefix("duplicate_") }
        #expect(Set(words) == ["duplicate_event", "duplicate_coupon"])
    }

    /// Clients are told of the kinds that a request may name, and of no others.
    @Test func onlyWhatRequestsNameIsListedAsAbsent() {
        let words = Reason.allCases.map(\.rawValue).filter { $0.hasSuffix("_not_found") }
        #expect(
            Set(words) == [
                "event_not_found", "guest_not_found", "template_not_found", "feed_not_found", "tool_not_found",
                "key_not_found",
            ])
    }
}
