public import Core

/// What is right by its form and absurd by its sense, and what each surface does about it: one table for all.
public enum EventPlausibility {
    /// Who asks.
    public enum Surface: String, Sendable, CaseIterable {
        case rest, assistant, commandLine, importFile, console
    }

    /// What is done about it.
    public enum Level: String, Sendable {
        /// It is not sent.
        case refuse
        /// A person has to say yes first.
        case ask
        /// It is sent, and the answer says so.
        case warn
    }

    /// | Remark | REST | Assistant | Command line | Import | Console |
    /// |---|---|---|---|---|---|
    /// | before 2000, ten years ahead | refuse | refuse | refuse | refuse | refuse |
    /// | start in the past | warn | refuse | ask | warn | warn |
    /// | longer than 30 days | warn | warn | ask | warn | warn |
    /// | `EST` in summer | warn | warn | warn | warn | warn |
    /// | the clock moves | warn | warn | warn | warn | warn |
    /// | left out | warn | warn | warn | warn | warn |
    /// | approval not set, not read back, answer not kept | warn | warn | warn | warn | warn |
    public static func level(_ code: EventRemark.Code, on surface: Surface) -> Level {
        switch (code, surface) {
        case (.tooEarly, _), (.tooFar, _): .refuse
        case (.startInPast, .assistant): .refuse
        case (.startInPast, .commandLine), (.veryLong, .commandLine): .ask
        default: .warn
        }
    }

    /// 2000-01-01T00:00:00Z.
    package static let earliest = Timestamp(milliseconds: 946_684_800_000)
    /// Ten years of 365.25 days, in milliseconds.
    private static let reach: Int64 = 315_576_000_000
    /// 30 days in milliseconds.
    package static let longest: Int64 = 30 * 86_400_000
    /// Whoever says "now" has said it a moment ago.
    private static let grace: Int64 = 5 * 60_000

    /// Looks at an event as it will be.
    /// - Parameters:
    ///   - named: the fields that the client names: what it does not touch is not held against it.
    ///   - known: the event before; nil for a new one, or where nothing hangs on it.
    package static func remarks(
        _ outcome: EventOutcome, named: Set<String>, known: KnownEvent?, now: Timestamp, zones: TimeZoneDatabase
    ) -> [EventRemark] {
        var found: [EventRemark] = []
        let farthest = now.advanced(milliseconds: reach)
        for (name, time, before) in [
            ("start_at", outcome.start, known?.start), ("end_at", outcome.end, known?.end),
        ] where named.contains(name) && time != before {
            guard let time else { continue }
            if time < earliest {
                found.append(
                    EventRemark(
                        code: .tooEarly, field: name, values: ["earliest": .string(earliest.rfc3339)],
                        words: "is before the year 2000; is the year right?"))
            } else if time > farthest {
                found.append(
                    EventRemark(
                        code: .tooFar, field: name, values: ["latest": .string(farthest.rfc3339)],
                        words: "is more than ten years ahead; is the year right?"))
            }
        }
        guard found.isEmpty else { return found }
        if named.contains("start_at"), let start = outcome.start, start != known?.start,
            start.advanced(milliseconds: grace) < now, known?.start.map({ $0 >= now }) ?? true
        {
            found.append(
                EventRemark(
                    code: .startInPast, field: "start_at", values: ["now": .string(now.rfc3339)],
                    words: "is in the past; now is \(moment(now, outcome.zone, zones))"))
        }
        if let length = outcome.length, length > longest, length != known?.length {
            let days = Int(length / 86_400_000)
            found.append(
                EventRemark(
                    code: .veryLong, field: "end_at", values: ["days": .number(JSONNumber(days))],
                    words: "is \(days) days after start_at"))
        }
        if named.contains("timezone"), let zone = outcome.zone, zone != known?.zone {
            if let usual = usualZone(zone, at: outcome.start, zones) {
                found.append(
                    EventRemark(
                        code: .fixedOffsetZone, field: "timezone",
                        values: ["timezone": .string(zone), "suggestion": .string(usual)],
                        words: "is \(zone), which has no summer time; did you mean \(usual)?"))
            }
            if !named.contains("start_at"), let before = known?.zone, let start = outcome.start {
                found += clockMoves(start, from: before, to: zone, zones)
            }
        }
        return found
    }

    /// Fixed zones by the name that people use in summer as well.
    private static let usualZones = ["EST": "America/New_York", "MST": "America/Denver"]

