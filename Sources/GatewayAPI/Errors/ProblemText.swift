package import Core

/// The sentences of a surface for what an answer's `details.fields` tell as data.
///
/// Programs read `problem`. A person at a command line has options and not fields, and an assistant has arguments and no URL.
package enum ProblemText {
    /// One entry as a line: what it is about, and what is wrong.
    /// - Parameter option: the option that sets a field, or a part of it; nil where there is none.
    package static func line(
        _ entry: JSON, _ surface: EventPlausibility.Surface, option: (String) -> String? = { _ in nil }
    ) -> String {
        let field = entry["field"]?.stringValue ?? ""
        let words = words(entry, surface)
        guard !field.isEmpty else { return words }
        switch surface {
        case .commandLine: return "\(option(field) ?? field): \(words)"
        case .rest, .assistant, .importFile, .console: return "\(field) \(words)"
        }
    }

    private static func words(_ entry: JSON, _ surface: EventPlausibility.Surface) -> String {
        let problem = entry["problem"]?.stringValue ?? ""
        let values = entry["values"]
        let cause = values?["cause"]?.stringValue
        let hint = NearestName.hint(values?["suggestion"]?.stringValue)
        switch (surface, entry["code"]?.stringValue) {
        case (.commandLine, "required"): return "is required"
        case (.commandLine, "invalid_time"): return "expected \(NaturalTime.expectation)" + cause.tail
        case (.commandLine, "unknown_zone"): return "expected an IANA time zone, such as Europe/Berlin" + hint
        case (.commandLine, "cannot_be_cleared"): return "cannot be cleared"
        case (.commandLine, "end_not_after_start"):
            let start = values?["starts"]?.stringValue ?? values?["start_at"]?.stringValue
            return "is not after the start" + (start.map { ", \($0)" } ?? "")
        case (.assistant, "invalid_time"):
            let isOfEvent = ["start_at", "end_at"].contains(entry["field"]?.stringValue)
            return isOfEvent
                ? "must be a date and time such as 2027-05-01T18:00 in timezone, or with an offset" + cause.tail
                : "must be a date and time with an offset (RFC 3339), such as 2027-05-01T18:00:00Z" + cause.tail
        case (.assistant, "cannot_be_cleared"), (.assistant, "null"): return "cannot be null: leave it out"
        case (.assistant, "start_in_past"): return problem + "; ask which date is meant"
        case (.assistant, "unknown_field"), (.assistant, "unknown_parameter"): return "is not an argument" + hint
        default: return problem
        }
    }
}

extension String? {
    /// As the end of a sentence.
    fileprivate var tail: String { map { "; \($0)" } ?? "" }
}
