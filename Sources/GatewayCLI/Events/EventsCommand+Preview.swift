package import Core
import GatewayAPI
import HTTP
import IO

extension EventsCommand {
    /// Asks before something is sent that is right by its form and hardly meant. Costs no request.
    ///
    /// - Parameters:
    ///   - known: the event that is changed, as it was just read; nil for a new one.
    ///   - endInWords: the end was said by words such as `tomorrow`, and not by its date.
    package func ask(_ body: JSONObject, _ known: JSON?, now: Timestamp, endInWords: Bool) throws(CommandFailure) {
        if call.has(EventsOptions.yes) || call.has(EventsOptions.dryRun) { return }
        var event = body
        event["template_type"] = nil
        let zones = SystemTimeZones.database
        let setting = EventInput.Setting(
            zones: zones, now: now, surface: .commandLine, known: known.flatMap(KnownEvent.init))
        // What is wrong with it is the gateway's to say.
        guard
            case .accepted(let accepted) = EventInput.parse(
                .object(event), mode: known == nil ? .create : .update, setting)
        else { return }
        let times = EventOutcomeText(accepted.outcome, zones)
        var doubts = accepted.remarks.filter { EventPlausibility.level($0.code, on: .commandLine) == .ask }
            .map { Self.sentence($0, times) }
        if endInWords, let length = accepted.outcome.length, length > 86_400_000, doubts.isEmpty {
            doubts.append("It lasts \(EventOutcome.text(ofLength: length) ?? "very long").")
        }
        guard !doubts.isEmpty else { return }
        guard Question.canBeAsked(errors) else {
            throw CommandFailure(
                .undecided, "there is no terminal to confirm on, so nothing was sent: \(doubts[0])",
                doubts.dropFirst() + ["Use --yes if that is intended."])
        }
        if !Question.isAgreed(doubts + Self.when(times.json), "if that is intended", errors) {
            throw CommandFailure(.undecided, "nothing was sent")
        }
    }

    private static func sentence(_ remark: EventRemark, _ times: EventOutcomeText) -> String {
        switch remark.code {
        case .startInPast:
            let start = times.outcome.start.flatMap(times.clock) ?? ""
            return "It starts in the past: \(start)."
        case .veryLong:
            return "It lasts \(times.outcome.length.flatMap(EventOutcome.text) ?? "very long")."
        default: return RemarkText.sentence(remark.json)
        }
    }

    /// `events create --dry-run` and `events update --dry-run`: what would be sent, and when the event would be.
    package func preview(_ client: GatewayClient, _ request: GatewayClient.Request) async throws(CommandFailure)
        -> CommandOutput
    {
        var request = request
        request.query = QueryString([("dry_run", "true")])
        request.isPreview = true
        let described = try Self.document(try await client.send(request))
        if call.has(EventsOptions.json) { return Self.json(described) }
        let outcome = described["outcome"]?.objectValue ?? JSONObject()
        var lines: [String] = []
        let sent =
            (described["sends"]?.objectValue?.names ?? [])
            + (described["require_rsvp_approval"] == nil ? [] : ["approval"])
        if call.verb == .update {
            let names = sent.map { CommandFailure.line($0) }.joined(separator: ", ")
            lines.append(sent.isEmpty ? "Nothing would change." : "Would change: " + names)
        } else {
            lines.append("Would create \"\(CommandFailure.line(described["sends"]?["name"]?.stringValue ?? ""))\"")
        }
        // A change that touches no time says nothing of it.
        if outcome["start_at"]?.stringValue != nil { lines += Self.when(outcome) }
        lines += RemarkText.sentences(of: described).map { "  note: " + $0 }
        lines.append("Nothing was changed.")
        return CommandOutput(bytes: Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    /// Start, end and zone, one a line.
    package static func when(_ outcome: JSONObject) -> [String] {
        func time(_ name: String) -> Timestamp? { outcome[name]?.stringValue.flatMap(Timestamp.init(rfc3339:)) }
        let length = EventOutcome(start: time("start_at"), end: time("end_at"), zone: nil).length
        let span = length.flatMap(EventOutcome.text).map { " (\($0))" } ?? ""
        func text(_ name: String) -> String? { outcome[name]?.stringValue.map { Neutral.line($0) } }
        return [
            "  starts  " + (text("starts") ?? text("start_at") ?? "unknown"),
            "  ends    " + (text("ends").map { $0 + span } ?? "as Luma chooses"),
            "  zone    " + (text("timezone") ?? "as it is now"),
        ]
    }
}
