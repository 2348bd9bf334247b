public import Core

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
        case answerNotKept = "answer_not_kept"

        /// What it stands for.
        public var meaning: String {
            switch self {
            case .tooEarly: "a time before the year 2000"
            case .tooFar: "a time more than ten years ahead"
            case .startInPast: "a new event, or one that was still to come, begins in the past"
            case .veryLong: "it lasts longer than 30 days"
            case .fixedOffsetZone: "a zone without summer time, under a name that people use for one that has it"
            case .clockMoves: "the zone changes and the instant stays: the clocks show another time"
            case .leftOut: "members of a document that was read say what Luma sets by itself: they were not taken over"
            case .approvalNotSet: "the event is written, and not every ticket type has the approval that was asked for"
            case .notReadBack: "the event is written, and could not be read back"
            case .answerNotKept: "the request was made before, and its first answer was too long to be kept"
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
        var told: JSONObject = ["code": .string(code.rawValue)]
        if !field.isEmpty { told["field"] = .string(field) }
        told["remark"] = .string(words)
        told["sentence"] = .string(sentence)
        if !values.isEmpty { told["values"] = .object(values) }
        return .object(told)
    }
}

extension [EventRemark] {
    /// What an answer says of them: as data, and as sentences.
    package var members: [(name: String, value: JSON)] {
        [("remarks", .array(map(\.json))), ("warnings", .array(map { .string($0.sentence) }))]
    }
}
