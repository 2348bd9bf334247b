import Core
package import Formats
import GatewayAPI

/// What is wrong with an event of a calendar by itself, before anything is made of it; each with its line.
package enum CalendarFaults {
    /// Properties that an event has once (RFC 5545 §3.6.1), and without which, or with two of which, it says nothing certain.
    private static let single: Set<String> = [
        "DTSTART", "DTEND", "DURATION", "UID", "DTSTAMP", "SUMMARY", "STATUS", "SEQUENCE", "RECURRENCE-ID", "RRULE",
        "LAST-MODIFIED",
    ]
    private static let times: Set<String> = ["DTSTAMP", "LAST-MODIFIED", "CREATED", "RECURRENCE-ID"]
    private static let most = 10

    package static func problems(_ event: ICSReader.Event) -> [ReadProblem] {
        var problems = event.problems
        var seen: [String: ICSProperty] = [:]
        for property in event.properties where problems.count < most {
            let name = property.name
            if single.contains(name) {
                if let first = seen[name], first.value != property.value {
                    problems.append(
                        ReadProblem(
                            line: property.line, "\(name) stands a second time in the event of line \(event.line)"))
                    continue
                }
                seen[name] = seen[name] ?? property
            }
            if let problem = problem(property, event) { problems.append(ReadProblem(line: property.line, problem)) }
        }
        if event["DTEND"] != nil, let property = event["DURATION"] {
            problems.append(
                ReadProblem(line: property.line, "\(shown(event)) has both DTEND and DURATION; one must go"))
        }
        return problems.sorted { $0.line < $1.line }
    }

    private static func problem(_ property: ICSProperty, _ event: ICSReader.Event) -> String? {
        switch property.name {
        case "DTSTART", "DTEND":
            if ICSTime(property) != nil { return nil }
            return "\(property.name) of \(shown(event)) is no date and time: \(quoted(property.value))"
        case _ where times.contains(property.name):
            return ICSTime(property) == nil
                ? "\(property.name) of \(shown(event)) is no date and time: \(quoted(property.value))" : nil
        case "SEQUENCE":
            return Int(property.value).map { $0 >= 0 } ?? false
                ? nil : "SEQUENCE of \(shown(event)) is no number: \(quoted(property.value))"
        case "RDATE", "EXDATE":
            return ICSTime.list(property) == nil
                ? "\(property.name) of \(shown(event)) is no list of dates" : nil
        default: return nil
        }
    }

    /// The event by its name, for a sentence.
    package static func shown(_ event: ICSReader.Event) -> String {
        event["SUMMARY"].map { quoted($0.text) } ?? "the event"
    }

    package static func quoted(_ text: String) -> String { "\"\(APIError.shortened(text))\"" }
}
