package import Core
import GatewayAPI
package import HTTP
import Settings

extension CommandFailure {
    /// Ids and other details of an error that are shown; a gateway gives fewer.
    private static let maxDetails = 8

    /// An answer that is an error.
    /// - Parameter option: the option by which a field is said.
    package init(
        _ answer: GatewayClient.Answer, key: String?, option: (String) -> String? = EventFields.option
    ) {
        let json = answer.json
        guard let message = json?["error"]?.stringValue, let reason = json?["reason"]?.stringValue else {
            self.init(
                .protocol, "unexpected response with status \(answer.status): is this a luma-mcp gateway?")
            return
        }
        var lines = Self.fieldLines(json?["details"]?["fields"], option)
        if let luma = json?["details"]?["luma"]?["message"]?.stringValue { lines.append("Luma: " + Self.line(luma)) }
        if let offset = json?["details"]?["offset"]?.intValue { lines.append("at byte \(offset)") }
        let details = (json?["details"]?.objectValue?.members ?? []).filter {
            $0.name.hasSuffix("_id") || ["guest_count", "needed_permission", "needed_scope"].contains($0.name)
        }
        for (name, value) in details.prefix(Self.maxDetails) {
            lines.append(
                Self.line("\(name): " + (value.stringValue ?? String(decoding: value.encoded, as: UTF8.self))))
        }
        if let seconds = answer.retryAfter {
            lines.append("try again in " + Plural.count(Int(seconds.rounded(.up)), "second"))
        }
        if let advice = Self.advice(reason, key) { lines.append(advice) }
        if let id = json?["request_id"]?.stringValue { lines.append("request \(Self.line(id))") }
        self.init(Self.status(answer.status, reason), Self.line(message), lines)
    }

    /// No answer.
    package init(_ error: TransportError, _ target: GatewayTarget, wasSent: Bool, _ request: GatewayClient.Request) {
        let detail = error.detail.isEmpty ? "" : " (\(Self.line(error.detail)))"
        guard wasSent, !request.isSafe else {
            switch error.cause {
            case .timeout where wasSent:
                self.init(.temporary, "\(target.base) did not answer in time")
            case .connectionLost where wasSent, .malformedResponse, .responseTooLarge:
                self.init(.protocol, "the response from \(target.base) was cut off: \(error.cause.rawValue)\(detail)")
            case .invalidRequest:
                self.init(.usage, "the request could not be sent\(detail)")
            default:
                self.init(
                    .unavailable, "cannot reach a gateway at \(target.base): \(error.cause.rawValue)\(detail)",
                    ["Is it running? Set its address with --server or \(ClientVariable.url)."])
            }
            return
        }
        self.init(
            .unknown, "the response was lost: the outcome is unknown",
            ["\(error.cause.rawValue)\(detail)"] + [Self.repeatAdvice(request.key)])
    }

    /// What a person can do after a write whose end is not known.
    package static func repeatAdvice(_ key: String?) -> String {
        guard let key, !key.isEmpty else { return "Check whether it was done before you repeat it." }
        return
            "Run the same command with --key \(key): it is then done only once. Write relative times (now, tomorrow, 18:00) "
            + "as dates, because they mean another time now."
    }

    private static func status(_ status: Int, _ reason: String) -> ExitStatus {
        switch (status, Reason(rawValue: reason)) {
        case (_, .outcomeUnknown): .unknown
        case (_, .upstreamAuth): .noPermission
        case (_, .eventNotAccessible): .notFound
        case (_, .upstreamPlanRequired): .noPermission
        case (401, _), (403, _), (421, _): .noPermission
        case (404, _): .notFound
        // What the earlier attempt with this key does is not known yet.
        case (409, .requestInProgress): .unknown
        case (409, _), (412, _): .undecided
        case (408, _), (425, _), (429, _), (502, _), (503, _), (504, _): .temporary
        case (500..., _): .software
        default: .data
        }
    }

    private static func advice(_ reason: String, _ key: String?) -> String? {
        switch Reason(rawValue: reason) {
        case .outcomeUnknown, .requestInProgress: repeatAdvice(key)
        case .refundDecisionRequired: "Use --refund or --no-refund."
        case .confirmationStale: "Nothing was done. Run the command again to see how it is now."
        case .unauthenticated:
            "Set a token in \(ClientVariable.token), or pass a file with --token @FILE."
        case .idempotencyKeyReused:
            "The key was used for another request, perhaps for this command with a relative time: check whether it was done "
                + "before you use another key."
        default: nil
        }
    }

    private static func fieldLines(_ fields: JSON?, _ option: (String) -> String?) -> [String] {
        (fields?.arrayValue ?? []).map { line(ProblemText.line($0, .commandLine, option: option)) }
    }

    /// A text from outside as it may stand in a line of ours.
    package static func line(_ text: String) -> String { Neutral.line(APIError.shortened(text, to: 1000)) }
}

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
            return
                "\(values["timezone"]) has no summer time; if that is not intended, use --zone \(values["suggestion"])."
        case .clockMoves:
            let before = "\(values["before"]) in \(values["timezone_before"])"
            let after = "\(values["after"]) in \(values["timezone"])"
            return "The instant stays the same: \(before) is \(after). Add --start to move it."
        case .leftOut:
            let fields = (values.json["fields"]?.arrayValue ?? []).compactMap(\.stringValue)
            return "Set by Luma, so it was ignored: \(fields.joined(separator: ", "))."
        case .approvalNotSet: return approval(values)
        case .notReadBack:
            return "It was \(values["done"]), but could not be read back: \(values["message"]). "
                + "Do not repeat the command; events get shows it."
        case .answerNotStored: return "It had already been done; events get shows the event."
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
