/// In which order a date of three numbers is written.
package struct DateOrder: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let dmy = DateOrder(rawValue: 1)
    package static let mdy = DateOrder(rawValue: 2)
    package static let ymd = DateOrder(rawValue: 4)
    package static let all: DateOrder = [.dmy, .mdy, .ymd]

    /// Each order and the word of `--date-format` for it.
    package static let words: [(word: String, order: DateOrder)] = [("dmy", .dmy), ("mdy", .mdy), ("ymd", .ymd)]

    package var isOne: Bool { rawValue.nonzeroBitCount == 1 }

    /// `dmy or mdy`.
    package var shown: String { Self.words.filter { contains($0.order) }.map(\.word).joined(separator: " or ") }
}
