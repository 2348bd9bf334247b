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
        var isTold = false
        var isUntold = false
        for change in changes.members {
            guard let shown = object[change.name], !rewritten.contains(change.name) || shown == change.value else {
                isUntold = true
                continue
            }
            if equal(change.value, shown, ignoringCase: ignoringCase) {
                isTold = true
            } else if mayBe(shown, of: change.value) {
                isUntold = true
            } else {
                return false
            }
        }
        return isTold && !isUntold ? true : nil
    }

    /// What an input changes, under the names that the reading shows it by: without the ids, and without what is said of the
    /// change itself.
    static func changes(
        of operation: Operation, _ input: JSONObject, _ reading: Operation.Reading, _ renamed: [String: String]
    ) -> JSONObject {
        let ids = reading.members.union(operation.subject?.members ?? [])
        let changes = input.members.filter { !controls.contains($0.name) && !ids.contains($0.name) }
        return JSONObject(changes.map { (name: renamed[$0.name] ?? $0.name, value: $0.value) })
    }

    private static let controls: Set<String> = [
        "suppress_notifications", "suppress_email", "send_email", "message", "should_refund",
    ]

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
