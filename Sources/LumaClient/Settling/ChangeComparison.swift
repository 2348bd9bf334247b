import Core
import LumaAPI

/// Tells from what Luma shows whether an update took effect.
enum ChangeComparison {
    /// True when every changed member shows the value that was sent, false when one shows another value, nil when a
    /// member is not shown, or not in the form in which it is sent, so that nothing can be said.
    ///
    /// Times are compared as instants, numbers by value.
    static func shows(_ changes: JSONObject, in current: JSON, ignoringCase: Bool = false) -> Bool? {
        guard let object = current.objectValue else { return nil }
        var isDetermined = false
        var isUndetermined = false
        for change in changes.members {
            guard let shown = object[change.name], !rewritten.contains(change.name) || shown == change.value else {
                isUndetermined = true
                continue
            }
            if equal(change.value, shown, ignoringCase: ignoringCase) {
                isDetermined = true
            } else if mayBe(shown, of: change.value) {
                isUndetermined = true
            } else {
                return false
            }
        }
        return isDetermined && !isUndetermined ? true : nil
    }

    /// What an input changes, under the names that the reading shows it by: without the ids, and without what is said of the
    /// change itself.
    static func changes(
        of operation: Operation, _ input: JSONObject, _ reading: Operation.Reading, _ renamed: [String: String]
    ) -> JSONObject {
        let ids = reading.members.union(operation.subject?.members ?? [])
        let changes = input.members.filter { name, value in
            // What is asked for besides, and shows nowhere, proves nothing, but stands in the way of a proof.
            let isAsked = besides.contains(name) && !value.isNull && value != false
            return !ids.contains(name) && (!controls.contains(name) || isAsked)
        }
        return JSONObject(changes.map { (name: renamed[$0.name] ?? $0.name, value: $0.value) })
    }

    private static let controls: Set<String> = [
        "suppress_notifications", "suppress_email", "send_email", "message", "should_refund",
    ]

    /// Controls by which more is done than what the thing shows: money goes back, a person is written to.
    private static let besides: Set<String> = ["message", "should_refund"]

    /// Members that Luma shows in a form of its own: a difference proves nothing.
    private static let rewritten: Set<String> = [
        "geo_address_json", "description_md", "registration_questions", "feedback_email", "coordinate", "tint_color",
        "theme", "font",
    ]

    /// Luma may round a time, to minutes say.
    private static let roundingSeconds = 60.0

    /// Whether what is shown may be what was sent, in Luma's own way of writing: then it may be what was there before, or not.
    private static func mayBe(_ shown: JSON, of sent: JSON) -> Bool {
        guard case .string(let sent) = sent, case .string(let shown) = shown else { return false }
        guard let sentTime = Timestamp(rfc3339: sent), let shownTime = Timestamp(rfc3339: shown) else {
            return RewrittenText.mayBe(shown, of: sent)
        }
        return abs(sentTime.seconds(since: shownTime)) <= roundingSeconds
    }

    static func equal(_ sent: JSON, _ shown: JSON, ignoringCase: Bool) -> Bool {
        if sent == shown { return true }
        switch (sent, shown) {
        case (.number(let a), .number(let b)): return a.doubleValue != nil && a.doubleValue == b.doubleValue
        case (.string(let a), .string(let b)):
            // By canonical equivalence: composed or not.
            if a == b || ignoringCase && a.lowercased() == b.lowercased() { return true }
            guard let a = Timestamp(rfc3339: a), let b = Timestamp(rfc3339: b) else { return false }
            return a == b
        default: return false
        }
    }
}

extension ChangeComparison {
    /// Members of an event whose change Luma may tell the guests of.
    private static let announced: Set<String> = [
        "name", "start_at", "end_at", "timezone", "geo_address_json", "coordinate", "meeting_url",
    ]

    /// Whether a change does no harm when it is made twice. It holds absolute values, so what remains is what it does besides
    /// changing: mail, and money.
    static func isHarmless(_ operation: Operation, _ input: JSONObject) -> Bool {
        guard operation.effects.isDisjoint(with: [.irreversible, .movesMoney]) else { return false }
        if !operation.effects.contains(.notifiesGuests) || input["suppress_notifications"] == true { return true }
        // Where guests may be left without a notice it is known what they have one of.
        guard operation.input.contains(where: { $0.name == "suppress_notifications" }) else { return false }
        return !input.members.contains { announced.contains($0.name) }
    }
}

/// Tells whether a text that Luma shows may be one that was sent, written in Luma's own way.
enum RewrittenText {
    /// Luma may cut a text that is longer; a shorter beginning is another text.
    private static let leastBeginning = 50

    /// True also for equal texts.
    static func mayBe(_ shown: String, of sent: String) -> Bool {
        if shown == sent { return true }
        let (shown, sent) = (folded(shown), folded(sent))
        if shown == sent { return true }
        return shown.count >= leastBeginning && sent.starts(with: shown)
    }

    /// What is left of a text when all that a program may put in order is taken out: references of HTML, white space, invisible
    /// characters, quotation marks, dashes and other punctuation, and widths and ligatures.
    private static func folded(_ text: String) -> [Unicode.Scalar] {
        withoutReferences(text).normalized.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
            let properties = scalar.properties
            if properties.isDefaultIgnorableCodePoint || properties.isWhitespace { return [] }
            switch properties.generalCategory {
            case .control, .format, .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
                .initialPunctuation, .finalPunctuation, .otherPunctuation:
                return []
            default: break
            }
            switch scalar.value {
            // Wide letters and digits have the order of ASCII.
            case 0xff01...0xff5e: return Unicode.Scalar(scalar.value - 0xfee0).map { [$0] } ?? []
            case 0xfb00...0xfb06: return Array(properties.uppercaseMapping.lowercased().unicodeScalars)
            default: return [scalar]
            }
        }
    }

    private static func withoutReferences(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var parts = text.split(separator: "&", omittingEmptySubsequences: false)
        for index in parts.indices.dropFirst() {
            guard let end = parts[index].firstIndex(of: ";"), parts[index][..<end].utf8.count <= 8 else { continue }
            parts[index] = parts[index][end...].dropFirst()
        }
        return parts.joined()
    }
}
