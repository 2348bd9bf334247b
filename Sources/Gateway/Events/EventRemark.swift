public import Core

/// What is right by its form and yet is hardly meant, or what follows from it that the client may not expect; as data.
public struct EventRemark: Sendable, Equatable {
    /// A stable word for programs.
    public enum Code: String, Sendable, CaseIterable {
        /// A time before the year 2000.
        case tooEarly = "too_early"
        /// A time more than ten years ahead.
        case tooFar = "too_far"
        /// A new event, or one that was still to come, begins in the past.
        case startInPast = "start_in_past"
        /// It lasts longer than 30 days.
        case veryLong = "very_long"
        /// A zone that has no summer time, under a name that people use for one that has.
        case fixedOffsetZone = "fixed_offset_zone"
        /// The zone changes and the instant stays: the clocks show another time.
        case clockMoves = "clock_moves"
        /// Members of a document that was read here say what Luma sets by itself: they were not taken over.
        case leftOut = "left_out"
    }

    public let code: Code
    public let field: String
    /// What the sentence is made of.
    public let values: JSONObject
    /// In words for programs that follow the field's name.
    public let words: String

    /// As a sentence by itself.
    public var sentence: String { "\(field) \(words)" }

    /// As an entry of `remarks`: `code` and `values` are the data, `remark` are words made of them.
    var json: JSON {
        var told: JSONObject = [
            "field": .string(field), "code": .string(code.rawValue), "remark": .string(words),
        ]
        if !values.isEmpty { told["values"] = .object(values) }
        return .object(told)
    }
}