    private static func usualZone(_ zone: String, at start: Timestamp?, _ zones: TimeZoneDatabase) -> String? {
        guard let usual = usualZones[zone], let start, let rules = try? zones.rules(for: zone),
            let usualRules = try? zones.rules(for: usual)
        else { return nil }
        return rules.offset(at: start).secondsEast == usualRules.offset(at: start).secondsEast ? nil : usual
    }

    private static func clockMoves(
        _ start: Timestamp, from before: String, to zone: String, _ zones: TimeZoneDatabase
    ) -> [EventRemark] {
        guard let old = try? zones.rules(for: before), let new = try? zones.rules(for: zone),
            old.local(at: start) != new.local(at: start)
        else { return [] }
        let (was, now) = (clock(start, old), clock(start, new))
        return [
            EventRemark(
                code: .clockMoves, field: "timezone",
                values: [
                    "before": .string(was), "after": .string(now), "timezone_before": .string(before),
                    "timezone": .string(zone),
                ],
                words:
                    "changes and the instant stays the same: \(was) in \(before) is \(now) in \(zone) now; give start_at, "
                    + "too, to move the event")
        ]
    }

    /// `2026-12-08 19:00`.
    private static func clock(_ instant: Timestamp, _ rules: TimeZoneRules) -> String {
        String(rules.local(at: instant).text.prefix(16)).replacing("T", with: " ")
    }

    /// `2026-12-08 19:00 in Europe/Berlin`, or in UTC.
    private static func moment(_ instant: Timestamp, _ zone: String?, _ zones: TimeZoneDatabase) -> String {
        guard let zone, let rules = try? zones.rules(for: zone) else { return instant.rfc3339 }
        return "\(clock(instant, rules)) in \(zone)"
    }
}

/// What a client should know of a write that is right by its form: what is hardly meant, what follows that it may not expect,
/// and what failed after the write had taken effect; as data.
public struct EventRemark: Sendable, Equatable {
    /// A stable word for programs.
    public enum Code: String, Sendable, CaseIterable {
        case tooEarly = "too_early"
        case tooFar = "too_far"
        case startInPast = "start_in_past"
        case veryLong = "very_long"
        case fixedOffsetZone = "fixed_offset_zone"
        case clockMoves = "clock_moves"
        case leftOut = "left_out"
        case approvalNotSet = "approval_not_set"
        case notReadBack = "not_read_back"
        case answerNotStored = "answer_not_kept"

        /// What it stands for.
        public var meaning: String {
            switch self {
            case .tooEarly: "a time before the year 2000"
            case .tooFar: "a time more than ten years ahead"
            case .startInPast: "a new event, or one that was still to come, begins in the past"
            case .veryLong: "it lasts longer than 30 days"
            case .fixedOffsetZone: "a zone without summer time, whose name people use for one that has it"
            case .clockMoves: "the zone changes and the instant stays, so the local time changes"
            case .leftOut: "members that Luma sets itself were given other values, which were ignored"
            case .approvalNotSet: "the event was written, but approval could not be set on every ticket type"
            case .notReadBack: "the event was written, but could not be read back"
            case .answerNotStored: "the request was made before, and its first response was too long to be stored"
            }
        }
    }

    public let code: Code
    /// Empty for what is about the event as a whole.
    public let field: String
    /// What the sentence is made of.
    public let values: JSONObject
    /// In words for programs that follow the field's name.
    public let words: String

    package init(code: Code, field: String, values: JSONObject, words: String) {
        self.code = code
        self.field = field
        self.values = values
        self.words = words
    }

    /// As a sentence by itself.
    public var sentence: String { field.isEmpty ? words : "\(field) \(words)" }

    /// As an entry of `remarks`: `code` and `values` are the data, `remark` and `sentence` are words made of them.
    package var json: JSON {
        var described: JSONObject = ["code": .string(code.rawValue)]
        if !field.isEmpty { described["field"] = .string(field) }
        described["remark"] = .string(words)
        described["sentence"] = .string(sentence)
        if !values.isEmpty { described["values"] = .object(values) }
        return .object(described)
    }
}

extension [EventRemark] {
    /// What an answer says of them: as data, and as sentences.
    package var members: [(name: String, value: JSON)] {
        [("remarks", .array(map(\.json))), ("warnings", .array(map { .string($0.sentence) }))]
    }
}
