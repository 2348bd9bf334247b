/// In which order a date of three numbers is written.
struct DateOrder: OptionSet, Sendable, Hashable {
    let rawValue: UInt8

    static let dmy = DateOrder(rawValue: 1)
    static let mdy = DateOrder(rawValue: 2)
    static let ymd = DateOrder(rawValue: 4)
    static let all: DateOrder = [.dmy, .mdy, .ymd]

    /// Each order and the word of `--date-format` for it.
    static let words: [(word: String, order: DateOrder)] = [("dmy", .dmy), ("mdy", .mdy), ("ymd", .ymd)]

    var isOne: Bool { rawValue.nonzeroBitCount == 1 }

    /// `dmy or mdy`.
    var shown: String { Self.words.filter { contains($0.order) }.map(\.word).joined(separator: " or ") }
}
