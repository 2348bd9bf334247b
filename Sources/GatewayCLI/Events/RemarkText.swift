package import Core
import GatewayAPI

/// The sentences of the command line for what an answer's `remarks` tell as data: a person has options there and no fields.
package enum RemarkText {
    /// What an answer says besides. One that a gateway has kept from the time before it had `remarks` has `warnings` alone.
    package static func sentences(of answer: JSON) -> [String] {
        if let remarks = answer["remarks"]?.arrayValue { return remarks.map { sentence($0) } }
        return (answer["warnings"]?.arrayValue ?? []).compactMap(\.stringValue).map { CommandFailure.line($0) }
    }

    /// One entry of `remarks` as a sentence.
    package static func sentence(_ remark: JSON) -> String {
        let values = Values(json: remark["values"] ?? .null)
        let code = remark["code"]?.stringValue.flatMap(EventRemark.Code.init)
        let own = code.flatMap { sentence($0, values) }
        return CommandFailure.line(own ?? remark["sentence"]?.stringValue ?? remark["remark"]?.stringValue ?? "")
    }

    private struct Values {
        let json: JSON

        subscript(name: String) -> String { json[name]?.stringValue ?? "" }
    }

    /// Nil for what no command meets: it is refused before.
    private static func sentence(_ code: EventRemark.Code, _ values: Values) -> String? {
        switch code {
        case .tooEarly, .tooFar: return nil
        case .startInPast: return "It starts in the past."
        case .veryLong: return values.json["days"]?.wholeValue.map { "It lasts \($0) days." }
        case .fixedOffsetZone:
            return "\(values["timezone"]) has no summer time; if that is not meant, say --zone \(values["suggestion"])."
        case .clockMoves:
            let before = "\(values["before"]) in \(values["timezone_before"])"
            let after = "\(values["after"]) in \(values["timezone"])"
            return "It stays at its instant: \(before) is \(after). Say --start, too, to move it."
        case .leftOut:
            let fields = (values.json["fields"]?.arrayValue ?? []).compactMap(\.stringValue)
            return "Luma sets this itself, so it was not taken over: \(fields.joined(separator: ", "))."
        case .approvalNotSet: return approval(values)
        case .notReadBack:
            return "It was \(values["done"]), but could not be read back: \(values["message"]). "
                + "Do not repeat the command; events get shows it."
        case .answerNotKept: return "It was done before; events get shows the event."
        }
    }

    private static func approval(_ values: Values) -> String {
        let wish = values.json["approval"] == true ? "on" : "off"
        guard let types = values.json["ticket_types"]?.arrayValue else {
            return "Approval could not be switched \(wish): \(values["message"])."
        }
        let names = types.map { type in
            let name = type["name"]?.stringValue ?? type["id"]?.stringValue ?? "one without a name"
            return "\(name) (\(type["message"]?.stringValue ?? ""))"
        }
        let total = values.json["total"]?.wholeValue ?? types.count
        return "Approval could not be switched \(wish) for \(types.count) of \(total) ticket types: "
            + names.joined(separator: ", ") + "."
    }
}
