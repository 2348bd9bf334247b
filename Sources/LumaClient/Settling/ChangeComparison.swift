import Core

/// Tells from what Luma shows whether an update took effect.
enum ChangeComparison {
    /// True when every changed member shows the value that was sent, false when one shows another value, nil when a
    /// member is not shown, or not in the form in which it is sent, so that nothing can be said.
    ///
    /// Times are compared as instants, numbers by value. Controls of the update itself
    /// (`suppress_…`) are no change.
    static func shows(_ changes: JSONObject, in current: JSON) -> Bool? {
        guard let object = current.objectValue else { return nil }
        var isTold = false
        var isUntold = false
        for change in changes.members where !controls.contains(change.name) {
            guard let shown = object[change.name], !rewritten.contains(change.name) || shown == change.value else {
                isUntold = true
                continue
            }
            if equal(change.value, shown) {
                isTold = true
            } else if mayBe(shown, of: change.value) {
                isUntold = true
            } else {
                return false
            }
        }
        return isTold && !isUntold ? true : nil
    }

    private static let controls: Set<String> = [
        "event_id", "event_ticket_type_id", "suppress_notifications", "suppress_email",
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

    private static func equal(_ sent: JSON, _ shown: JSON) -> Bool {
        if sent == shown { return true }
        switch (sent, shown) {
        case (.number(let a), .number(let b)): return a.doubleValue != nil && a.doubleValue == b.doubleValue
        case (.string(let a), .string(let b)):
            // By canonical equivalence: composed or not.
            if a == b { return true }
            guard let a = Timestamp(rfc3339: a), let b = Timestamp(rfc3339: b) else { return false }
            return a == b
        default: return false
        }
    }
}
